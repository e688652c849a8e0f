// Writes the program without types to build/, for the npm package: Node does not remove types from files in node_modules. build/ has the
// layout of the repository, so that paths relative to a file are the same. It contains the files that src/main.ts needs, and nothing else.
// Lines and columns stay the same, because Node replaces types by blanks.
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, normalize } from "node:path";
import { ROOT } from "./bootstrap.mjs";

const BUILD = join(ROOT, "build");
/** Files and folders that the program reads at run time, except those that it imports. */
const DATA = ["dist", "migrations", "src/profiles/builtin", "src/identity/passwords/breached-passwords.txt.br"];
/** The path of a source file in an `import`, or in the URL or path of a thread or process. All of them are string literals. */
const SOURCE_PATH = /(["'])((?:\.{1,2}\/)?[\w./-]+)\.ts\1/g;

rmSync(BUILD, { recursive: true, force: true });
const waiting = ["src/main.ts"];
const found = new Set(waiting);
for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
  const stripped = stripTypeScriptTypes(readFileSync(join(ROOT, file), "utf8"));
  const code = stripped.replace(SOURCE_PATH, (_, quote, path) => {
    const needed = `${normalize(join(dirname(file), path))}.ts`;
    if (!found.has(needed)) waiting.push(needed);
    found.add(needed);
    return `${quote}${path}.js${quote}`;
  });
  write(file.replace(/\.ts$/, ".js"), code);
}
for (const path of DATA) cpSync(join(ROOT, path), join(BUILD, path), { recursive: true });
// Write a package.json next to the compiled files, because src/version.ts imports the version from it.
const { name, version, type } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
write("package.json", `${JSON.stringify({ name, version, type })}\n`);
// npm does not pack package-lock.json. With this copy, `npm ci` in the unpacked package installs the same versions and checks their hashes.
copyFileSync(join(ROOT, "package-lock.json"), join(ROOT, "npm-shrinkwrap.json"));

function write(path, text) {
  const target = join(BUILD, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
