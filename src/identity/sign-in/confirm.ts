// Checks again who uses a session, before secrets are revealed or the password is changed.
import { recordAudit } from "../audit/audit.ts";
import { verifyPassword } from "../passwords/hash.ts";
import { limitOfSession } from "../throttle/subjects.ts";
import { beginAttempt, completeAttempt, withdrawAttempt } from "../throttle/throttle.ts";
import { findUser } from "../users/store.ts";
import { checkCode } from "./check-code.ts";
import type { SignInContext } from "./context.ts";
import { Problem } from "../../../contract/problems.ts";

interface Session {
  session_id: number;
  user_id: number;
  user: string;
  address: string;
  request_id: string;
}

/** Checks the password, if the user has one, and the second factor, if the user has one.
 * @throws Problem sign-in-failed, code-required, too-many-attempts, recent-sign-in-required */
export async function confirmUser(
  context: SignInContext,
  given: { password?: string | undefined; code?: string | undefined },
  session: Session,
): Promise<void> {
  const { pool } = context;
  const { session_id, user_id, user: actor, address, request_id } = session;
  const user = await findUser(pool, user_id);
  if (user === undefined || (user.password_hash === null && !user.has_second_factor))
    throw new Problem(
      "recent-sign-in-required",
      "You have neither a password nor an authenticator app. Sign out, and sign in again.",
    );
  const limit = limitOfSession(session_id);
  const attempt = await beginAttempt(pool, [limit]);
  try {
    if (user.password_hash !== null) await checkPassword(user.password_hash, given.password);
    await checkCode(pool, context, user_id, given.code);
    await completeAttempt(pool, attempt, limit);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.slug === "code-required") await withdrawAttempt(pool, attempt);
    if (error.slug === "sign-in-failed")
      await recordAudit(pool, {
        action: "sign-in-failed",
        actor,
        detail: { reason: "confirmation" },
        address,
        request_id,
      });
    throw error;
  }
}

async function checkPassword(passwordHash: string, password: string | undefined): Promise<void> {
  if (password !== undefined && (await verifyPassword(passwordHash, password))) return;
  throw new Problem("sign-in-failed", "The password is not correct.");
}
