// The SQL of one product's history.
import type { Queryable } from "../../db/connection/connect.ts";
import { CURRENT, PAST, type Version } from "./version-store.ts";
import type { ProductVersion } from "../../../contract/catalog/edit-products.ts";

/** Lists the ids of the products that have or had the key: first the product that has it now, then its former holders, the latest first. */
export async function listHolders(db: Queryable, skuKey: string): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select id from (
       select id, null::bigint as until from products where sku_key = $1
       union all
       select id, max(replaced_in) from product_history where sku_key = $1 group by id) held
     group by id order by bool_or(until is null) desc, max(until) desc`,
    [skuKey],
  );
  return rows.map(({ id }) => id);
}

/** Maximum number of SKU keys, present and past, that are followed for one product, to limit the cost of its history. */
const MAX_KEYS = 1000;

/** Lists all keys that the product has had. Starts at the given key and follows the product's renames in both directions. */
export async function listKeys(db: Queryable, id: number, skuKey: string): Promise<string[]> {
  const keys = new Set([skuKey]);
  for (let added = [skuKey]; added.length > 0 && keys.size < MAX_KEYS;) {
    const { rows } = await db.query<{ key: string }>(
      `select sku_key as key from product_history where renamed_to = any($2::text[]) and id = $1
       union
       select renamed_to from product_history where sku_key = any($2::text[]) and id = $1 and renamed_to is not null`,
      [id, added],
    );
    added = rows.map(({ key }) => key).filter((key) => !keys.has(key));
    for (const key of added) keys.add(key);
  }
  return [...keys];
}

export async function readCurrent(db: Queryable, id: number, keys: readonly string[]): Promise<Version | undefined> {
  const { rows } = await db.query<Version>(
    `select ${CURRENT} from products where sku_key = any($2::text[]) and id = $1`,
    [id, keys],
  );
  return rows[0];
}

/** Lists past versions with numbers below `before`, from the newest to the oldest. */
export async function listPast(
  db: Queryable,
  id: number,
  keys: readonly string[],
  before: number,
  limit: number,
): Promise<Version[]> {
  const { rows } = await db.query<Version>(
    `select ${PAST} from product_history where sku_key = any($2::text[]) and id = $1 and version < $3
     order by version desc limit $4`,
    [id, keys, before, limit],
  );
  return rows;
}

export async function readAuthors(
  db: Queryable,
  changesetIds: readonly number[],
): Promise<Map<number, ProductVersion["changeset"]>> {
  const { rows } = await db.query<ProductVersion["changeset"]>(
    `select c.id, c.kind, c.actor, c.reason, i.id as import_id, i.filename
     from changesets c left join imports i on i.changeset_id = c.id where c.id = any($1::bigint[])`,
    [changesetIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
