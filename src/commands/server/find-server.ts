// Finds the server for a remote command, and the credential for it.
import { Problem } from "../../../contract/problems.ts";
import type { Io } from "../command.ts";
import { describeDenial, describeRefusal, findCredential, type Credential } from "./credential.ts";
import { isLoopbackUrl, isSameLoopback, readUrl } from "./server-url.ts";
import { SignInError } from "./sign-in-error.ts";

export const NO_SERVER =
  "No server is running on the data folder. Start one with `skuport serve`, or give the address of a running server with --url.";

export interface ServerOptions {
  url?: string | undefined;
  "data-dir"?: string | undefined;
}

/** A server and the key for it: options of the functions in `client/`. */
export interface Server {
  base_url: string;
  key: string;
}

/** A server, and what a command needs to explain its refusals. */
export type FoundServer = Pick<Server, "base_url"> & Credential;

/** Calls `use` with the server. If the server refuses the credential, throws an error that contains the remedy. */
export async function withServer<T>(
  values: ServerOptions,
  io: Io,
  use: (server: Server | undefined) => Promise<T>,
): Promise<T> {
  const found = await findServer(values, io);
  if (found === undefined) return use(undefined);
  return withRemedy(found, use({ base_url: found.base_url, key: found.key }));
}

/** If the server refuses the credential, throws an error that contains the remedy in place of the server's own. */
export async function withRemedy<T>(found: FoundServer, calls: Promise<T>): Promise<T> {
  try {
    return await calls;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.slug === "sign-in-required")
      throw new SignInError(describeRefusal(found.base_url, found), { cause: error });
    if (error.slug === "not-permitted")
      throw new SignInError(describeDenial(found.base_url, found, error.message), { cause: error });
    throw error;
  }
}

/** Returns the server at the address in `--url`, or the server that runs on the data folder; undefined if no server runs there.
 * @throws {SignInError} if there is no credential for the server */
export async function findServer(values: ServerOptions, io: Io): Promise<FoundServer | undefined> {
  const address = await findAddress(values, io);
  if (address === undefined) return undefined;
  const { base_url, data_dir } = address;
  return { base_url, ...(await findCredential(base_url, data_dir, io)) };
}

/** The setting that the option --data-dir overrides. */
export const dataDirIn = (values: ServerOptions): Record<string, string> =>
  values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] };

export interface ServerAddress {
  base_url: string;
  /** The data folder that the server holds, if it is known. */
  data_dir: string | undefined;
}

/** Returns the address of the server in the same way as `findServer`, without a credential. */
export async function findAddress(values: ServerOptions, io: Io): Promise<ServerAddress | undefined> {
  const given = dataDirIn(values);
  if (values.url !== undefined) {
    const url = readUrl(values.url);
    if (!isLoopbackUrl(url)) return { base_url: url, data_dir: undefined };
    const { data_dir } = await io.readRemoteSettings(given);
    // Reading the folder fails if it belongs to another account. Its server is then unknown, and the given address is used.
    const held = await urlOfHolder(data_dir).catch(() => undefined);
    return held !== undefined && isSameLoopback(url, held)
      ? { base_url: held, data_dir }
      : { base_url: url, data_dir: undefined };
  }
  const { data_dir } = await io.loadConfig(given);
  const held = await urlOfHolder(data_dir);
  return held === undefined ? undefined : { base_url: held, data_dir };
}

async function urlOfHolder(dataDir: string): Promise<string | undefined> {
  const { readHolder } = await import("../../db/data-dir/data-dir.ts");
  return (await readHolder(dataDir))?.url;
}
