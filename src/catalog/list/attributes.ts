// Counts the products that have each attribute, in bounded time: exactly in a small catalogue, otherwise estimated from a random sample.
import type pg from "pg";
import { withSnapshot } from "../../db/snapshot.ts";
import { raw, sql, statement, type Sql } from "../../db/sql.ts";
import { readBacklog } from "../search/pending/read-backlog.ts";

export interface AttributeCounts {
  /** Number of products in the catalogue. */
  products: number;
  items: { name: string; products: number }[];
  relation: "eq" | "estimate";
}

/** Up to this many products are counted exactly. In a larger catalogue, counts are estimated from a sample of this size. Attributes that
 * only one product in a hundred has still appear in such a sample. */
const SAMPLE_SIZE = 10_000;

export async function countAttributes(pool: pg.Pool, limit: number): Promise<AttributeCounts> {
  return withSnapshot(pool, async (db) => {
    const { products } = await readBacklog(db);
    if (products <= SAMPLE_SIZE) {
      const { sample_size, items } = await count(db, limit, raw("products p"));
      return { products: sample_size, items, relation: "eq" };
    }
    const sample = await count(
      db,
      limit,
      sql`products p tablesample system (${(SAMPLE_SIZE / products) * 100}::float4)`,
    );
    const items = sample.items.map(({ name, products: found }) => ({
      name,
      products: Math.round((found / sample.sample_size) * products),
    }));
    return { products, items, relation: "estimate" };
  });
}

/** Counts the products of `source` by attribute, the most frequent attribute first. Attributes with equal counts are in the order in which
 * jsonb stores keys. */
async function count(
  db: pg.ClientBase,
  limit: number,
  source: Sql,
): Promise<{ sample_size: number; items: AttributeCounts["items"] }> {
  const { rows } = await db.query<{ sample_size: number; name: string | null; products: number }>(
    statement`with sampled as materialized (select p.attributes from ${source}),
     counted as (
       select name, count(*) as products from sampled, jsonb_object_keys(sampled.attributes) name group by name
       order by count(*) desc, octet_length(name), name collate "C" limit ${limit}
     )
     select (select count(*) from sampled) as sample_size, counted.* from (select 1) one left join counted on true
     order by counted.products desc, octet_length(counted.name), counted.name collate "C"`,
  );
  const items = rows.flatMap(({ name, products }) => (name === null ? [] : [{ name, products }]));
  return { sample_size: rows[0]?.sample_size ?? 0, items };
}
