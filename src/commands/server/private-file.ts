// Files that contain an API key. Only their owner may read them.
import { constants } from "node:fs";
import { chmod, mkdir, open, rename, unlink } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { oneLine } from "../../terminal.ts";
import { SignInError } from "./sign-in-error.ts";

/** Length up to which a file is read. Valid files are shorter. */
const MAX_BYTES = 1 << 20;

/** Returns the content; undefined if the file does not exist.
 * @throws {SignInError} if other accounts can read or change the file, or if it cannot be read */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile() || found.size > MAX_BYTES)
        throw new SignInError(`${oneLine(path)} is not a file with API keys. Delete it.`);
      // Windows has no such permissions: there, the user's folder is private.
      if (process.platform !== "win32" && (found.mode & 0o077) !== 0)
        throw new SignInError(
          `${oneLine(path)} contains an API key and can be read by other users of this computer. Run: chmod 600 ${quoted(path)}`,
        );
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SignInError) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new SignInError(`${oneLine(path)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Creates or replaces the file atomically. No other account can read it at any moment. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // The process may run with a umask that removes the owner's rights.
    await chmod(draft, 0o600);
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw new SignInError(`${oneLine(path)} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** The path as one word for a POSIX shell. */
const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${oneLine(path).replaceAll("'", "'\\''")}'`;
