// The API keys that `skuport login` has stored, each for one server.
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

type Keys = Record<string, StoredKey>;

/** Returns the path of the file with the keys. */
export function pathOfStoredKeys({ env }: Pick<Io, "env">): string {
  const given = env["XDG_CONFIG_HOME"];
  // The XDG Base Directory Specification: a relative path is invalid and must be ignored.
  const folder = given?.startsWith("/") === true ? given : join(env["HOME"] ?? homedir(), ".config");
  return join(folder, "skuport", "credentials.json");
}

export async function readStoredKey(io: Pick<Io, "env">, baseUrl: string): Promise<StoredKey | undefined> {
  const keys = await readKeys(pathOfStoredKeys(io));
  const name = nameOf(baseUrl);
  return Object.hasOwn(keys, name) ? keys[name] : undefined;
}

/** Stores the key for the server, in place of an earlier one. */
export async function storeKey(io: Pick<Io, "env">, baseUrl: string, stored: StoredKey): Promise<void> {
  const path = pathOfStoredKeys(io);
  await writeKeys(path, { ...(await readKeys(path)), [nameOf(baseUrl)]: stored });
}

export async function deleteStoredKey(io: Pick<Io, "env">, baseUrl: string): Promise<void> {
  const path = pathOfStoredKeys(io);
  const name = nameOf(baseUrl);
  const left = Object.entries(await readKeys(path)).filter(([server]) => server !== name);
  await writeKeys(path, Object.fromEntries(left));
}

/** Returns the addresses for which a key is stored. */
export const serversWithKey = async (io: Pick<Io, "env">): Promise<string[]> =>
  Object.keys(await readKeys(pathOfStoredKeys(io)));

/** Two spellings of an address, such as with and without the default port, have the same name. */
const nameOf = (baseUrl: string): string => new URL(baseUrl).href.replace(/\/+$/, "");

const writeKeys = (path: string, servers: Keys): Promise<void> =>
  writePrivateFile(path, `${JSON.stringify({ servers }, null, 2)}\n`);

async function readKeys(path: string): Promise<Keys> {
  const text = await readPrivateFile(path);
  if (text === undefined) return {};
  const damaged = (): SignInError =>
    new SignInError(`${oneLine(path)} is damaged. Delete it and run \`skuport login\` again.`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The error of JSON.parse would show a part of the file.
    throw damaged();
  }
  const servers: unknown = isObject(content) ? content["servers"] : undefined;
  if (!isObject(servers) || !Object.values(servers).every(isStoredKey)) throw damaged();
  return servers as Keys;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const isStoredKey = (value: unknown): value is StoredKey =>
  isObject(value) && typeof value["key"] === "string" && isApiKey(value["key"]);
