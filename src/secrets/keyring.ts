// The keys that encrypt secrets in the database, from SKUPORT_SECRETS_KEY or from a file in the data folder that is created at first
// use. The first key encrypts; later keys only decrypt secrets from before a rotation.
import { createHash, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";

export interface Key {
  /** Identifies the key without revealing it: the beginning of a hash. */
  id: string;
  bytes: Buffer;
}

export type Keyring = readonly [Key, ...Key[]];

export const KEY_BYTES = 32;

/** The key file cannot be used. The message gives the reason and what to do. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

/**
 * @param given keys in Base64 from SKUPORT_SECRETS_KEY, newest first; empty = use the key file
 * @param path the key file, created if it does not exist
 * @throws {KeyFileError}
 */
export async function loadKeyring(given: readonly string[], path: string): Promise<Keyring> {
  const keys = await readKeyring(given, path);
  if (keys !== undefined) return keys;
  await makeKeyFile(path, [newKey()]);
  // Read the file instead of using the new key, because another process may have created the file first.
  return keysIn((await readKeyFile(path)) ?? "", path);
}

/** The same as `loadKeyring`, but returns undefined if the key file does not exist. @throws {KeyFileError} */
export async function readKeyring(given: readonly string[], path: string): Promise<Keyring | undefined> {
  if (given.length > 0) return toKeyring(given);
  const text = await readKeyFile(path);
  return text === undefined ? undefined : keysIn(text, path);
}

/** Adds a new key at the beginning of the file. Old keys stay for decryption. */
export async function addKey(path: string): Promise<Keyring> {
  const keys = [newKey(), ...(await loadKeyring([], path)).map(({ bytes }) => bytes.toString("base64"))];
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  await writeDurably(temporary, keys);
  await rename(temporary, path);
  await syncFolder(path);
  return toKeyring(keys);
}

/** True if the string is a key: 32 bytes in Base64. */
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
    `${path} ${keys.length === 0 ? "contains no key" : "is damaged: a line is not 32 bytes in Base64"}. Restore it from a backup. Without a backup, delete it: Skuport creates a new key, and you must create a new secret for each webhook.`,
  );
}

function toKeyring(texts: readonly string[]): Keyring {
  return texts.map((text) => {
    const bytes = Buffer.from(text, "base64");
    return { id: createHash("sha256").update("skuport key id").update(bytes).digest("hex").slice(0, 12), bytes };
  }) as unknown as Keyring;
}

/** Maximum size of a key file. Valid files are smaller. */
const MAX_FILE_BYTES = 1 << 20;

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    // Check the type first: if this is a named pipe, opening it would block until another process writes to it.
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_FILE_BYTES)
      throw new KeyFileError(`${path} is not a key file. Delete it, or restore the file from a backup.`);
    if ((found.mode & 0o077) !== 0)
      throw new KeyFileError(`${path} can be read by other users. Run: chmod 600 ${path}`);
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof KeyFileError) throw error;
    throw new KeyFileError(
      `${path} cannot be read: ${(error as Error).message}. Make it readable for the user that runs Skuport.`,
      { cause: error },
    );
  }
}

/** Creates the file atomically, without replacing another process's file: link fails if the name exists. */
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
      `# Keys that encrypt the secrets in the database, newest first. Without them, the secrets cannot be read.\n${keys.join("\n")}\n`,
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
