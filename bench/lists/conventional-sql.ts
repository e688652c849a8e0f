// Answers the requests of list-requests.ts with conventional SQL: OFFSET for pages, count(*), ILIKE over the table for searches, GROUP BY
// for facets.
import type pg from "pg";
import type { ListRequest } from "./list-requests.ts";

/** Runs the SQL for the request and returns its milliseconds. */
export async function timeConventional(db: pg.ClientBase, request: ListRequest): Promise<number> {
  const started = performance.now();
  for (const [text, values] of conventionalSql(request)) await db.query(text, [...values]);
  return performance.now() - started;
}

type Sql = readonly [text: string, values: readonly string[]];

/** Returns the SQL statements for a request. The statement for a list reads the 41st page of 50 products. */
function conventionalSql({ path, query }: ListRequest): Sql[] {
  const ofHistory = /^\/api\/products\/([^/]+)\/history$/.exec(path);
  if (ofHistory !== null) return historySql(decodeURIComponent(ofHistory[1] as string));
  const { where, values } = conditionsOf(query);
  const { attribute, sort = "sku" } = query;
  if (attribute !== undefined) {
    const value = `attributes ->> $${values.push(attribute)}`;
    if (attribute === "Tags")
      return [
        [
          `select tag, count(*) from products, jsonb_array_elements_text(attributes -> $${values.length}) tag where ${where} group by 1 order by 2 desc limit 20`,
          values,
        ],
      ];
    return [[`select ${value}, count(*) from products where ${where} group by 1 order by 2 desc limit 20`, values]];
  }
  const order = sort.startsWith("-") ? `${sort.slice(1)} desc` : sort;
  return [
    [`select count(*) from products where ${where}`, values],
    [`select * from products where ${where} order by ${order} limit 50 offset 2000`, values],
  ];
}

function historySql(sku: string): Sql[] {
  const values = [sku.toLowerCase()];
  return [
    ["select * from products where sku_key = $1", values],
    ["select count(*) from product_history where sku_key = $1", values],
    [
      `select h.*, c.kind, c.actor from product_history h join changesets c on c.id = h.changed_in
       where h.sku_key = $1 order by h.version desc limit 50 offset 0`,
      values,
    ],
  ];
}

function conditionsOf(query: ListRequest["query"]): { where: string; values: string[] } {
  const { search = "", sku, active } = query;
  const conditions = ["true"];
  const values: string[] = [];
  for (const word of search.split(" ").filter(Boolean)) {
    const n = values.push(`%${word}%`);
    conditions.push(`(sku ilike $${n} or name ilike $${n} or description ilike $${n})`);
  }
  if (sku !== undefined) conditions.push(`sku ilike $${values.push(sku.replace("*", "%"))}`);
  if (active !== undefined) conditions.push("not active");
  const brand = query["attributes.Brand"];
  if (brand !== undefined) conditions.push(`attributes ->> 'Brand' = $${values.push(brand)}`);
  const tag = query["attributes.Tags"];
  if (tag !== undefined) conditions.push(`attributes -> 'Tags' ? $${values.push(tag)}`);
  return { where: conditions.join(" and "), values };
}
