// Checks package.json and package-lock.json offline: every package comes from the npm registry and has a hash, every install script
// is listed, and no version is older than its last security fix. `node scripts/audit-lockfile.mjs [FOLDER]`
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, URL } from "node:url";
import { LOWEST_SAFE, MALICIOUS } from "./safe-versions.mjs";

const REGISTRY = "https://registry.npmjs.org/";
const SECTIONS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
/** Matches a range of versions in the npm registry, but not a folder, a URL, a repository or the name of another package. */
const RANGE = /^[\d^~<>=*x.|\s-][\w^~<>=*.|+\s-]*$/;

const folder = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));
const faults = audit(readJson("package.json"), readJson("package-lock.json"));
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

function readJson(name) {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

function audit(manifest, lockfile) {
  if (lockfile.lockfileVersion !== 3)
    return [`package-lock.json: lockfileVersion is ${lockfile.lockfileVersion}, not 3.`];
  const entries = Object.entries(lockfile.packages).filter(([path]) => path !== "");
  return [
    ...auditManifest(manifest, lockfile.packages[""] ?? {}),
    ...auditInstallScripts(manifest.allowScripts ?? {}, entries),
    ...entries.flatMap(([path, entry]) => [
      ...auditSource(path, entry, lockfile.packages),
      ...auditVersion(nameOf(path), entry.version),
    ]),
  ];
}

function nameOf(path) {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

function auditManifest(manifest, root) {
  const found = [];
  for (const section of SECTIONS) {
    const wanted = manifest[section] ?? {};
    if (JSON.stringify(sorted(wanted)) !== JSON.stringify(sorted(root[section] ?? {})))
      found.push(`package-lock.json: ${section} differ from package.json. Run npm install --ignore-scripts.`);
    for (const [name, range] of Object.entries(wanted)) {
      if (!RANGE.test(range))
        found.push(`package.json: ${name} is "${range}", which is not a version of the npm registry.`);
    }
  }
  for (const [name, range] of overridden(manifest.overrides ?? {})) {
    if (!range.startsWith("$") && !RANGE.test(range))
      found.push(`package.json: the override of ${name} is "${range}", which is not a version of the npm registry.`);
  }
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (!Object.hasOwn(LOWEST_SAFE, name))
      found.push(
        `scripts/safe-versions.mjs: the dependency ${name} has no row. Look up its security advisories and add one.`,
      );
  }
  return found;
}

function sorted(object) {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Returns the versions that `overrides` in package.json forces. A version "$name" refers to the version of the dependency `name`. */
function overridden(overrides) {
  return Object.entries(overrides).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : overridden(value),
  );
}

/** Our scripts run npm with --ignore-scripts. `allowScripts` in package.json is for users who run npm without this flag. */
function auditInstallScripts(allowed, entries) {
  const with_script = new Set(
    entries.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path)),
  );
  return [
    ...[...with_script]
      .filter((name) => !Object.hasOwn(allowed, name))
      .map((name) => `${name} has an install script that allowScripts in package.json does not list.`),
    ...Object.keys(allowed)
      .filter((name) => !with_script.has(name))
      .map((name) => `package.json: allowScripts lists ${name}, which has no install script. Remove the entry.`),
  ];
}

function auditSource(path, entry, packages) {
  const name = nameOf(path);
  if (!path.includes("node_modules/") || entry.link === true)
    return [`${path} is a folder, not a package of the npm registry.`];
  const found = [];
  if (entry.name !== undefined && entry.name !== name)
    found.push(`${path} is an alias of another package, ${entry.name}.`);
  // npm can omit `resolved`, the address, for packages of the registry.
  if (entry.resolved !== undefined && !entry.resolved.startsWith(REGISTRY))
    found.push(`${path} comes from ${entry.resolved}, not from ${REGISTRY}.`);
  // A bundled package is part of its parent's archive and hash.
  let hashed = path;
  while (packages[hashed]?.inBundle === true) hashed = hashed.slice(0, hashed.lastIndexOf("/node_modules/"));
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(packages[hashed]?.integrity ?? ""))
    found.push(`${path} has no sha512 hash.`);
  return found;
}

function auditVersion(name, version) {
  const parsed = parse(version);
  if (parsed === undefined) return [`${name} ${version}: invalid version.`];
  if (MALICIOUS.has(`${name}@${version}`)) return [`${name} ${version} was published with malicious code.`];
  const [lowest, advisory] = Object.hasOwn(LOWEST_SAFE, name) ? LOWEST_SAFE[name] : [[]];
  if (lowest.length === 0) return [];
  const bounds = lowest.map(parse);
  const is_safe =
    parsed.numbers[0] > Math.max(...bounds.map(({ numbers }) => numbers[0])) ||
    bounds.some((bound) => bound.numbers[0] === parsed.numbers[0] && compare(parsed, bound) >= 0);
  return is_safe
    ? []
    : [`${name} ${version} is vulnerable (${advisory}); the lowest safe version is ${lowest.join(" or ")}.`];
}

function parse(version) {
  const found = /^(\d+)\.(\d+)\.(\d+)(-[\w.-]+)?(\+[\w.-]+)?$/.exec(version ?? "");
  return found === null ? undefined : { numbers: found.slice(1, 4).map(Number), is_prerelease: found[4] !== undefined };
}

/** Compares two versions. A prerelease is lower than its release. */
function compare(a, b) {
  const at = a.numbers.findIndex((number, i) => number !== b.numbers[i]);
  return at === -1 ? Number(b.is_prerelease) - Number(a.is_prerelease) : a.numbers[at] - b.numbers[at];
}
