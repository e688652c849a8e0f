#!/usr/bin/env node
// skuport COMMAND …: what src/main.ts does, on a Node 24 and with the dependencies in place. Paths are relative to the
// caller's folder, not to the clone.
import { join } from "node:path";
import { ensureDependencies, ensurePage, findNode, NODE_FLAGS, ROOT, run } from "../scripts/bootstrap.mjs";

const args = process.argv.slice(2);
ensureDependencies({ dev: false });
const node = findNode();
if (args[0] === "serve") ensurePage(node);
process.exitCode = await run(node, [...NODE_FLAGS, join(ROOT, "src/main.ts"), ...args]);
