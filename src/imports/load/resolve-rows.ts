// Replaces the keys of a chunk's rows by the SKUs of the products that have them as an attribute.
import type { ChunkRows } from "./chunk-rows.ts";
import type { Match } from "../match/store.ts";

export interface Resolved {
  /** The rows that match exactly one product, and the rows that may create a product. */
  rows: ChunkRows;
  /** Indexes of the given rows that match no product and may not create one. */
  missing: number[];
  /** Indexes of the given rows that match several products, or whose new product would have a SKU from `taken`. */
  ambiguous: number[];
}

/** The key of each row. */
export const keysOf = ({ texts, key_start, key_end }: ChunkRows): string[] =>
  Array.from(key_start, (start, row) => texts.toString("utf8", start, key_end[row]));

/**
 * @param taken keys that already are SKUs of other products, so that no row may create a product with them; undefined if rows without a
 * product create none
 */
export function resolveRows(rows: ChunkRows, matches: readonly Match[], taken?: ReadonlySet<string>): Resolved {
  const products = new Map<string, Match[]>();
  for (const match of matches) products.set(match.match_key, [...(products.get(match.match_key) ?? []), match]);
  const missing: number[] = [];
  const ambiguous: number[] = [];
  const kept: { row: number; sku: string; key: string }[] = [];
  keysOf(rows).forEach((key, row) => {
    const found = products.get(key) ?? [];
    const [product] = found;
    if (found.length > 1 || (product === undefined && taken?.has(key) === true)) ambiguous.push(row);
    else if (product !== undefined) kept.push({ row, sku: product.sku, key: product.sku_key });
    else if (taken !== undefined) {
      const sku = rows.texts.toString("utf8", rows.sku_start[row], rows.sku_end[row]);
      kept.push({ row, sku, key });
    } else missing.push(row);
  });
  return { rows: withTexts(rows, kept), missing, ambiguous };
}

function withTexts(rows: ChunkRows, kept: readonly { row: number; sku: string; key: string }[]): ChunkRows {
  const skuStart = new Int32Array(kept.length);
  const keyStart = new Int32Array(kept.length);
  const keyEnd = new Int32Array(kept.length);
  const texts = Buffer.allocUnsafe(
    kept.reduce((bytes, { sku, key }) => bytes + Buffer.byteLength(sku) + Buffer.byteLength(key), 0),
  );
  let at = 0;
  kept.forEach(({ sku, key }, index) => {
    skuStart[index] = at;
    at += texts.write(sku, at);
    keyStart[index] = at;
    at += texts.write(key, at);
    keyEnd[index] = at;
  });
  return {
    records: rows.records,
    record: Int32Array.from(kept, ({ row }) => rows.record[row] as number),
    sku_start: skuStart,
    sku_end: keyStart,
    key_start: keyStart,
    key_end: keyEnd,
    texts,
  };
}
