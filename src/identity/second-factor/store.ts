// SQL of second factors: columns of `users`.
import type { Queryable } from "../../db/connection/connect.ts";

export interface StoredSecondFactor {
  /** Encrypted secret of the authenticator app. */
  sealed: string | null;
  /** Encrypted secret that no code has confirmed yet. */
  pending: string | null;
  used_step: number | null;
}

export async function readSecondFactor(db: Queryable, userId: number): Promise<StoredSecondFactor | undefined> {
  const { rows } = await db.query<StoredSecondFactor>(
    `select convert_from(totp_secret, 'UTF8') as sealed, convert_from(totp_new_secret, 'UTF8') as pending, totp_step as used_step
     from users where id = $1`,
    [userId],
  );
  return rows[0];
}

/** Records that the code of `step` was used with the secret `sealed`.
 * @returns false if another request has used this code or a later one, or has replaced the secret */
export async function useStep(db: Queryable, userId: number, sealed: string, step: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update users set totp_step = $3
     where id = $1 and totp_secret = convert_to($2, 'UTF8') and (totp_step is null or totp_step < $3)`,
    [userId, sealed, step],
  );
  return rowCount === 1;
}

/** Removes the hash of a recovery code.
 * @returns false if the user has no such code, or another request has used it */
export async function useRecoveryHash(db: Queryable, userId: number, hash: Buffer): Promise<boolean> {
  const { rowCount } = await db.query(
    `update users set recovery_hashes = array_remove(recovery_hashes, $2)
     where id = $1 and totp_secret is not null and $2 = any (recovery_hashes)`,
    [userId, hash],
  );
  return rowCount === 1;
}

/** Number of unused recovery codes; undefined if the user has no second factor. */
export async function countRecoveryHashes(db: Queryable, userId: number): Promise<number | undefined> {
  const { rows } = await db.query<{ count: number }>(
    "select cardinality(recovery_hashes) as count from users where id = $1 and totp_secret is not null",
    [userId],
  );
  return rows[0]?.count;
}

/** @returns false if the user has no second factor */
export async function setRecoveryHashes(db: Queryable, userId: number, hashes: readonly Buffer[]): Promise<boolean> {
  const { rowCount } = await db.query(
    "update users set recovery_hashes = $2 where id = $1 and totp_secret is not null",
    [userId, hashes],
  );
  return rowCount === 1;
}

export async function setPendingSecret(db: Queryable, userId: number, sealed: string): Promise<void> {
  await db.query("update users set totp_new_secret = convert_to($2, 'UTF8') where id = $1", [userId, sealed]);
}

export interface NewSecondFactor {
  sealed: string;
  used_step: number;
  recovery_hashes: Buffer[];
}

/** Makes the pending secret the second factor of a user, and replaces the recovery codes.
 * @param pending the pending secret that the code was checked against, encrypted
 * @returns false if the pending secret is not in the database any more, because another request has replaced or confirmed it */
export async function setSecondFactor(
  db: Queryable,
  userId: number,
  pending: string,
  { sealed, used_step, recovery_hashes }: NewSecondFactor,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update users set totp_secret = convert_to($3, 'UTF8'), totp_new_secret = null, totp_step = $4, recovery_hashes = $5
     where id = $1 and totp_new_secret = convert_to($2, 'UTF8')`,
    [userId, pending, sealed, used_step, recovery_hashes],
  );
  return rowCount === 1;
}

/** @returns whether the user had a second factor */
export async function clearSecondFactor(db: Queryable, userId: number): Promise<boolean> {
  const { rows } = await db.query<{ had_one: boolean }>(
    `update users u set totp_secret = null, totp_new_secret = null, totp_step = null, recovery_hashes = '{}'
     from (select id, totp_secret is not null as had_one from users where id = $1 for update) old
     where u.id = old.id returning old.had_one`,
    [userId],
  );
  return rows[0]?.had_one === true;
}
