// npm start: prepares a fresh clone, then runs the server. `npm start -- --port 9000` passes options to the server.
import { join } from "node:path";
import { ensureDependencies, ensurePage, findNode, NODE_FLAGS, ROOT, run } from "./bootstrap.mjs";

ensureDependencies({ dev: true });
const node = findNode();
ensurePage(node);
process.exitCode = await run(node, [...NODE_FLAGS, join(ROOT, "src/main.ts"), "serve", ...process.argv.slice(2)]);
