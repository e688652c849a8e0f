// Signs in with user name and password, as the page does, for as long as a command runs.
import { failureOf, readText, chunksOf, unreachable } from "../../../client/answer.ts";
import { address } from "../../../client/address.ts";
import { call, type CallOptions } from "../../../client/call.ts";
import { get_sign_in_options, sign_in, sign_out, type Identity } from "../../../contract/identity/sign-in.ts";
import { Problem } from "../../../contract/problems.ts";
import type { Io } from "../command.ts";
import { refusePlainHttp } from "../server/credential.ts";
import { SignInError } from "../server/sign-in-error.ts";
import { createAsker, type Asker } from "./ask.ts";

export interface Session {
  identity: Identity;
  /** Options of calls in this session. */
  options: CallOptions;
}

/** Asks for user name, password and, if required, the code of the authenticator app. Calls `use` with the session and ends it afterwards.
 * @throws Problem if the server refuses the sign-in */
export async function withSession<T>(baseUrl: string, io: Io, use: (session: Session) => Promise<T>): Promise<T> {
  refusePlainHttp(baseUrl, "The password");
  await requirePasswords(baseUrl, io.signal);
  const asker = createAsker(io);
  const session = await askAndSignIn(baseUrl, asker, io).finally(() => {
    asker.close();
  });
  try {
    return await use(session);
  } finally {
    // A session that cannot be ended now expires after eight hours.
    await call(sign_out, {}, session.options).catch(() => undefined);
  }
}

async function requirePasswords(baseUrl: string, signal: AbortSignal): Promise<void> {
  const { password, single_sign_on } = await call(get_sign_in_options, {}, { base_url: baseUrl, signal });
  if (password) return;
  throw new SignInError(
    `Users of ${baseUrl} sign in with ${single_sign_on ?? "single sign-on"}, which needs a browser. ` +
      `Create an API key in your profile on the page, then run \`skuport login --url ${baseUrl} --with-key\`.`,
  );
}

async function askAndSignIn(baseUrl: string, asker: Asker, { signal }: Io): Promise<Session> {
  const user = (await asker.ask("User: ")).trim();
  const password = await asker.askHidden("Password: ");
  try {
    return await signIn(baseUrl, { user, password }, signal);
  } catch (error) {
    if (!(error instanceof Problem && error.slug === "code-required")) throw error;
    const code = (await asker.ask("Code of the authenticator app, or a recovery code: ")).trim();
    return signIn(baseUrl, { user, password, code }, signal);
  }
}

/** Does not follow redirects: they would send the password to another server. */
async function signIn(
  baseUrl: string,
  body: { user: string; password: string; code?: string },
  signal: AbortSignal,
): Promise<Session> {
  const url = address(sign_in, {}, baseUrl);
  const { origin } = new URL(baseUrl);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", origin },
    body: JSON.stringify(body),
    redirect: "manual",
    signal,
  }).catch((error: unknown) => {
    throw error instanceof TypeError ? unreachable(url, error) : error;
  });
  const text = await readText(chunksOf(response.body), response.status);
  if (response.status !== 200) throw failureOf(response.status, text);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .join("; ");
  // The server accepts the cookie only if the header `Origin` is the origin of its own page. A page of another site cannot send this
  // header.
  return { identity: JSON.parse(text) as Identity, options: { base_url: baseUrl, headers: { cookie, origin } } };
}
