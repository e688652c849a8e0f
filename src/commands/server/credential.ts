// Chooses the API key with which a command calls a server.
import { join } from "node:path";
import { isApiKey } from "../../../contract/identity/key-format.ts";
import type { Io } from "../command.ts";
import { oneLine } from "../../terminal.ts";
import { isLoopbackUrl } from "./server-url.ts";
import { readPrivateFile } from "./private-file.ts";
import { SignInError } from "./sign-in-error.ts";
import { readStoredKey } from "./stored-keys.ts";

export interface Credential {
  key: string;
  /** Where the command found the key. */
  source: "setting" | "login" | "local";
  /** Name of the user of a login, if the server has shown it. */
  user?: string | null;
}

/** Name of the file in the data folder that contains the key of the account that runs the server. */
const LOCAL_KEY_FILE = "local.key";

/** Returns the key in the setting SKUPORT_API_KEY, the key that `skuport login` stored for the server, or the key in the data folder of the
 * server.
 * @param dataDir the data folder that this server holds; undefined if it is not known
 * @throws {SignInError} if no key is available, or if it must not be used */
export async function findCredential(
  baseUrl: string,
  dataDir: string | undefined,
  io: Pick<Io, "env" | "readRemoteSettings">,
): Promise<Credential> {
  refusePlainHttp(baseUrl, "The API key");
  const found =
    keyInSetting(await io.readRemoteSettings()) ?? (await keyOfLogin(baseUrl, io)) ?? (await keyInFolder(dataDir));
  if (found === undefined) throw new SignInError(describeMissing(baseUrl));
  return found;
}

function keyInSetting({ api_key }: { api_key: string | undefined }): Credential | undefined {
  if (api_key === undefined) return undefined;
  if (isApiKey(api_key)) return { key: api_key, source: "setting" };
  throw new SignInError(
    'SKUPORT_API_KEY is not an API key: a key begins with "sku_" and has 47 characters. Copy the whole key again.',
  );
}

async function keyOfLogin(baseUrl: string, io: Pick<Io, "env">): Promise<Credential | undefined> {
  const stored = await readStoredKey(io, baseUrl);
  return stored === undefined ? undefined : { key: stored.key, source: "login", user: stored.user };
}

/** Returns the key of the account that runs the server on the data folder; undefined if there is none. */
export async function keyInFolder(dataDir: string | undefined): Promise<Credential | undefined> {
  if (dataDir === undefined) return undefined;
  const path = join(dataDir, LOCAL_KEY_FILE);
  const key = (await readPrivateFile(path))?.trim();
  if (key === undefined) return undefined;
  if (isApiKey(key)) return { key, source: "local" };
  throw new SignInError(`${oneLine(path)} does not contain a key. Restart the server, which writes this file.`);
}

/** @throws {SignInError} if a secret would be sent over a network without encryption */
export function refusePlainHttp(baseUrl: string, secret: string): void {
  if (new URL(baseUrl).protocol === "https:" || isLoopbackUrl(baseUrl)) return;
  throw new SignInError(
    `${secret} is not sent to ${baseUrl}, because everyone on the way there could read it. Use the https address of the server.`,
  );
}

function describeMissing(baseUrl: string): string {
  const hint = isLoopbackUrl(baseUrl)
    ? " If the server was started by your account, give its data folder with --data-dir instead."
    : "";
  return `The server at ${baseUrl} requires a sign-in. Set SKUPORT_API_KEY, or run \`skuport login --url ${baseUrl}\`.${hint}`;
}

/** The message for a server that has answered with status 401. */
export function describeRefusal(baseUrl: string, { source }: Pick<Credential, "source">): string {
  const [name, remedy] = {
    setting: [
      "the API key in SKUPORT_API_KEY",
      `Set SKUPORT_API_KEY to a valid key, or remove it and run \`skuport login --url ${baseUrl}\`.`,
    ],
    login: ["the API key that `skuport login` has stored", `Run \`skuport login --url ${baseUrl}\` again.`],
    local: [
      "the key in its data folder",
      "The server writes a new key at every start. If it is starting, run the command again in a moment.",
    ],
  }[source];
  return `The server at ${baseUrl} does not accept ${name}.${source === "local" ? "" : " The key is wrong, has expired or was revoked."} ${remedy}`;
}

/** The message for a server that has answered with status 403: its reason, who sent the request, and how to send it as someone else. */
export function describeDenial(baseUrl: string, { source, user }: Credential, reason: string): string {
  switch (source) {
    case "login": {
      const name = user === undefined || user === null ? "" : ` as ${oneLine(user)}`;
      return `${reason} You are signed in to ${baseUrl}${name} by \`skuport login\`. To continue as someone else, run \`skuport logout --url ${baseUrl}\` first, or set SKUPORT_API_KEY.`;
    }
    case "setting":
      return `${reason} The request was sent to ${baseUrl} with the API key in SKUPORT_API_KEY. Set another key, or remove the setting and run \`skuport login --url ${baseUrl}\`.`;
    case "local":
      return reason;
  }
}
