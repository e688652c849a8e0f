// The credential for commands that manage users and API keys. An API key cannot do this, except the key in the data folder of the server.
import type { CallOptions } from "../../../client/call.ts";
import { UsageError, type Io } from "../command.ts";
import { keyInFolder } from "../server/credential.ts";
import { findAddress, NO_SERVER, withRemedy, type ServerOptions } from "../server/find-server.ts";

/** Calls `use` with the key in the data folder of the server. If the folder is not available, asks for user name and password and calls
 * `use` with a session, which ends afterwards. */
export async function withAccount<T>(
  values: ServerOptions,
  io: Io,
  use: (options: CallOptions) => Promise<T>,
): Promise<T> {
  const server = await findAddress(values, io);
  if (server === undefined) throw new UsageError(NO_SERVER);
  const { base_url, data_dir } = server;
  const local = await keyInFolder(data_dir);
  if (local === undefined) {
    const { withSession } = await import("./session.ts");
    io.stderr.write(`Sign in to ${base_url}. An API key is not sufficient for this command.\n`);
    return withSession(base_url, io, ({ options }) => use(options));
  }
  return withRemedy({ base_url, ...local }, use({ base_url, key: local.key }));
}
