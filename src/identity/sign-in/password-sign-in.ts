// Signs a user in with name and password.
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import { recordAudit, type NewAuditEntry } from "../audit/audit.ts";
import { verifyPassword } from "../passwords/hash.ts";
import { startSession, type SignInClient } from "../sessions/start-session.ts";
import { limitOfAccount, limitOfAddress } from "../throttle/subjects.ts";
import { beginAttempt, completeAttempt, withdrawAttempt } from "../throttle/throttle.ts";
import { findUserByName, lockUser, type StoredUser } from "../users/store.ts";
import { checkCode } from "./check-code.ts";
import type { SignInContext } from "./context.ts";
import type { AuditFacts } from "../../../contract/identity/audit-facts.ts";
import { Problem } from "../../../contract/problems.ts";

interface Given {
  user: string;
  password: string;
  code?: string | undefined;
}

/** Actor of audit entries about user names that do not exist. The name itself is not recorded: people type passwords into its field. */
const UNKNOWN = "unknown user";

/** Checks the password and the second factor, and starts a session.
 * @returns the token of the session
 * @throws Problem too-many-attempts, sign-in-failed, code-required */
export async function signInWithPassword(context: SignInContext, given: Given, client: SignInClient): Promise<string> {
  const { pool } = context;
  const { address, request_id } = client;
  const account = limitOfAccount(given.user);
  // Before anything else: a refused attempt must cost as little as possible.
  const attempt = await beginAttempt(pool, [account, limitOfAddress(address)], async (db) => {
    const actor = (await findUserByName(db, given.user))?.name ?? UNKNOWN;
    await recordAudit(db, { action: "sign-in-blocked", actor, address, request_id });
  });
  const found = await findUserByName(pool, given.user);
  const actor = found?.name ?? UNKNOWN;
  const audit = (db: Queryable, entry: Pick<NewAuditEntry, "action" | "detail">): Promise<void> =>
    recordAudit(db, { ...entry, actor, address, request_id });
  const user = await verifyUser(found, given.password).catch(async (error: unknown) => {
    // Too many hashes are waiting. The password was not checked.
    await withdrawAttempt(pool, attempt);
    throw error;
  });
  if (user === undefined) {
    await audit(pool, { action: "sign-in-failed", detail: { reason: reasonOf(found) } });
    throw new Problem("sign-in-failed", "The user name or the password is not correct.");
  }
  try {
    return await withTransaction(pool, async (db) => {
      const proof = await checkCode(db, context, user.id, given.code);
      await assertUnchanged(db, user);
      const token = await startSession(db, user.id, client);
      await completeAttempt(db, attempt, account);
      await audit(db, { action: "signed-in", detail: { by: proof === undefined ? "password" : `password-${proof}` } });
      if (proof === "recovery") await audit(db, { action: "recovery-code-used" });
      return token;
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // The first request of a user with a second factor has no code. That is not a failure.
    if (error.slug === "code-required") await withdrawAttempt(pool, attempt);
    if (error.slug === "sign-in-failed") await audit(pool, { action: "sign-in-failed", detail: { reason: "code" } });
    throw error;
  }
}

/** Returns the user if the password is correct and the user is not disabled. Computes one hash in any case. */
async function verifyUser(found: StoredUser | undefined, password: string): Promise<StoredUser | undefined> {
  const matches = await verifyPassword(found?.password_hash ?? null, password, "sign_in");
  return matches && found?.disabled_at === null ? found : undefined;
}

function reasonOf(user: StoredUser | undefined): NonNullable<AuditFacts["reason"]> {
  if (user === undefined) return "no-such-user";
  if (user.disabled_at !== null) return "disabled";
  return user.password_hash === null ? "no-password" : "password";
}

/** @throws Problem sign-in-failed if the user was disabled, or the password changed, since it was verified */
async function assertUnchanged(db: Queryable, { id, password_hash }: StoredUser): Promise<void> {
  const now = await lockUser(db, id);
  if (now?.disabled_at === null && now.password_hash === password_hash) return;
  throw new Problem("sign-in-failed", "The user was changed during the sign-in. Sign in again.");
}
