// A filter as SQL, exact for every product: what the list, facets, the export and bulk operations ask by. It needs no index to
// be right; `search/` makes it fast.
import { utcInstant } from "./utc-instant.ts";
import { patternOf, termsOf, escapeLike } from "./pattern.ts";
import { skuKey, skuKeyPrefixes } from "../product/sku-key.ts";
import { attributesOf, type ProductFilter } from "../../../contract/catalog/product-filter.ts";

/** A condition on `products p`, and the values of its placeholders. */
export interface CompiledFilter {
  /** Ready to stand after `where`, `true` where everything matches; in brackets of its own. */
  where: string;
  /** The values given, and behind them those of the condition: `$1` is `values[0]`. */
  values: unknown[];
}

/**
 * The condition on `products p` that holds for just the products of the filter:
 * `const { where, values } = compileFilter(filter, [limit]);` then
 * `select … from products p where ${where} order by p.sku_key limit $1`.
 * No part of the filter becomes part of the SQL's text.
 * @param values those of placeholders that the statement has already; the condition's placeholders follow on them.
 * @throws Problem `invalid-request` when it searches for too many words
 */
export function compileFilter(filter: ProductFilter, values: readonly unknown[] = []): CompiledFilter {
  const given = [...values];
  const put = (value: unknown): string => `$${String(given.push(value))}`;
  const conditions = [
    ...termsOf(filter.search ?? "").map((term) => contains(["sku", "name", "description"], term, put)),
    ...skuConditions(filter.sku, "p.sku_key", put),
    ...(["name", "description"] as const).flatMap((column) => {
      const text = filter[column];
      return text === undefined ? [] : [contains([column], text, put)];
    }),
    ...(filter.active === undefined ? [] : [`p.active = ${put(filter.active)}::boolean`]),
    ...attributesOf(filter).map(([name, value]) => attributeCondition(name, value, put)),
    ...(["created_in", "changed_in"] as const).flatMap((column) => {
      const changesetId = filter[column];
      return changesetId === undefined ? [] : [`p.${column} = ${put(changesetId)}::bigint`];
    }),
    ...(filter.updated_since === undefined
      ? []
      : [`p.updated_at >= ${put(utcInstant(filter.updated_since))}::timestamptz`]),
  ];
  return { where: conditions.length === 0 ? "true" : `(${conditions.join(" and ")})`, values: given };
}

type Put = (value: unknown) => string;

function contains(columns: readonly string[], text: string, put: Put): string {
  const { operator, operand } = patternOf(text);
  const placeholder = put(operand);
  // With the collation "C" the result is the same on every server.
  const found = columns.map((column) => `lower(p.${column} collate "C") ${operator} ${placeholder}::text`);
  return `(${found.join(" or ")})`;
}

/** The condition of `sku` alone, on a column of keys: what an index in key order goes by. */
export function skuConditions(sku: string | undefined, column: string, put: Put): string[] {
  if (sku === undefined) return [];
  const beginnings = keyBeginnings(sku);
  if (!isPrefix(sku)) return [`${column} = ${put(beginnings[0])}::text`];
  const likes = beginnings.map((beginning) => `${column} like ${put(`${escapeLike(beginning)}%`)}::text`);
  return [`(${likes.join(" or ")})`];
}

/** What the keys of the products begin with that the condition of `sku` means; without a star at its end, the key itself. */
export const keyBeginnings = (sku: string): string[] =>
  isPrefix(sku) ? skuKeyPrefixes(sku.slice(0, -1)) : [skuKey(withStar(sku))];

const isPrefix = (sku: string): boolean => sku.endsWith("*") && !sku.endsWith("\\*");
/** `\*` at the end is a star. */
const withStar = (text: string): string => (text.endsWith("\\*") ? `${text.slice(0, -2)}*` : text);

function attributeCondition(name: string, value: string, put: Put): string {
  if (value === "*") return `p.attributes ? ${put(name)}::text`;
  return `p.attributes ->> ${put(name)}::text = ${put(value === "\\*" ? "*" : value)}::text`;
}
