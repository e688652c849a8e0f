// After a key rotation, re-encrypts everything that was encrypted with an older key.
import type pg from "pg";
import { withTransaction, type Queryable } from "../db/connection/connect.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { keyIdOf, seal, unseal } from "../secrets/seal.ts";
import { headersAad, secretAad } from "./secrets.ts";

/** Returns the number of re-encrypted values. Each row is updated in a separate transaction, so an interrupted run can be
 * repeated. */
export async function resealWebhooks(pool: pg.Pool, keys: Keyring): Promise<number> {
  const secrets = await pool.query<{ id: number; webhook_id: number }>(
    "select id, webhook_id from webhook_secrets order by id",
  );
  const webhooks = await pool.query<{ id: number }>(
    "select id from webhooks where headers_sealed is not null order by id",
  );
  let resealed = 0;
  for (const { id, webhook_id } of secrets.rows) {
    if (await resealOne(pool, keys, { ...SECRETS, id, aad: secretAad(webhook_id) })) resealed += 1;
  }
  for (const { id } of webhooks.rows) {
    if (await resealOne(pool, keys, { ...HEADERS, id, aad: headersAad(id) })) resealed += 1;
  }
  return resealed;
}

/** Lists the ids of the keys that have encrypted secrets or headers of webhooks. */
export async function listWebhookKeys(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select split_part(sealed, ':', 1) as id from webhook_secrets
     union select split_part(headers_sealed, ':', 1) from webhooks where headers_sealed is not null`,
  );
  return rows.map(({ id }) => id);
}

const SECRETS = { table: "webhook_secrets", column: "sealed" } as const;
const HEADERS = { table: "webhooks", column: "headers_sealed" } as const;
type SealedValue = (typeof SECRETS | typeof HEADERS) & { id: number; aad: string };

async function resealOne(pool: pg.Pool, keys: Keyring, { table, column, id, aad }: SealedValue): Promise<boolean> {
  return withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ sealed: string | null }>(
      `select ${column} as sealed from ${table} where id = $1 for update`,
      [id],
    );
    const sealed = rows[0]?.sealed ?? null;
    if (sealed === null || keyIdOf(sealed) === keys[0].id) return false;
    await client.query(`update ${table} set ${column} = $2 where id = $1`, [
      id,
      seal(keys, aad, unseal(keys, aad, sealed)),
    ]);
    return true;
  });
}
