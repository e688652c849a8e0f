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
  const user = await findUser(context.pool, session.user_id);
  if (user === undefined || (user.password_hash === null && !user.has_second_factor))
    throw new Problem(
      "recent-sign-in-required",
      "You have neither a password nor an authenticator app. Sign out, and sign in again.",
    );
  await countFailures(context, session, async () => {
    await checkPassword(user.password_hash, given.password);
    const proof = await checkCode(context.pool, context, user.id, given.code);
    const { user: actor, address, request_id } = session;
    if (proof === "recovery")
      await recordAudit(context.pool, { action: "recovery-code-used", actor, address, request_id });
  });
}

/** Checks the present password before it is changed. A user without a password needs none.
 * @throws Problem sign-in-failed, too-many-attempts */
export async function confirmPassword(
  context: SignInContext,
  password: string | undefined,
  session: Session,
): Promise<void> {
  const user = await findUser(context.pool, session.user_id);
  await countFailures(context, session, () => checkPassword(user?.password_hash ?? null, password));
}

async function checkPassword(passwordHash: string | null, password: string | undefined): Promise<void> {
  if (passwordHash === null || (password !== undefined && (await verifyPassword(passwordHash, password, "known_user"))))
    return;
  throw new Problem("sign-in-failed", "The password is not correct.");
}

/** Runs the check, and returns its result. Failures count for the session.
 * @throws Problem too-many-attempts, or what `check` throws */
export async function countFailures<T>(
  { pool }: Pick<SignInContext, "pool">,
  { session_id, user: actor, address, request_id }: Session,
  check: () => Promise<T>,
): Promise<T> {
  const limit = limitOfSession(session_id);
  const attempt = await beginAttempt(pool, [limit]);
  try {
    const result = await check();
    await completeAttempt(pool, attempt, limit);
    return result;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Only a wrong password or code is a failure.
    if (error.slug === "sign-in-failed") {
      const detail = { reason: "confirmation" } as const;
      await recordAudit(pool, { action: "sign-in-failed", actor, detail, address, request_id });
    } else await withdrawAttempt(pool, attempt);
    throw error;
  }
}
