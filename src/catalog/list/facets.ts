// The most frequent values of an attribute among the products of a filter, in bounded time: counted where that is quick, else
// estimated from a random sample.
import type pg from "pg";
import { withSnapshot } from "../../db/snapshot.ts";
import { compileFilter } from "../query/filter.ts";
import { attributeTerm } from "../query/terms.ts";
import { readConditions } from "../search/query/term-conditions.ts";
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
  /** Products that were counted: all that match, or the sample. */
  sample_size: number;
}

/** So many products are counted one by one; a sample is as large. 30,000 took 60 ms. */
const MOST = 30_000;

export async function countFacets(pool: pg.Pool, request: FacetRequest): Promise<Facets> {
  return withSnapshot(pool, async (db) => {
    const { products, behind } = await readBacklog(db);
    if (products <= MOST) return count(db, request, "products p", []);
    // The index counts where it knows everything.
    const conditions =
      behind > 0 ? [] : await readConditions(db, { ...request.filter, [`attributes.${request.attribute}`]: "*" });
    const rarest = conditions[0];
    if (rarest !== undefined && rarest.products <= MOST) {
      const source = `(select p.* from product_search s join products p on p.sku_key = s.sku_key where s.terms && $3::int[] limit $4) p`;
      const terms = rarest.any_of.length === 0 ? [attributeTerm(request.attribute)] : rarest.any_of;
      const counted = await count(db, request, source, [terms, MOST * 2]);
      if (counted.sample_size < MOST * 2) return counted;
    }
    const share = MOST / products;
    const sampled = await count(db, request, "products p tablesample system ($3::float4)", [share * 100]);
    return {
      values: sampled.values.map(({ value, count: counted }) => ({ value, count: Math.round(counted / share) })),
      relation: "estimate",
      sample_size: sampled.sample_size,
    };
  });
}

async function count(
  db: pg.ClientBase,
  { attribute, filter, limit }: FacetRequest,
  source: string,
  more: readonly unknown[],
): Promise<Facets> {
  const { where, values } = compileFilter(filter, [attribute, limit, ...more]);
  const { rows } = await db.query<{ sample_size: number; value: string | null; count: number }>(
    `with found as materialized (select p.attributes ->> $1::text as value from ${source} where ${where}),
     counted as (
       select value, count(*) as count from found where value is not null group by value
       order by count(*) desc, value collate "C" limit $2
     )
     select (select count(*) from found) as sample_size, counted.* from (select) one left join counted on true`,
    values,
  );
  const counted = rows.flatMap(({ value, count: n }) => (value === null ? [] : [{ value, count: n }]));
  return { values: counted, relation: "eq", sample_size: rows[0]?.sample_size ?? 0 };
}
