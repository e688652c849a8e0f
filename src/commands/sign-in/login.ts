// skuport login: stores an API key for a server.
import { hostname } from "node:os";
import { call } from "../../../client/call.ts";
import { MAX_NAME_CHARACTERS, SCOPES_OF_ROLE } from "../../../contract/identity/identity-rules.ts";
import { isApiKey } from "../../../contract/identity/key-format.ts";
import { create_key, revoke_key } from "../../../contract/identity/keys.ts";
import { get_identity } from "../../../contract/identity/sign-in.ts";
import { Problem } from "../../../contract/problems.ts";
import { oneLine } from "../../terminal.ts";
import { readArgs, UsageError, type Command, type Io } from "../command.ts";
import { refusePlainHttp } from "../server/credential.ts";
import { findAddress, NO_SERVER } from "../server/find-server.ts";
import { SignInError } from "../server/sign-in-error.ts";
import { pathOfStoredKey, readStoredKey, storeKey, type StoredKey } from "../server/stored-keys.ts";
import { createAsker } from "./ask.ts";
import { withSession, type Session } from "./session.ts";

export const login: Command = {
  name: "login",
  summary: "Sign in to a server and store an API key for it",
  help: `Usage: skuport login [--url URL] [--with-key]

Asks for your user name, your password and, if you have an authenticator app, its code. Creates an API key with all scopes of your role,
which is valid for 90 days, and stores it for this server in a file in ~/.config/skuport/credentials. Only you can read this file. Commands
with --url then use this key. The password is not stored.

If standard input is not a terminal, its lines are the answers.

  --with-key        store an API key that you have created on the page; reads it from standard input
  --url URL         address of the server (default: the server that runs on the data folder)
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)

Exit code: 0 done, 1 failed, 2 usage error.
`,
  async run(args, io) {
    const { values } = readArgs({
      args,
      options: { url: { type: "string" }, "data-dir": { type: "string" }, "with-key": { type: "boolean" } },
    });
    const server = await findAddress(values, io);
    if (server === undefined) throw new UsageError(NO_SERVER);
    const { base_url } = server;
    // Find faults of the file before a key is created.
    await readStoredKey(io, base_url);
    if (values["with-key"] === true) return storeGivenKey(base_url, io);
    return withSession(base_url, io, async (session) => {
      const earlier = await createAndStore(base_url, session, io);
      if (earlier !== undefined && earlier.id !== null) await revokeQuietly(earlier.id, session);
      return 0;
    });
  },
};

/** @returns the key that was stored before */
async function createAndStore(baseUrl: string, { identity, options }: Session, io: Io): Promise<StoredKey | undefined> {
  const name = `skuport login on ${hostname()}`.slice(0, MAX_NAME_CHARACTERS);
  const scopes = [...SCOPES_OF_ROLE[identity.role]];
  const { key, record } = await call(create_key, { body: { name, scopes } }, options);
  let earlier: StoredKey | undefined;
  try {
    earlier = await storeKey(io, baseUrl, { key, user: identity.user, id: record.id });
  } catch (error) {
    await revokeQuietly(record.id, { identity, options });
    throw error;
  }
  io.stdout.write(
    `Signed in to ${baseUrl} as ${oneLine(identity.user)}. The API key is stored in ${oneLine(pathOfStoredKey(io, baseUrl))} and expires on ${record.expires_at.slice(0, 10)}.\n`,
  );
  return earlier;
}

/** The key may belong to another user, or may have been revoked before. */
const revokeQuietly = async (id: number, { options }: Session): Promise<void> => {
  await call(revoke_key, { params: { id } }, options).catch(() => undefined);
};

async function storeGivenKey(baseUrl: string, io: Io): Promise<number> {
  refusePlainHttp(baseUrl, "The API key");
  const asker = createAsker(io);
  const key = (await asker.askHidden("API key: ").finally(() => asker.close())).trim();
  if (!isApiKey(key))
    throw new SignInError(
      'This is not an API key: a key begins with "sku_" and has 47 characters. Copy the whole key.',
    );
  const user = await userOf(baseUrl, key, io);
  await storeKey(io, baseUrl, { key, user, id: null });
  io.stdout.write(
    `The API key${user === null ? "" : ` of ${oneLine(user)}`} for ${baseUrl} is stored in ${oneLine(pathOfStoredKey(io, baseUrl))}.\n`,
  );
  return 0;
}

/** Asks the server which user the key belongs to. Returns null if the key has no scope `read`: such a key is valid, but the server does not
 * reveal its user. */
async function userOf(baseUrl: string, key: string, { signal }: Io): Promise<string | null> {
  try {
    return (await call(get_identity, {}, { base_url: baseUrl, key, signal })).user;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.slug === "not-permitted") return null;
    if (error.slug !== "sign-in-required") throw error;
    throw new SignInError(
      `The server at ${baseUrl} does not accept this API key. The key is wrong, has expired or was revoked. Nothing was stored.`,
      { cause: error },
    );
  }
}
