// SQL of sessions.
import type { Queryable } from "../../db/connection/connect.ts";
import { cutText } from "../../../contract/faults.ts";
import { RECENT_SIGN_IN_MINUTES } from "../../../contract/identity/identity-rules.ts";
import type { SessionRecord } from "../../../contract/identity/account.ts";
import { Problem } from "../../../contract/problems.ts";

/** A session ends when it has not been used for this long. */
export const IDLE_HOURS = 8;
/** A session ends this long after the sign-in, even if it is used. */
export const MAX_SESSION_DAYS = 30;
/** Maximum number of sessions of one user. A further sign-in ends the session that was used least recently. */
const MAX_SESSIONS = 50;
const MAX_AGENT_CHARACTERS = 300;

/** Condition for a session `s` that has not ended. */
export const SESSION_IS_OPEN = `s.expires_at > now() and s.last_used_at > now() - interval '${IDLE_HOURS} hours'`;

export interface NewSession {
  user_id: number;
  token_hash: Buffer;
  address: string;
  agent: string;
}

export async function insertSession(db: Queryable, session: NewSession): Promise<number> {
  const { user_id, token_hash, address, agent } = session;
  await db.query(
    `delete from sessions where id in (
       select id from sessions where user_id = $1 order by last_used_at desc, id desc offset $2)`,
    [user_id, MAX_SESSIONS - 1],
  );
  const { rows } = await db.query<{ id: number }>(
    `insert into sessions (user_id, token_hash, expires_at, address, agent)
     values ($1, $2, now() + make_interval(days => $3), $4, $5) returning id`,
    [user_id, token_hash, MAX_SESSION_DAYS, address, cutText(agent, MAX_AGENT_CHARACTERS)],
  );
  return (rows[0] as { id: number }).id;
}

/** Lists the user's open sessions, last used first. */
export async function listSessions(db: Queryable, userId: number, currentId: number): Promise<SessionRecord[]> {
  const { rows } = await db.query<SessionRecord>(
    `select s.id, s.created_at, s.last_used_at, s.expires_at, s.address, s.agent, s.id = $2 as current
     from sessions s where s.user_id = $1 and ${SESSION_IS_OPEN} order by s.last_used_at desc, s.id desc`,
    [userId, currentId],
  );
  return rows;
}

/** @returns whether the session existed and belonged to the user */
export async function endSession(db: Queryable, userId: number, id: number): Promise<boolean> {
  const { rowCount } = await db.query("delete from sessions where id = $1 and user_id = $2", [id, userId]);
  return rowCount === 1;
}

export async function endSessionOfToken(db: Queryable, tokenHash: Buffer): Promise<void> {
  await db.query("delete from sessions where token_hash = $1", [tokenHash]);
}

/** Ends all sessions of the user, except one.
 * @returns how many have ended */
export async function endSessions(db: Queryable, userId: number, exceptId: number | null = null): Promise<number> {
  const { rowCount } = await db.query("delete from sessions where user_id = $1 and id is distinct from $2", [
    userId,
    exceptId,
  ]);
  return rowCount ?? 0;
}

/** Records that the user has confirmed who they are. The session continues with a new token, so that no one who knows the earlier one
 * takes part in what the confirmation permits.
 * @throws Problem sign-in-required if the session has ended */
export async function renewSession(db: Queryable, id: number, tokenHash: Buffer): Promise<void> {
  const { rowCount } = await db.query("update sessions set signed_in_at = now(), token_hash = $2 where id = $1", [
    id,
    tokenHash,
  ]);
  if (rowCount !== 1) throw hasEnded();
}

/** Checks that the session has not ended, and prevents it from ending before the caller's transaction does. Call it in each transaction
 * that grants lasting access: since the request was authorised, a password reset, a change of the role, or disabling the user may have
 * ended the session. Lock users first, so that transactions cannot deadlock.
 * @throws Problem sign-in-required if the session has ended */
export async function requireSession(db: Queryable, id: number): Promise<void> {
  const { rowCount } = await db.query("select from sessions where id = $1 for share", [id]);
  if (rowCount !== 1) throw hasEnded();
}

const hasEnded = (): Problem => new Problem("sign-in-required", "The session has ended already. Sign in again.");

/** Whether the user of the session has signed in or confirmed the sign-in a short time ago. */
export async function isSignInRecent(db: Queryable, id: number): Promise<boolean> {
  const { rows } = await db.query<{ recent: boolean }>(
    "select signed_in_at > now() - make_interval(mins => $2) as recent from sessions where id = $1",
    [id, RECENT_SIGN_IN_MINUTES],
  );
  return rows[0]?.recent === true;
}
