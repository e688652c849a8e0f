// The server whose profiles and remembered columns `skuport read` uses.
import type { Io } from "../command.ts";
import { findServer, withRemedy, type FoundServer, type Server, type ServerOptions } from "../server/find-server.ts";
import { SignInError } from "../server/sign-in-error.ts";

export interface ReadServer {
  /** Returns the server; undefined if no server runs on the data folder. Throws if there is no credential for the server. */
  find: () => Promise<Server | undefined>;
  /** Returns the server. If the user did not give an address, a missing credential only causes a
   * warning. */
  findOptional: () => Promise<Server | undefined>;
  /** Awaits calls that use the server. If the server refuses the credential, throws an error that contains the remedy. */
  withRemedy: <T>(calls: Promise<T>) => Promise<T>;
}

export function createReadServer(values: ServerOptions, io: Io): ReadServer {
  let server: FoundServer | undefined;
  let found: Promise<Server | undefined> | undefined;
  let optional: Promise<Server | undefined> | undefined;
  const findOnce = async (): Promise<Server | undefined> => {
    server = await findServer(values, io);
    return server && { base_url: server.base_url, key: server.key };
  };
  const find = (): Promise<Server | undefined> => (found ??= findOnce());
  const findOrWarn = async (): Promise<Server | undefined> => {
    try {
      return await find();
    } catch (error) {
      if (values.url !== undefined) throw error;
      if (error instanceof SignInError)
        io.stderr.write(
          `${error.message}\nThe profiles of this server and the columns that it remembers are not used.\n`,
        );
      // `skuport read` needs no settings, so invalid ones are not an error here.
      return undefined;
    }
  };
  return {
    find,
    findOptional: () => (optional ??= findOrWarn()),
    withRemedy: (calls) =>
      calls.catch((error: unknown) => {
        if (server === undefined) throw error;
        return withRemedy(server, Promise.reject(error as Error));
      }),
  };
}
