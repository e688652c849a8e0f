// The keys that secrets are encrypted with at rest: from the setting, or from a file of the data folder that is made at first
// use. The first key encrypts; the others only decrypt what was encrypted before a rotation.
import { createHash, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";

export interface Key {
  /** Tells keys apart without saying anything of them: the beginning of a hash. */
  id: string;
  bytes: Buffer;
}

export type Keyring = readonly [Key, ...Key[]];

export const KEY_BYTES = 32;

/** The file of keys cannot be used. The message says why and what to do. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

/** `given`: keys in Base64 from the setting, the newest first; none = the file `path`, which is made where there is none.
 * @throws {KeyFileError} */
export async function loadKeyring(given: readonly string[], path: string): Promise<Keyring> {
  if (given.length > 0) return toKeyring(given);
  const text = await readKeyFile(path);
  if (text !== undefined) return keysIn(text, path);
  await makeKeyFile(path, [newKey()]);
  // Another process may have been faster: what is there counts.
  return keysIn((await readKeyFile(path)) ?? "", path);
}

/** Puts a new key in front of those in the file; older ones stay, to decrypt. */
export async function addKey(path: string): Promise<Keyring> {
  const keys = [newKey(), ...(await loadKeyring([], path)).map(({ bytes }) => bytes.toString("base64"))];
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  await writeDurably(temporary, keys);
  await rename(temporary, path);
  await syncFolder(path);
  return toKeyring(keys);
}

/** Whether the text is a key: 32 bytes in Base64. */
export const isKey = (text: string): boolean =>
  /^[A-Za-z0-9+/]{43}=?$/.test(text) && Buffer.from(text, "base64").length === KEY_BYTES;

const newKey = (): string => randomBytes(KEY_BYTES).toString("base64");

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

function keysIn(text: string, path: string): Keyring {
  const keys = linesOf(text);
  if (keys.length > 0 && keys.every(isKey)) return toKeyring(keys);
  throw new KeyFileError(
    `${path} ${keys.length === 0 ? "holds no key" : "is damaged: a line is not 32 bytes in Base64"}. Restore it from a backup. Without a backup, delete it: a new key is made, and each webhook then needs a new secret.`,
  );
}

function toKeyring(texts: readonly string[]): Keyring {
  return texts.map((text) => {
    const bytes = Buffer.from(text, "base64");
    return { id: createHash("sha256").update("skuport key id").update(bytes).digest("hex").slice(0, 12), bytes };
  }) as unknown as Keyring;
}

/** More than the file ever holds. */
const MAX_FILE_BYTES = 1 << 20;

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    // Opening a pipe would wait for its writer.
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_FILE_BYTES)
      throw new KeyFileError(`${path} is not a file of keys. Remove it, or restore the file from a backup.`);
    if ((found.mode & 0o077) !== 0)
      throw new KeyFileError(`${path} can be read by others than its owner. Run: chmod 600 ${path}`);
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof KeyFileError) throw error;
    throw new KeyFileError(
      `${path} cannot be read (${(error as Error).message}). Make it readable for the user that runs Skuport.`,
      { cause: error },
    );
  }
}

/** Whole or not at all, and never over another process's: a link fails where the name is taken. */
async function makeKeyFile(path: string, keys: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  await writeDurably(temporary, keys);
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(path);
}

async function writeDurably(path: string, keys: readonly string[]): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(
      `# Keys that secrets in the database are encrypted with, the newest first. Without them those cannot be read.\n${keys.join("\n")}\n`,
    );
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}
