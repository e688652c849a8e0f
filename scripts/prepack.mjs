// Runs before `npm pack`: builds the page, and writes the program as JavaScript to build/.
import { join } from "node:path";
import { ensureDependencies, ensurePage, findNode, ROOT, run } from "./bootstrap.mjs";

ensureDependencies({ dev: true });
const node = findNode();
ensurePage(node);
process.exitCode = await run(node, ["--disable-warning=ExperimentalWarning", join(ROOT, "scripts/strip-types.mjs")], {
  cwd: ROOT,
});
