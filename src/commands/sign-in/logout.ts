// skuport logout: revokes and deletes the API key that `skuport login` has stored.
import { call } from "../../../client/call.ts";
import { revoke_current_key } from "../../../contract/identity/keys.ts";
import { Problem } from "../../../contract/problems.ts";
import { readArgs, UsageError, type Command, type Io } from "../command.ts";
import { refusePlainHttp } from "../server/credential.ts";
import { findAddress, NO_SERVER, type ServerOptions } from "../server/find-server.ts";
import { deleteStoredKey, readStoredKey, serversWithKey } from "../server/stored-keys.ts";

export const logout: Command = {
  name: "logout",
  summary: "Revoke and delete the API key that login has stored",
  help: `Usage: skuport logout [--url URL] [--forget]

  --forget          only delete the key from this computer. The key stays valid until it expires or you revoke it on the page
  --url URL         address of the server (default: the only server for which a key is stored, or else the one that runs on the
                    data folder)
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)

Exit code: 0 done, 1 failed, 2 usage error.
`,
  async run(args, io) {
    const { values } = readArgs({
      args,
      options: { url: { type: "string" }, "data-dir": { type: "string" }, forget: { type: "boolean" } },
    });
    const baseUrl = await addressOf(values, io);
    const stored = await readStoredKey(io, baseUrl);
    if (stored === undefined) {
      io.stderr.write(`No API key is stored for ${baseUrl}.\n`);
      return 1;
    }
    const wasRevoked = values.forget !== true && (await revoke(baseUrl, stored.key, io));
    await deleteStoredKey(io, baseUrl);
    io.stdout.write(
      wasRevoked
        ? `Signed out of ${baseUrl}. The API key was revoked and deleted.\n`
        : `The API key for ${baseUrl} was deleted from this computer.\n`,
    );
    return 0;
  },
};

async function addressOf(values: ServerOptions, io: Io): Promise<string> {
  if (values.url === undefined && values["data-dir"] === undefined) {
    const [only, ...more] = await serversWithKey(io);
    if (only !== undefined && more.length === 0) return only;
    if (more.length > 0)
      throw new UsageError(
        `API keys of several servers are stored. Give one with --url: ${[only, ...more].join(", ")}`,
      );
  }
  const server = await findAddress(values, io);
  if (server === undefined) throw new UsageError(NO_SERVER);
  return server.base_url;
}

/** @returns false if the key was not valid any more */
async function revoke(baseUrl: string, key: string, { signal, stderr }: Io): Promise<boolean> {
  refusePlainHttp(baseUrl, "The API key");
  try {
    await call(revoke_current_key, {}, { base_url: baseUrl, key, signal });
    return true;
  } catch (error) {
    if (error instanceof Problem && error.slug === "sign-in-required") return false;
    stderr.write("The API key was not revoked and stays stored. To delete it only from this computer, add --forget.\n");
    throw error;
  }
}
