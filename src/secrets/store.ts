// SQL of the check value, which shows with which key the secrets in the database are encrypted.
import type { Queryable } from "../db/connection/connect.ts";
import type { Keyring } from "./keyring.ts";
import { keyIdOf, seal } from "./seal.ts";

const CHECK_AAD = "secrets check";

/** Returns the id of the key that encrypts the secrets; undefined if no process has stored a check value yet. */
export async function readCheckedKeyId(db: Queryable): Promise<string | undefined> {
  const { rows } = await db.query<{ sealed: string }>("select sealed from secrets_check");
  return rows[0] && keyIdOf(rows[0].sealed);
}

/** Stores that the first of these keys encrypts the secrets.
 * @param before the id that `readCheckedKeyId` has returned; if another process has stored a value since, nothing is changed */
export async function storeCheck(db: Queryable, keys: Keyring, before: string | undefined): Promise<void> {
  await db.query(
    `insert into secrets_check (sealed) values ($1)
     on conflict (is_only) do update set sealed = excluded.sealed where split_part(secrets_check.sealed, ':', 1) = $2::text`,
    [seal(keys, CHECK_AAD, "Skuport"), before ?? null],
  );
}
