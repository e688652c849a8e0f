// Responds to a sign-in.
import type { FastifyReply, FastifyRequest } from "fastify";
import { findSession } from "../../identity/credentials/store.ts";
import { hashToken } from "../../identity/tokens.ts";
import { setSessionCookie } from "../access/cookies.ts";
import { describeIdentity, identityOf } from "../access/identity.ts";
import type { IdentityRoutesContext } from "./context.ts";
import type { Identity } from "../../../contract/identity/sign-in.ts";
import { Problem } from "../../../contract/problems.ts";

/** Sets the session cookie, and returns who is signed in now. */
export async function signedIn(
  context: IdentityRoutesContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<Identity> {
  context.access.changed();
  const session = await findSession(context.pool, hashToken(token));
  // An administrator may have disabled the user just after the sign-in.
  if (session === undefined) throw new Problem("sign-in-required", "The session has ended already. Sign in again.");
  setSessionCookie(request, reply, token);
  return describeIdentity(identityOf(session), context.requires_second_factor);
}
