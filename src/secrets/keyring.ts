// The keys that secrets are encrypted with at rest: from the setting, or from a file of the data folder that is made at first
// use. The first key encrypts; the others only decrypt what was encrypted before a rotation.
import { createHash, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { FileHandle } from "node:fs/promises";

export interface Key {
  /** Tells keys apart without saying anything of them: the beginning of a hash. */
  id: string;
  bytes: Buffer;
}

export type Keyring = readonly [Key, ...Key[]];

export const KEY_BYTES = 32;

/** `given`: keys in Base64 from the setting, the newest first; none = the file `path`, which is made where there is none. */
export async function loadKeyring(given: readonly string[], path: string): Promise<Keyring> {
  if (given.length > 0) return toKeyring(given);
  const text = await readKeyFile(path);
  if (text !== undefined) return toKeyring(linesOf(text));
  await makeKeyFile(path, [newKey()]);
  // Another process may have been faster: what is there counts.
  return toKeyring(linesOf((await readKeyFile(path)) ?? ""));
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

function toKeyring(texts: readonly string[]): Keyring {
  if (texts.length === 0 || !texts.every(isKey)) {
    throw new Error("The key for secrets is not 32 bytes in Base64. `openssl rand -base64 32` makes one.");
  }
  return texts.map((text) => {
    const bytes = Buffer.from(text, "base64");
    return { id: createHash("sha256").update("skuport key id").update(bytes).digest("hex").slice(0, 12), bytes };
  }) as unknown as Keyring;
}

async function readKeyFile(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0) {
      throw new Error(`${path} can be read by others than its owner. Run: chmod 600 ${path}`);
    }
    return await readFile(file, "utf8");
  } finally {
    await file.close();
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
