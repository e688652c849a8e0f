// npm run bench: runs the benchmarks of bench/.
import { join } from "node:path";
import { ensureDependencies, ensurePage, findNode, ROOT, run } from "./bootstrap.mjs";

ensureDependencies({ dev: true });
const node = findNode();
ensurePage(node);
process.exitCode = await run(node, [join(ROOT, "bench/main.ts"), ...process.argv.slice(2)]);
