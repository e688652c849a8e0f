// The API keys that `skuport login` has stored. Each server has a file of its own, so that logins to several servers at the same time do not
// overwrite each other's keys.
import { createHash } from "node:crypto";
import { readdir, unlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { isApiKey } from "../../../contract/identity/key-format.ts";
import { oneLine } from "../../terminal.ts";
import type { Io } from "../command.ts";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";
import { SignInError } from "./sign-in-error.ts";

export interface StoredKey {
  key: string;
  /** Name of the user; null if the server did not show it. */
  user: string | null;
  /** Id of the key; null if the key was not created by `skuport login`. */
  id: number | null;
}

/** Returns the folder of the files with the keys. */
function folderOf({ env }: Pick<Io, "env">): string {
  const given = env["XDG_CONFIG_HOME"];
  // The XDG Base Directory Specification: a relative path is invalid and must be ignored.
  const folder = given?.startsWith("/") === true ? given : join(env["HOME"] ?? homedir(), ".config");
  return join(folder, "skuport", "credentials");
}

/** Returns the path of the file with the key for the server. */
export function pathOfStoredKey(io: Pick<Io, "env">, baseUrl: string): string {
  const url = new URL(nameOf(baseUrl));
  // Two addresses can have the same host, or hosts that begin with the same 100 characters. The hash gives them different files.
  const host = url.host.replace(/[^\w.-]/g, "_").slice(0, 100);
  const hash = createHash("sha256").update(nameOf(baseUrl)).digest("hex").slice(0, 16);
  return join(folderOf(io), `${host}-${hash}.json`);
}

export async function readStoredKey(io: Pick<Io, "env">, baseUrl: string): Promise<StoredKey | undefined> {
  return (await readKey(pathOfStoredKey(io, baseUrl)))?.stored;
}

/** Stores the key for the server, in place of an earlier one.
 * @returns the earlier one */
export async function storeKey(
  io: Pick<Io, "env">,
  baseUrl: string,
  stored: StoredKey,
): Promise<StoredKey | undefined> {
  const path = pathOfStoredKey(io, baseUrl);
  const earlier = await readKey(path);
  await writePrivateFile(path, `${JSON.stringify({ url: nameOf(baseUrl), ...stored }, null, 2)}\n`);
  return earlier?.stored;
}

export async function deleteStoredKey(io: Pick<Io, "env">, baseUrl: string): Promise<void> {
  await unlink(pathOfStoredKey(io, baseUrl)).catch(ignoreMissing);
}

/** Returns the addresses for which a key is stored. */
export async function serversWithKey(io: Pick<Io, "env">): Promise<string[]> {
  const folder = folderOf(io);
  const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
  // Files without this ending are drafts that another command is writing.
  const paths = names.filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
  const keys = await Promise.all(paths.map(readKey));
  return keys.flatMap((key) => (key === undefined ? [] : [key.url])).sort();
}

/** Two spellings of an address, such as with and without the default port, have the same name. */
const nameOf = (baseUrl: string): string => new URL(baseUrl).href.replace(/\/+$/, "");

async function readKey(path: string): Promise<{ url: string; stored: StoredKey } | undefined> {
  const text = await readPrivateFile(path);
  if (text === undefined) return undefined;
  const damaged = (): SignInError =>
    new SignInError(`${oneLine(path)} is damaged. Delete it and run \`skuport login\` again.`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The error of JSON.parse would show a part of the file.
    throw damaged();
  }
  if (!isFile(content)) throw damaged();
  const { url, ...stored } = content;
  return { url, stored };
}

function isFile(value: unknown): value is StoredKey & { url: string } {
  if (typeof value !== "object" || value === null) return false;
  const { url, key } = value as Partial<Record<string, unknown>>;
  return typeof url === "string" && URL.canParse(url) && typeof key === "string" && isApiKey(key);
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  throw error;
}
