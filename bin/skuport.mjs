#!/usr/bin/env node
// skuport COMMAND …: runs src/main.ts on Node 24 after installing the dependencies. Paths are relative to the caller's folder, not
// to the folder of Skuport.
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
  // A short command needs no special flags, and starts twice as fast without a second process.
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
