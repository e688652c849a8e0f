// The attributes that products have and how many products have each, in bounded time: counted where there are few products, else
// estimated from a random sample.
import type pg from "pg";
import { withSnapshot } from "../../db/snapshot.ts";
import { readBacklog } from "../search/pending/read-backlog.ts";

export interface AttributeCounts {
  /** Products that there are. */
  products: number;
  items: { name: string; products: number }[];
  relation: "eq" | "estimate";
}

/** So many products are counted one by one; a sample is as large, and tells apart what one in a hundred has. */
const MOST = 10_000;

export async function countAttributes(pool: pg.Pool, limit: number): Promise<AttributeCounts> {
  return withSnapshot(pool, async (db) => {
    const { products } = await readBacklog(db);
    if (products <= MOST) {
      const { sample_size, items } = await count(db, limit, "products p", []);
      return { products: sample_size, items, relation: "eq" };
    }
    const sample = await count(db, limit, "products p tablesample system ($2::float4)", [(MOST / products) * 100]);
    const items = sample.items.map(({ name, products: found }) => ({
      name,
      products: Math.round((found / sample.sample_size) * products),
    }));
    return { products, items, relation: "estimate" };
  });
}

/** Names that as many products have come in jsonb's own order, as those of a product do. */
async function count(
  db: pg.ClientBase,
  limit: number,
  source: string,
  more: readonly unknown[],
): Promise<{ sample_size: number; items: AttributeCounts["items"] }> {
  const { rows } = await db.query<{ sample_size: number; name: string | null; products: number }>(
    `with looked as materialized (select p.attributes from ${source}),
     counted as (
       select name, count(*) as products from looked, jsonb_object_keys(looked.attributes) name group by name
       order by count(*) desc, octet_length(name), name collate "C" limit $1
     )
     select (select count(*) from looked) as sample_size, counted.* from (select) one left join counted on true
     order by counted.products desc, octet_length(counted.name), counted.name collate "C"`,
    [limit, ...more],
  );
  const items = rows.flatMap(({ name, products }) => (name === null ? [] : [{ name, products }]));
  return { sample_size: rows[0]?.sample_size ?? 0, items };
}
