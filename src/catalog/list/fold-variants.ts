// Folds the variants of a product into one row of a list. The row is the parent or, if the parent is not in the list, the variant with the
// lowest SKU key. Which row it is does not depend on the page, so a variant is never shown twice and never lost.
import type { Queryable } from "../../db/connection/connect.ts";
import { allOf, sql, statement, type Sql } from "../../db/sql.ts";
import { skuKey } from "../product/sku-key.ts";
import type { Product } from "../../../contract/catalog/products.ts";

export interface Folded {
  /** Number of variants that are folded into the row, without the row's own product. */
  variants: number;
  /** The SKU of the parent of these variants. */
  variants_of: string;
}
export type FoldedProduct = Product & Folded;

interface Family {
  variants: number;
  /** The lowest SKU key of the variants that are in the list; null if none is. */
  first: string | null;
}

/** @param where the condition of the list on `products p` */
export async function foldVariants(db: Queryable, items: readonly Product[], where: Sql): Promise<FoldedProduct[]> {
  const parents = await readParents(db, items, where);
  const families = await readFamilies(db, items, where);
  return items.flatMap((product) => {
    const key = skuKey(product.sku);
    const own = families.get(key)?.variants ?? 0;
    const parent = skuKey(product.parent_sku);
    if (parent === "") return [{ ...product, variants: own, variants_of: product.sku }];
    if (parent === key) return [{ ...product, variants: own - 1, variants_of: product.sku }];
    if (parents.has(parent)) return [];
    const family = families.get(parent);
    if (family?.first !== key) return [];
    return [{ ...product, variants: family.variants - 1, variants_of: product.parent_sku }];
  });
}

/** Returns the keys of the parents that are in the list themselves. */
async function readParents(db: Queryable, items: readonly Product[], where: Sql): Promise<Set<string>> {
  const keys = [...new Set(items.map(({ parent_sku }) => skuKey(parent_sku)).filter((key) => key !== ""))];
  if (keys.length === 0) return new Set();
  const conditions = allOf([sql`p.sku_key = any(${keys}::text[])`, where]);
  const { rows } = await db.query<{ sku_key: string }>(statement`select p.sku_key from products p where ${conditions}`);
  return new Set(rows.map(({ sku_key }) => sku_key));
}

/** Counts the variants of all products and of all parents of the page in one query. The query compares parent SKUs after folding A to Z
 * only. It looks for each SKU in two spellings: as on the page, and completely in lower case. If another variant spells a capital letter
 * outside ASCII differently from both, it is not counted. */
async function readFamilies(db: Queryable, items: readonly Product[], where: Sql): Promise<Map<string, Family>> {
  const skus = items.flatMap(({ sku, parent_sku }) => [sku, parent_sku]).filter((sku) => sku !== "");
  const spellings = [...new Set(skus.flatMap((sku) => [lowerAscii(sku), lowerAscii(skuKey(sku))]))];
  const families = new Map<string, Family>();
  if (spellings.length === 0) return families;
  const { rows } = await db.query<{ parent: string; variants: number; first: string | null }>(
    statement`select lower(p.parent_sku collate "C") as parent, count(*)::integer as variants,
       min(p.sku_key) filter (where ${where}) as first
     from products p
     where p.parent_sku <> '' and lower(p.parent_sku collate "C") = any(${spellings}::text[])
     group by 1`,
  );
  for (const { parent, variants, first } of rows) {
    const known = families.get(skuKey(parent));
    families.set(skuKey(parent), {
      variants: (known?.variants ?? 0) + variants,
      first: lowest(known?.first ?? null, first),
    });
  }
  return families;
}

const lowest = (a: string | null, b: string | null): string | null => (a !== null && (b === null || a < b) ? a : b);
const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
