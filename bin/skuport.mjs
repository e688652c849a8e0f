#!/usr/bin/env node
// skuport COMMAND …: what src/main.ts does, on a Node 24 and with the dependencies in place. Paths are relative to the
// caller's folder, not to the clone.
import module from "node:module";
import { join } from "node:path";
import {
  COMPILE_CACHE,
  ensureDependencies,
  ensurePage,
  findNode,
  NODE_FLAGS,
  ROOT,
  run,
  WORKER_FLAGS,
} from "../scripts/bootstrap.mjs";

const args = process.argv.slice(2);
ensureDependencies({ dev: false });
const node = findNode();
if (args[0] === "serve") ensurePage(node);
if (node === process.execPath && args[0] !== "serve" && args[0] !== "work") {
  // What does not stay needs no flags of its own, and starts twice as quickly without a second process.
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE);
  await import("../src/main.ts");
} else {
  process.exitCode = await run(node, [
    ...NODE_FLAGS,
    ...(args[0] === "work" ? WORKER_FLAGS : []),
    join(ROOT, "src/main.ts"),
    ...args,
  ]);
}
