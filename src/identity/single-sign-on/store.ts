// SQL of single sign-on: sign-ins that have started, and users of the identity provider.
import type { Queryable } from "../../db/connection/connect.ts";
import type { Role } from "../../../contract/identity/identity-rules.ts";
import { nameKeyOf } from "../users/user-name.ts";

export interface StartedSignOn {
  state_hash: Buffer;
  /** Encrypted PKCE verifier. */
  sealed_verifier: string;
  nonce: string;
  next_path: string;
}

/** Stores a sign-in that has started, and deletes those that have expired. */
export async function insertSignOn(db: Queryable, signOn: StartedSignOn, minutes: number): Promise<void> {
  const { state_hash, sealed_verifier, nonce, next_path } = signOn;
  await db.query("delete from single_sign_ons where expires_at <= now()");
  await db.query(
    `insert into single_sign_ons (state_hash, verifier, nonce, next_path, expires_at)
     values ($1, convert_to($2, 'UTF8'), $3, $4, now() + make_interval(mins => $5))`,
    [state_hash, sealed_verifier, nonce, next_path, minutes],
  );
}

/** Deletes the sign-in and returns it, so that each is finished once.
 * @returns undefined if it is unknown, was finished, or has expired */
export async function takeSignOn(
  db: Queryable,
  stateHash: Buffer,
): Promise<Omit<StartedSignOn, "state_hash"> | undefined> {
  const { rows } = await db.query<Omit<StartedSignOn, "state_hash"> & { is_open: boolean }>(
    `delete from single_sign_ons where state_hash = $1
     returning convert_from(verifier, 'UTF8') as sealed_verifier, nonce, next_path, expires_at > now() as is_open`,
    [stateHash],
  );
  return rows[0]?.is_open === true ? rows[0] : undefined;
}

export interface Account {
  id: number;
  name: string;
  role: Role;
  is_disabled: boolean;
}

/** Finds the user whom the identity provider has introduced, and locks it until the transaction ends. */
export async function lockAccount(db: Queryable, issuer: string, subject: string): Promise<Account | undefined> {
  const { rows } = await db.query<Account>(
    `select id, name, role, disabled_at is not null as is_disabled from users
     where issuer = $1 and subject = $2 for update`,
    [issuer, subject],
  );
  return rows[0];
}

/** @returns false if another user has the name, or the same issuer and subject */
export async function insertAccount(
  db: Queryable,
  { name, role, issuer, subject }: { name: string; role: Role; issuer: string; subject: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into users (name, name_key, role, issuer, subject) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [name, nameKeyOf(name), role, issuer, subject],
  );
  return rowCount === 1;
}
