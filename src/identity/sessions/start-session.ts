// Starts a session after a sign-in.
import type { Queryable } from "../../db/connection/connect.ts";
import { hashToken, newToken } from "../tokens.ts";
import { noteSignIn } from "../users/store.ts";
import { endSessionOfToken, insertSession } from "./store.ts";

/** The client of a sign-in. */
export interface SignInClient {
  /** Network address. */
  address: string;
  /** Header `User-Agent`. */
  agent: string;
  request_id: string;
  /** Token of the session cookie that the request has. This session ends, so that no one who knows its token takes part in the new one. */
  earlier_token: string | undefined;
}

/** Starts a session.
 * @returns the token for the cookie */
export async function startSession(db: Queryable, userId: number, client: SignInClient): Promise<string> {
  const { address, agent, earlier_token } = client;
  const token = newToken();
  if (earlier_token !== undefined) await endSessionOfToken(db, hashToken(earlier_token));
  await insertSession(db, { user_id: userId, token_hash: hashToken(token), address, agent });
  await noteSignIn(db, userId);
  return token;
}
