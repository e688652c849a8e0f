#!/usr/bin/env node
// skuport COMMAND …: runs src/main.ts on Node 24 after installing the dependencies. Relative paths in the arguments refer to the caller's
// folder, not to the folder of Skuport.
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
  // A short command needs no flags for Node, so run it in this process. A second process would double its start time.
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
