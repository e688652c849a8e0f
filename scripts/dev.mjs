// npm run dev: runs the server, restarted when its sources change, and Vite's server for the page, which forwards /api to it.
import { join } from "node:path";
import { ensureDependencies, findNode, ROOT, run } from "./bootstrap.mjs";

ensureDependencies({ dev: true });
const node = findNode();
const codes = await Promise.all([
  run(
    node,
    [
      "--watch-path=src",
      "--watch-path=contract",
      "--watch-preserve-output",
      "src/main.ts",
      "serve",
      ...process.argv.slice(2),
    ],
    { cwd: ROOT },
  ),
  run(node, [join(ROOT, "node_modules/vite/bin/vite.js"), "--clearScreen", "false"], { cwd: ROOT }),
]);
process.exitCode = Math.max(...codes);
