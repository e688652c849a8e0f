#!/usr/bin/env node
// skuport COMMAND …: runs src/main.ts on Node 24 after installing the dependencies. Without a command, serves the page and the API. Relative
// paths in the arguments refer to the caller's folder, not to the folder of Skuport.
import module from "node:module";
import { pathToFileURL } from "node:url";
import {
  COMPILE_CACHE,
  ensureDependencies,
  ensurePage,
  findNode,
  MAIN,
  NODE_FLAGS,
  run,
  WORKER_FLAGS,
} from "../scripts/bootstrap.mjs";

const args = process.argv.length > 2 ? process.argv.slice(2) : ["serve"];
ensureDependencies({ dev: false });
const node = findNode();
if (args[0] === "serve") ensurePage(node);
if (node === process.execPath && args[0] !== "serve" && args[0] !== "work") {
  // A short command needs no flags for Node, so run it in this process. A second process would double its start time.
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE);
  await import(pathToFileURL(MAIN).href);
} else {
  process.exitCode = await run(node, [...NODE_FLAGS, ...(args[0] === "work" ? WORKER_FLAGS : []), MAIN, ...args]);
}
