// Uses a one-time link: sets the password, if the link needs one, and signs in.
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import { recordAudit, type NewAuditEntry } from "../audit/audit.ts";
import { endLinks, findLink, useLink, type StoredLink } from "../links/links.ts";
import { notifyIdentityChange } from "../notify.ts";
import { newPasswordHash } from "../passwords/change.ts";
import { passwordsOff } from "../passwords/passwords-off.ts";
import { removeSecondFactor } from "../second-factor/second-factor.ts";
import { startSession, type SignInClient } from "../sessions/start-session.ts";
import { endSessions } from "../sessions/store.ts";
import { limitOfAccount, limitOfAddress, limitOfLink } from "../throttle/subjects.ts";
import { beginAttempt, completeAttempt, withdrawAttempt } from "../throttle/throttle.ts";
import { lockUser, setPassword } from "../users/store.ts";
import { checkCode } from "./check-code.ts";
import type { SignInContext } from "./context.ts";
import { Problem } from "../../../contract/problems.ts";

interface Given {
  token: string;
  password?: string | undefined;
  code?: string | undefined;
}

export const needsPassword = ({ kind }: StoredLink): boolean => kind !== "first";

/** Finds a valid link. Failures count for the address.
 * @throws Problem link-not-valid, too-many-attempts; not-permitted if the link is for a password, and passwords were switched off since */
export async function lookUpLink(
  { pool, password_sign_in = true }: SignInContext,
  token: string,
  { address, request_id }: SignInClient,
): Promise<StoredLink> {
  const attempt = await beginAttempt(pool, [limitOfAddress(address)]);
  const link = await findLink(pool, token);
  if (link === undefined) {
    await recordAudit(pool, { action: "link-refused", actor: "unknown user", address, request_id });
    throw notValid();
  }
  await withdrawAttempt(pool, attempt);
  if (needsPassword(link) && !password_sign_in) throw passwordsOff();
  return link;
}

/** @returns the token of the new session
 * @throws Problem link-not-valid, not-permitted, password-refused, code-required, sign-in-failed, too-many-attempts */
export async function redeemLink(context: SignInContext, given: Given, client: SignInClient): Promise<string> {
  const { pool } = context;
  const link = await lookUpLink(context, given.token, client);
  const { address, request_id } = client;
  const audit = (db: Queryable, entry: Pick<NewAuditEntry, "action" | "detail">): Promise<void> =>
    recordAudit(db, { ...entry, actor: link.user, subject: `user ${link.user}`, address, request_id });
  const passwordHash = needsPassword(link) ? await newPasswordOf(link, given.password) : undefined;
  const attempt = await beginAttempt(pool, [limitOfLink(link.id), limitOfAddress(address)]);
  try {
    return await withTransaction(pool, async (db) => {
      const proof = link.removes_second_factor ? undefined : await checkCode(db, context, link.user_id, given.code);
      const user = await lockUser(db, link.user_id);
      if (user?.disabled_at !== null || !(await useLink(db, link.id))) throw notValid();
      await audit(db, { action: "link-used", detail: { kind: link.kind } });
      if (link.removes_second_factor && (await removeSecondFactor(db, link.user_id)))
        await audit(db, { action: "second-factor-removed" });
      if (passwordHash !== undefined) {
        await setPassword(db, link.user_id, passwordHash);
        await endSessions(db, link.user_id);
        await endLinks(db, link.user_id);
        await notifyIdentityChange(db);
        await audit(db, { action: "password-changed" });
      }
      if (proof === "recovery") await audit(db, { action: "recovery-code-used" });
      const token = await startSession(db, link.user_id, client);
      await completeAttempt(db, attempt, limitOfAccount(link.user));
      await audit(db, { action: "signed-in", detail: { by: "link" } });
      return token;
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Only a wrong code is a failure.
    if (error.slug === "sign-in-failed") await audit(pool, { action: "sign-in-failed", detail: { reason: "code" } });
    else await withdrawAttempt(pool, attempt);
    throw error;
  }
}

async function newPasswordOf({ user }: StoredLink, password: string | undefined): Promise<string> {
  if (password === undefined)
    throw new Problem("password-refused", "Choose a password. This link cannot be used without one.");
  return newPasswordHash(password, user);
}

const notValid = (): Problem =>
  new Problem(
    "link-not-valid",
    "The link was used, has expired, or was replaced by a newer one. Ask an administrator for a new link.",
  );
