// The lockfile audit must accept our own package.json and lockfile, and detect each faulty change to them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

interface Entry {
  version?: string;
  resolved?: string;
  integrity?: string;
  [key: string]: unknown;
}
interface Files {
  manifest: {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
    overrides: Record<string, unknown>;
    allowScripts: Record<string, boolean>;
  };
  lockfile: { lockfileVersion: number; packages: Record<string, Entry> };
}

function audit(change: (files: Files) => void): string[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), "utf8"));
  const files = { manifest: read("package.json"), lockfile: read("package-lock.json") } as Files;
  change(files);
  const folder = mkdtempSync(join(tmpdir(), "skuport-lockfile-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify(files.manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(files.lockfile));
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(ROOT, "scripts/audit-lockfile.mjs"), folder], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(stdout === "" ? 0 : 1);
  return stdout.split("\n").filter((line) => line !== "");
}

const entry = ({ lockfile }: Files, path: string): Entry => {
  const found = lockfile.packages[path];
  if (found === undefined) throw new Error(`${path} is not in the lockfile`);
  return found;
};
const FASTIFY = "node_modules/fastify";

test("the audit accepts our own lockfile", () => {
  expect(audit(() => undefined)).toEqual([]);
});

test.each<[name: string, change: (files: Files) => void, fault: string]>([
  [
    "a direct dependency older than its last security fix",
    (files) => (entry(files, FASTIFY).version = "5.12.1"),
    "fastify 5.12.1 is vulnerable",
  ],
  [
    "a direct dependency at a prerelease of the fixed version",
    (files) => (entry(files, FASTIFY).version = "5.12.2-rc.1"),
    "fastify 5.12.2-rc.1 is vulnerable",
  ],
  [
    "an older major version without a fix",
    (files) => (entry(files, "node_modules/@fastify/static").version = "9.9.9"),
    "the lowest safe version is 10.1.3",
  ],
  [
    "a vulnerable nested transitive dependency",
    ({ lockfile }) =>
      (lockfile.packages["node_modules/pg/node_modules/cookie"] = {
        version: "0.6.0",
        integrity: `sha512-${"A".repeat(86)}==`,
      }),
    "cookie 0.6.0 is vulnerable",
  ],
  [
    "a vulnerable version although another major version is fixed",
    (files) => (entry(files, "node_modules/undici").version = "8.4.0"),
    "undici 8.4.0 is vulnerable",
  ],
  [
    "a malicious release",
    (files) => (entry(files, "node_modules/debug").version = "4.4.2"),
    "debug 4.4.2 was published with malicious code",
  ],
  [
    "another registry",
    (files) => (entry(files, FASTIFY).resolved = "https://registry.example/fastify-5.12.8.tgz"),
    "comes from https://registry.example",
  ],
  [
    "a URL that only begins like the registry's URL",
    (files) => (entry(files, FASTIFY).resolved = "https://registry.npmjs.org.example/fastify-5.12.8.tgz"),
    "comes from https://registry.npmjs.org.example",
  ],
  [
    "a package from a git repository in the lockfile",
    (files) => (entry(files, FASTIFY).resolved = "git+ssh://git@github.com/fastify/fastify.git#c0ffee"),
    "comes from git+ssh",
  ],
  ["a missing hash", (files) => delete entry(files, FASTIFY).integrity, "node_modules/fastify has no sha512 hash"],
  ["a weak hash", (files) => (entry(files, FASTIFY).integrity = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="), "no sha512 hash"],
  [
    "a missing hash of a package that claims to be bundled",
    (files) => Object.assign(entry(files, FASTIFY), { integrity: undefined, inBundle: true }),
    "node_modules/fastify has no sha512 hash",
  ],
  ["a link to a folder", (files) => (entry(files, FASTIFY).link = true), "is a folder"],
  [
    "a workspace",
    ({ lockfile }) => (lockfile.packages["../elsewhere"] = { version: "1.0.0" }),
    "../elsewhere is a folder",
  ],
  [
    "a package under the name of another package",
    (files) => (entry(files, FASTIFY).name = "fastifyy"),
    "is an alias of another package, fastifyy",
  ],
  [
    "an install script that is not allowed",
    (files) => (entry(files, "node_modules/undici").hasInstallScript = true),
    "undici has an install script",
  ],
  [
    "an allowed package that has no install script",
    ({ manifest }) => (manifest.allowScripts.fastify = true),
    "allowScripts lists fastify",
  ],
  [
    "a dependency from a git repository in package.json",
    ({ manifest, lockfile }) => {
      manifest.devDependencies.vite = "github:vitejs/vite";
      (lockfile.packages[""] as { devDependencies: Record<string, string> }).devDependencies.vite =
        "github:vitejs/vite";
    },
    'vite is "github:vitejs/vite"',
  ],
  [
    "an override that names another package",
    ({ manifest }) => (manifest.overrides.pino = { "sonic-boom": "npm:other@1.0.0" }),
    'the override of sonic-boom is "npm:other@1.0.0"',
  ],
  [
    "a lockfile that does not match package.json",
    ({ manifest }) => (manifest.dependencies.fastify = "^6.0.0"),
    "dependencies differ from package.json",
  ],
  [
    "a dependency without known safe versions",
    ({ manifest, lockfile }) => {
      manifest.dependencies.lodash = "^4.17.21";
      (lockfile.packages[""] as { dependencies: Record<string, string> }).dependencies.lodash = "^4.17.21";
    },
    "the dependency lodash has no row",
  ],
  ["an old lockfile format", ({ lockfile }) => (lockfile.lockfileVersion = 1), "lockfileVersion is 1"],
])("the audit detects %s", (_, change, fault) => {
  const found = audit(change);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(fault);
});
