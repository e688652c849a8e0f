// Parses a filter once per request. Lists, facets, positions, counts, exports and bulk operations all use the result. The SQL condition of
// the filter is exact for every product and needs no index; the code in search/ makes searches fast.
import { tokensOf, type Token } from "./tokens.ts";
import { utcInstant } from "../../utc-instant.ts";
import { codePointsOf, isPlain, textOf, type Accents, type CodePoint } from "./code-points.ts";
import { containsSql, escapeLike, regexOf, splitSearch } from "./pattern.ts";
import {
  attributeTerm,
  attributeValueTerm,
  changedInTerm,
  createdInTerm,
  inactiveTerm,
  otherValueTerm,
  parentTerm,
} from "./terms.ts";
import { skuKey, skuKeyPrefixes } from "../product/sku-key.ts";
import { allOf, join, raw, sql, type Sql } from "../../db/sql.ts";
import { attributesOf, type ProductFilter } from "../../../contract/catalog/product-filter.ts";

export interface ParsedFilter {
  /** Whether the filter has no conditions, so that all products match. */
  matches_all: boolean;
  /** The SQL condition on `products p` that exactly the matching products fulfil. Values are parameters, never SQL text. */
  where: Sql;
  texts: readonly TextCondition[];
  sku: SkuCondition | undefined;
  /** The terms of conditions other than texts and SKUs, one list per condition that has terms. In the index, every matching product has at
   * least one term from each list. */
  fixed_terms: readonly (readonly number[])[];
}

/** A condition: at least one of the columns contains the text. */
export interface TextCondition {
  columns: readonly TextColumn[];
  points: readonly CodePoint[];
  tokens: readonly Token[];
}

type TextColumn = "sku" | "name" | "description";

/** A condition: the SKU key is one of `keys` or, if `is_prefix`, starts with one of them. */
export interface SkuCondition {
  is_prefix: boolean;
  keys: readonly string[];
}

/** @throws Problem `invalid-request` if the filter searches for too many words */
export function parseFilter(filter: ProductFilter): ParsedFilter {
  const { accents = "exact" } = filter;
  const texts = [
    ...splitSearch(filter.search ?? "").map((text) => textCondition(["sku", "name", "description"], text, accents)),
    ...(filter.name === undefined ? [] : [textCondition(["name"], filter.name, accents)]),
    ...(filter.description === undefined ? [] : [textCondition(["description"], filter.description, accents)]),
  ];
  const sku = filter.sku === undefined ? undefined : parseSku(filter.sku);
  const others = [
    ...(filter.active === undefined ? [] : [activeCondition(filter.active)]),
    ...(filter.parent_sku === undefined ? [] : [parentCondition(filter.parent_sku)]),
    ...attributesOf(filter).map(([name, value]) => attributeCondition(name, value)),
    ...(filter.created_in === undefined ? [] : [createdIn(filter.created_in)]),
    ...(filter.changed_in === undefined ? [] : [changedIn(filter.changed_in)]),
    ...(filter.updated_since === undefined ? [] : [updatedSince(filter.updated_since)]),
  ];
  const conditions = [
    ...texts.map(contains),
    ...(sku === undefined ? [] : [skuCondition(sku, raw("p.sku_key"))]),
    ...others.map(({ where }) => where),
  ];
  return {
    matches_all: conditions.length === 0,
    where: conditions.length === 0 ? raw("true") : sql`(${allOf(conditions)})`,
    texts,
    sku,
    fixed_terms: others.flatMap(({ terms }) => (terms === undefined ? [] : [terms])),
  };
}

function textCondition(columns: readonly TextColumn[], text: string, accents: Accents): TextCondition {
  const points = codePointsOf(text, accents);
  return { columns, points, tokens: tokensOf(points) };
}

const contains = ({ columns, points }: TextCondition): Sql =>
  containsSql(
    columns.map((column) => `p.${column}`),
    points,
  );

/** Parses the SKU of a filter. A trailing `*` makes it a prefix; a trailing `\*` is a literal asterisk. */
function parseSku(sku: string): SkuCondition {
  if (sku.endsWith("\\*")) return { is_prefix: false, keys: [skuKey(`${sku.slice(0, -2)}*`)] };
  if (sku.endsWith("*")) return { is_prefix: true, keys: skuKeyPrefixes(sku.slice(0, -1)) };
  return { is_prefix: false, keys: [skuKey(sku)] };
}

/** Returns the SQL of a SKU condition on a column of SKU keys. An index in key order can evaluate this condition. */
export function skuCondition({ is_prefix, keys }: SkuCondition, column: Sql): Sql {
  if (!is_prefix) return sql`${column} = ${keys[0]}::text`;
  const likes = keys.map((key) => sql`${column} like ${`${escapeLike(key)}%`}::text`);
  return sql`(${join(likes, " or ")})`;
}

interface Condition {
  where: Sql;
  /** Every matching product has at least one of these terms. undefined if the index has no terms for this condition. */
  terms?: readonly number[];
}

const activeCondition = (active: boolean): Condition => ({
  where: sql`p.active = ${active}::boolean`,
  // Nearly all products are active, so only inactive ones have a term.
  ...(active ? {} : { terms: [inactiveTerm()] }),
});

function parentCondition(sku: string): Condition {
  const key = skuKey(sku);
  const points = codePointsOf(key);
  const parent = sql`lower(p.parent_sku collate "C")`;
  return {
    where: isPlain(points)
      ? sql`${parent} = ${textOf(points)}::text`
      : sql`${parent} ~ ${`^(?:${regexOf(points)})$`}::text`,
    terms: [parentTerm(key)],
  };
}

function attributeCondition(name: string, value: string): Condition {
  if (value === "*") return { where: sql`p.attributes ? ${name}::text`, terms: [attributeTerm(name)] };
  const literal = value === "\\*" ? "*" : value;
  return {
    // The operator `?` is true for a list that contains the text as an element, and for a string that equals it. Values of other kinds,
    // which no release has written, are compared as text.
    where: sql`(p.attributes -> ${name}::text ? ${literal}::text
      or p.attributes ->> ${name}::text = ${literal}::text and jsonb_typeof(p.attributes -> ${name}::text) <> 'array')`,
    terms: [attributeValueTerm(name, literal), otherValueTerm(name)],
  };
}

const createdIn = (changesetId: number): Condition => ({
  where: sql`p.created_in = ${changesetId}::bigint`,
  terms: [createdInTerm(changesetId)],
});

const changedIn = (changesetId: number): Condition => ({
  where: sql`p.changed_in = ${changesetId}::bigint`,
  terms: [changedInTerm(changesetId)],
});

const updatedSince = (time: string): Condition => ({
  where: sql`p.updated_at >= ${utcInstant(time)}::timestamptz`,
});
