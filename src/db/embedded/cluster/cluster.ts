// Creates the cluster, PostgreSQL's data folder. initdb writes to a draft folder that is renamed once it is complete.
import { once } from "node:events";
import { chownSync } from "node:fs";
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EmbeddedError, type Account } from "./account.ts";
import { writeAccess } from "./access.ts";
import type { Binaries } from "../binaries.ts";
import { launch } from "../launch.ts";

// UTF-8 in code point order with PostgreSQL's built-in rules: the same on every machine, and faster than the C library's collations.
// The second locale is for systems whose C library lacks C.UTF-8.
const LOCALES = [["--locale=C.UTF-8"], ["--locale=C"]];
const ENCODING = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];

export interface ClusterOptions {
  cluster_dir: string;
  binaries: Binaries;
  account: Account | undefined;
  /** The superuser's name. */
  user: string;
}

/** Creates the cluster unless it exists, and restricts access to this process's user.
 * @throws {EmbeddedError} when initdb fails, or the cluster is damaged or of another version. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { cluster_dir, binaries, account } = options;
  await removeDrafts(cluster_dir);
  const version = await readVersion(cluster_dir);
  if (version === undefined) {
    await createCluster(options);
  } else if (!/^\d+\s*$/.test(version)) {
    throw new EmbeddedError(
      `${cluster_dir} is damaged: its file PG_VERSION does not contain a version. Restore the folder from a backup, or move it away to start with an empty catalogue.`,
    );
  } else if (Number(version) !== binaries.major) {
    throw new EmbeddedError(
      `${cluster_dir} was created by PostgreSQL ${version.trim()}, but this version of Skuport includes PostgreSQL ${String(binaries.major)}. Export the catalogue with the earlier version of Skuport, move the folder away, and import the exported file.`,
    );
  }
  await writeAccess(cluster_dir, account);
}

/** Returns the version of the cluster; undefined if there is no cluster yet, "" if the cluster is damaged. */
async function readVersion(clusterDir: string): Promise<string | undefined> {
  try {
    const entries = await readdir(clusterDir);
    if (entries.length === 0) return undefined;
    // Check the type first: if this is a named pipe, opening it would block until another process writes to it.
    const path = join(clusterDir, "PG_VERSION");
    return (await lstat(path)).isFile() ? await readFile(path, "utf8") : "";
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // If the folder does not exist, there is no cluster yet. If only the file is missing, the cluster is damaged.
    if (code === "ENOENT") return (await lstat(clusterDir).catch(() => undefined)) === undefined ? undefined : "";
    throw new EmbeddedError(
      `${clusterDir} cannot be read: ${message}. Start Skuport as the user that owns the data folder, or move ${clusterDir} away to start with an empty catalogue.`,
      { cause: error },
    );
  }
}

async function createCluster(options: ClusterOptions): Promise<void> {
  const draft = await mkdtemp(draftPrefix(options.cluster_dir));
  let report = "";
  for (const locale of LOCALES) {
    await rm(draft, { recursive: true });
    await mkdir(draft, { mode: 0o700 });
    if (options.account !== undefined) chownSync(draft, options.account.uid, options.account.gid);
    const result = await runInitdb(draft, locale, options);
    if (result.ok) {
      await rename(draft, options.cluster_dir);
      return;
    }
    report = result.report;
  }
  await rm(draft, { recursive: true, force: true });
  throw new EmbeddedError(`PostgreSQL could not be set up in ${options.cluster_dir}. Its output:\n${report.trim()}`);
}

async function runInitdb(draft: string, locale: readonly string[], { binaries, account, user }: ClusterOptions) {
  const reportFile = `${draft}.log`;
  const output = await open(reportFile, "w+", 0o600);
  try {
    const args = ["-U", user, "--auth-local=peer", "--auth-host=reject", "--no-instructions", ...ENCODING, ...locale];
    const child = await launch({ program: binaries.initdb, args, cluster_dir: draft, account, output: output.fd });
    const [code] = (await once(child, "exit")) as [number | null];
    return { ok: code === 0, report: await readFile(reportFile, "utf8") };
  } catch (error) {
    return { ok: false, report: (error as Error).message };
  } finally {
    await output.close();
    await rm(reportFile, { force: true });
  }
}

/** Removes draft folders that killed processes have left. This is safe, because the caller holds the lock of the data folder. */
async function removeDrafts(clusterDir: string): Promise<void> {
  const parent = dirname(clusterDir);
  const drafts = (await readdir(parent)).filter((name) => name.startsWith(basename(draftPrefix(clusterDir))));
  // Retry, because an initdb whose parent was killed may still be writing.
  for (const name of drafts) await rm(join(parent, name), { recursive: true, force: true, maxRetries: 20 });
}

function draftPrefix(clusterDir: string): string {
  return `${clusterDir}.draft-`;
}
