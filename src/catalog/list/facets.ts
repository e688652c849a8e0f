// Counts the most frequent values of an attribute among the products of a filter, in bounded time: exactly if few products match,
// otherwise estimated from a random sample.
import type pg from "pg";
import { withSnapshot } from "../../db/snapshot.ts";
import { raw, sql, statement, type Sql } from "../../db/sql.ts";
import { parseFilter } from "../query/parse-filter.ts";
import { attributeTerm } from "../query/terms.ts";
import { readTermStats } from "../search/query/term-conditions.ts";
import { readBacklog } from "../search/pending/read-backlog.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";

export interface FacetRequest {
  attribute: string;
  filter: ProductFilter;
  limit: number;
}

export interface Facets {
  values: { value: string; count: number }[];
  relation: "eq" | "estimate";
  /** Number of products that were counted: all matching ones, or the matching ones of the sample. */
  sample_size: number;
}

/** Up to this many matching products are counted exactly, which takes 60 ms. If more products match, the counts come from a sample of this
 * many products. */
const SAMPLE_SIZE = 30_000;
const MAX_CANDIDATES = SAMPLE_SIZE * 2;

export async function countFacets(pool: pg.Pool, request: FacetRequest): Promise<Facets> {
  const { attribute, limit } = request;
  const filter = parseFilter(request.filter);
  const counter: Counter = { attribute, where: filter.where, limit };
  return withSnapshot(pool, async (db) => {
    const { products, pending } = await readBacklog(db);
    if (products <= SAMPLE_SIZE) return count(db, counter, raw("products p"));
    // The index is complete only if no changes are pending.
    if (pending === 0) {
      const hasAttribute = [attributeTerm(attribute)];
      const [rarest] = await readTermStats(db, { ...filter, fixed_terms: [...filter.fixed_terms, hasAttribute] });
      if (rarest !== undefined && rarest.products <= SAMPLE_SIZE) {
        const terms = rarest.any_of.length === 0 ? hasAttribute : rarest.any_of;
        const counted = await count(
          db,
          counter,
          sql`(select p.* from product_search s join products p on p.sku_key = s.sku_key
               where s.terms && ${terms}::int[] limit ${MAX_CANDIDATES}) p`,
        );
        if (counted.sample_size < MAX_CANDIDATES) return counted;
      }
    }
    const share = SAMPLE_SIZE / products;
    const sampled = await count(db, counter, sql`products p tablesample system (${share * 100}::float4)`);
    return {
      values: sampled.values.map(({ value, count: counted }) => ({ value, count: Math.round(counted / share) })),
      relation: "estimate",
      sample_size: sampled.sample_size,
    };
  });
}

interface Counter {
  attribute: string;
  where: Sql;
  limit: number;
}

/** Counts the products for each value of the attribute. If a value is a list, each different element counts as a value. */
async function count(db: pg.ClientBase, { attribute, where, limit }: Counter, source: Sql): Promise<Facets> {
  const { rows } = await db.query<{ sample_size: number; value: string | null; count: number }>(
    statement`with found as materialized (
       select p.attributes -> ${attribute}::text as value from ${source} where ${where}
     ),
     shown as (
       select value #>> '{}' as value from found where jsonb_typeof(value) <> 'array'
       union all
       select element from found, lateral (
         select distinct element
         from jsonb_array_elements_text(case when jsonb_typeof(value) = 'array' then value else '[]' end) element
       ) elements
     ),
     counted as (
       select value, count(*) as count from shown where value is not null group by value
       order by count(*) desc, value collate "C" limit ${limit}
     )
     select (select count(*) from found) as sample_size, counted.* from (select 1) one left join counted on true
     order by counted.count desc, counted.value collate "C"`,
  );
  const counted = rows.flatMap(({ value, count: n }) => (value === null ? [] : [{ value, count: n }]));
  return { values: counted, relation: "eq", sample_size: rows[0]?.sample_size ?? 0 };
}
