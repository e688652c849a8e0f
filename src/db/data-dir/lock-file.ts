// Reads and writes the lock file of a data folder, which describes the process that holds the folder. The file gets its name only when it
// is complete and synced. Reading accepts whatever a crash, a full disk or an editor left in it.
import { createHash, randomUUID } from "node:crypto";
import { link, lstat, open, rename, unlink } from "node:fs/promises";
import { basename } from "node:path";
import type { DatabaseAddress } from "../connection/connect.ts";

export interface Holder {
  pid: number;
  /** Distinguishes this process from a later one with the same pid. */
  started: string;
  /** An identifier that is different each time a process locks the folder. */
  token: string;
  /** The holder's command, e.g. "skuport serve". */
  command: string;
  /** URL of the holder's HTTP server, once that server listens. */
  url?: string;
  /** Address of the holder's database, once the database accepts connections. */
  connection?: DatabaseAddress;
}

/** The data folder cannot be used. The message gives the reason and what to do. */
export class DataDirError extends Error {
  override readonly name = "DataDirError";
}

/** Length up to which a lock file is read. Valid files are shorter; a damaged file may be longer. */
const MAX_LOCK_BYTES = 65_536;
/** No process has this pid. */
const NO_PID = 0;

/** Returns the holder of the folder according to the lock file; undefined if the file does not exist. A live holder's file is always
 * complete, because it was synced before it got its name. A file without a valid holder therefore belongs to a dead process.
 * @throws {DataDirError} when the lock file is not a regular file, or this user cannot read it */
export async function readLock(path: string): Promise<Holder | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  try {
    const holder: unknown = JSON.parse(text);
    if (isHolder(holder)) return holder;
  } catch {
    // The file is empty or truncated. The code below treats it as the file of a dead holder.
  }
  // The token depends on the path. Otherwise, an empty lock file and an empty claim file would have the same token. The claim file would
  // then be named after its own token, so that no process could create a file to claim it.
  const token = createHash("sha256")
    .update(`${basename(path)}\n${text}`)
    .digest("hex")
    .slice(0, 32);
  return { pid: NO_PID, started: "unreadable", token, command: "a process that left a damaged lock" };
}

/** Creates the file atomically with its content. Returns false if the file already exists. */
export async function createLock(path: string, holder: Holder): Promise<boolean> {
  const draft = await writeDraft(path, holder);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cannotWrite(path, error);
  } finally {
    await unlink(draft);
  }
}

/** Creates or replaces the file atomically. */
export async function replaceLock(path: string, holder: Holder): Promise<void> {
  await rename(await writeDraft(path, holder), path);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    // Check the type first: if this is a named pipe, opening it would block until another process writes to it. A dangling symbolic link
    // would look like a missing file.
    const found = await lstat(path);
    if (!found.isFile()) throw new DataDirError(`${path} is not a file. Delete it and start again.`);
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_LOCK_BYTES), 0, MAX_LOCK_BYTES, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof DataDirError) throw error;
    throw new DataDirError(
      `${path} cannot be read: ${(error as Error).message}. Start Skuport as the user that owns the data folder, or delete the file if no Skuport uses the folder.`,
      { cause: error },
    );
  }
}

/** `token` becomes part of a file name, so it must not contain a path. */
function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const { pid, started, token, command, url } = value as Partial<Record<keyof Holder, unknown>>;
  return (
    Number.isSafeInteger(pid) &&
    typeof started === "string" &&
    typeof token === "string" &&
    /^[\w-]{1,64}$/.test(token) &&
    typeof command === "string" &&
    (url === undefined || typeof url === "string")
  );
}

/** Syncs the draft before it is linked; otherwise a power failure could leave an empty lock file. */
async function writeDraft(path: string, holder: Holder): Promise<string> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(holder, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return draft;
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, cause: unknown): DataDirError {
  return new DataDirError(
    `${path} cannot be written: ${(cause as Error).message}. Check that this user can write to the data folder and that its disk has free space.`,
    { cause },
  );
}
