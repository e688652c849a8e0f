// After a key rotation, re-encrypts the secrets of authenticator apps.
import type pg from "pg";
import { withTransaction, type Queryable } from "../../db/connection/connect.ts";
import type { Keyring } from "../../secrets/keyring.ts";
import { keyIdOf, seal, unseal } from "../../secrets/seal.ts";
import { pendingAad, secretAad } from "./sealed-secret.ts";

/** Returns the number of re-encrypted secrets. Each user is updated in a separate transaction, so an interrupted run can be repeated. */
export async function resealSecondFactors(pool: pg.Pool, keys: Keyring): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from users where totp_secret is not null or totp_new_secret is not null order by id",
  );
  let resealed = 0;
  for (const { id } of rows) {
    for (const value of [
      { column: "totp_secret", aad: secretAad(id) },
      { column: "totp_new_secret", aad: pendingAad(id) },
    ] as const)
      if (await resealOne(pool, keys, id, value)) resealed += 1;
  }
  return resealed;
}

/** Lists the ids of the keys that have encrypted secrets of authenticator apps. */
export async function listSecondFactorKeys(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select split_part(convert_from(totp_secret, 'UTF8'), ':', 1) as id from users where totp_secret is not null
     union select split_part(convert_from(totp_new_secret, 'UTF8'), ':', 1) from users where totp_new_secret is not null`,
  );
  return rows.map(({ id }) => id);
}

async function resealOne(
  pool: pg.Pool,
  keys: Keyring,
  id: number,
  { column, aad }: { column: "totp_secret" | "totp_new_secret"; aad: string },
): Promise<boolean> {
  return withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ sealed: string | null }>(
      `select convert_from(${column}, 'UTF8') as sealed from users where id = $1 for update`,
      [id],
    );
    const sealed = rows[0]?.sealed ?? null;
    if (sealed === null || keyIdOf(sealed) === keys[0].id) return false;
    await client.query(`update users set ${column} = convert_to($2, 'UTF8') where id = $1`, [
      id,
      seal(keys, aad, unseal(keys, aad, sealed)),
    ]);
    return true;
  });
}
