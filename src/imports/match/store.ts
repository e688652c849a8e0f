// SQL of imports that find products by an attribute.
import type { ScanId } from "../fencing.ts";
import type pg from "pg";
import type { Queryable } from "../../db/connection/connect.ts";

export interface Candidate {
  sku_key: string;
  sku: string;
  value: string;
}

export interface Match {
  match_key: string;
  sku_key: string;
  sku: string;
}

/** Number of products in one batch of the cursor. */
const BATCH = 5000;

/** Yields all products in which this attribute is a text (not a list), a few thousand at a time. */
export async function* readCandidates(client: pg.ClientBase, attribute: string): AsyncGenerator<Candidate[]> {
  await client.query({
    text: `declare candidates no scroll cursor for
           select sku_key, sku, attributes ->> $1 as value from products
           where attributes ? $1 and jsonb_typeof(attributes -> $1) = 'string'`,
    values: [attribute],
  });
  for (;;) {
    const { rows } = await client.query<Candidate>(`fetch ${BATCH} from candidates`);
    if (rows.length === 0) break;
    yield rows;
  }
  await client.query("close candidates");
}

/** Stores matches unless a newer scan has taken the import over. @returns false if a newer scan has taken over */
export async function insertMatches(db: Queryable, scan: ScanId, matches: readonly Match[]): Promise<boolean> {
  const { rowCount } = await db.query(
    `with mine as (
       select 1 from imports where id = $1 and scan_token = $2 and state in ('receiving', 'scanning') for share
     ), inserted as (
       insert into import_matches (import_id, scan_token, match_key, sku_key, sku)
       select $1, $2, m.* from mine, unnest($3::text[], $4::text[], $5::text[]) as m
       on conflict do nothing
     )
     select 1 from mine`,
    [
      scan.id,
      scan.scan_token,
      matches.map(({ match_key }) => match_key),
      matches.map(({ sku_key }) => sku_key),
      matches.map(({ sku }) => sku),
    ],
  );
  return rowCount === 1;
}

/**
 * Maximum number of products that a loader reads again for one key. A key with more products is ambiguous. Without this limit, a mapping
 * that uses the wrong attribute, such as the brand, would load the whole catalogue for one row.
 */
export const MAX_MATCHES = 8;

/** Returns the products that the scan has found for these keys, at most MAX_MATCHES + 1 for each key. */
export async function readMatches(
  db: Queryable,
  scan: ScanId,
  keys: readonly string[],
): Promise<Pick<Match, "match_key" | "sku_key">[]> {
  const { rows } = await db.query<Pick<Match, "match_key" | "sku_key">>(
    `select match_key, sku_key from (
       select match_key, sku_key, row_number() over (partition by match_key order by sku_key) as n
       from import_matches where import_id = $1 and scan_token = $2 and match_key = any($3::text[])
     ) m where n <= ${MAX_MATCHES + 1} order by match_key, sku_key`,
    [scan.id, scan.scan_token, keys],
  );
  return rows;
}

/** A product as it is now. */
export interface CurrentProduct {
  sku_key: string;
  sku: string;
  version: number;
  /** Null if the attribute is missing or a list. */
  value: string | null;
}

/** Returns the current products with these SKU keys, and each product's value of the attribute. */
export async function readCurrent(
  db: Queryable,
  skuKeys: readonly string[],
  attribute: string,
): Promise<CurrentProduct[]> {
  if (skuKeys.length === 0) return [];
  const { rows } = await db.query<CurrentProduct>(
    `select sku_key, sku, version, case when jsonb_typeof(attributes -> $2) = 'string' then attributes ->> $2 end as value
     from products where sku_key = any($1::text[])`,
    [skuKeys, attribute],
  );
  return rows;
}

/** Returns the number of keys for which the scan has found a product. */
export async function countMatchedKeys(db: Queryable, scan: ScanId): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(distinct match_key)::integer as count from import_matches where import_id = $1 and scan_token = $2",
    [scan.id, scan.scan_token],
  );
  return rows[0]?.count ?? 0;
}

/** Returns the keys that are already the SKU key of a product. */
export async function readTakenKeys(db: Queryable, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ sku_key: string }>("select sku_key from products where sku_key = any($1::text[])", [
    keys,
  ]);
  return new Set(rows.map(({ sku_key }) => sku_key));
}

/** Deletes the matches of an import: all matches, or, if `scanToken` is given, only the matches of this scan and of older scans. */
export async function deleteMatches(db: Queryable, importId: number, scanToken: number | null = null): Promise<void> {
  await db.query("delete from import_matches where import_id = $1 and ($2::bigint is null or scan_token <= $2)", [
    importId,
    scanToken,
  ]);
}
