// Runs after `npm pack`: deletes the shrinkwrap, which would otherwise take precedence over package-lock.json in this folder.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bootstrap.mjs";

rmSync(join(ROOT, "npm-shrinkwrap.json"), { force: true });
