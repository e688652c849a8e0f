// One-time links: each signs one user in once, or lets the user choose a password. The database stores only the hash of a link's token.
import type { Queryable } from "../../db/connection/connect.ts";
import { hashToken, newToken } from "../tokens.ts";
import { lockUser } from "../users/store.ts";
import type { LinkKind } from "../../../contract/identity/sign-in.ts";

/** Minutes for which a link of each kind is valid. */
const VALID_MINUTES: Readonly<Record<LinkKind, number>> = { first: 10, invitation: 3 * 24 * 60, reset: 24 * 60 };

export interface NewLink {
  kind: LinkKind;
  user_id: number;
  removes_second_factor?: boolean;
  created_by: string;
}

export interface CreatedLink {
  token: string;
  expires_at: string;
}

/** Creates a link. Earlier links of the user become invalid. Call it in a transaction: it locks the user, so that of several links that are
 * created at the same time only the last one is valid. */
export async function createLink(db: Queryable, link: NewLink): Promise<CreatedLink> {
  const { kind, user_id, removes_second_factor = false, created_by } = link;
  const token = newToken();
  await lockUser(db, user_id);
  await endLinks(db, user_id);
  const { rows } = await db.query<{ expires_at: string }>(
    `insert into one_time_links (kind, user_id, token_hash, removes_second_factor, created_by, expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(mins => $6)) returning expires_at`,
    [kind, user_id, hashToken(token), removes_second_factor, created_by, VALID_MINUTES[kind]],
  );
  return { token, expires_at: (rows[0] as { expires_at: string }).expires_at };
}

export interface StoredLink {
  id: number;
  kind: LinkKind;
  user_id: number;
  user: string;
  removes_second_factor: boolean;
  expires_at: string;
}

/** Finds the link if it is valid and its user is not disabled. */
export async function findLink(db: Queryable, token: string): Promise<StoredLink | undefined> {
  const { rows } = await db.query<StoredLink>(
    `select l.id, l.kind, l.user_id, u.name as user, l.removes_second_factor, l.expires_at
     from one_time_links l join users u on u.id = l.user_id
     where l.token_hash = $1 and l.used_at is null and l.expires_at > now() and u.disabled_at is null`,
    [hashToken(token)],
  );
  return rows[0];
}

/** Marks the link as used.
 * @returns false if another request has used it, or it has expired */
export async function useLink(db: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await db.query(
    "update one_time_links set used_at = now() where id = $1 and used_at is null and expires_at > now()",
    [id],
  );
  return rowCount === 1;
}

/** Makes all unused links of the user invalid. */
export async function endLinks(db: Queryable, userId: number): Promise<void> {
  await db.query("update one_time_links set used_at = now() where user_id = $1 and used_at is null", [userId]);
}
