// Limits the size of a page of products in bytes. The texts of one product may have 8 MB, and a page of 200 such products blocked the
// server for 15 s.
import type { Queryable } from "../../db/connection/connect.ts";
import type { Found, Row } from "../search/query/read-index.ts";

/** Limit for the total size of the long texts of a page. A single product that exceeds the limit gets a page of its own. */
const MAX_PAGE_BYTES = 4_000_000;

/** Reads the long texts of a page, and ends the page early if they exceed the limit. */
export async function addLongTexts(db: Queryable, { rows, until }: Found): Promise<Found> {
  const long = rows.filter(({ is_long }) => is_long).map(({ sku_key }) => sku_key);
  if (long.length === 0) return { rows, until };
  const fitting = fittingRows(rows, await readSizes(db, long));
  const texts = await readTexts(
    db,
    fitting.flatMap(({ is_long, sku_key }) => (is_long ? [sku_key] : [])),
  );
  return {
    rows: fitting.map((row) => ({ ...row, ...texts.get(row.sku_key) })),
    until: fitting.length < rows.length ? fitting.at(-1) : until,
  };
}

function fittingRows(rows: Row[], sizes: ReadonlyMap<string, number>): Row[] {
  let bytes = 0;
  const end = rows.findIndex(({ sku_key }, i) => {
    bytes += sizes.get(sku_key) ?? 0;
    return bytes > MAX_PAGE_BYTES && i > 0;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

async function readSizes(db: Queryable, keys: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.query<{ sku_key: string; bytes: number }>(
    `select sku_key, octet_length(description) + octet_length(attributes::text) as bytes
     from products where sku_key = any($1::text[])`,
    [keys],
  );
  return new Map(rows.map(({ sku_key, bytes }) => [sku_key, bytes]));
}

async function readTexts(
  db: Queryable,
  keys: readonly string[],
): Promise<Map<string, Pick<Row, "description" | "attributes">>> {
  const { rows } = await db.query<Pick<Row, "sku_key" | "description" | "attributes">>(
    "select sku_key, description, attributes from products where sku_key = any($1::text[])",
    [keys],
  );
  return new Map(rows.map((row) => [row.sku_key, row]));
}
