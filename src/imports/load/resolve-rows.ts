// Replaces the key of each row in a chunk by the SKU of the product whose attribute has this key as its value.
import type { ChunkRows } from "./chunk-rows.ts";

/** The products whose attribute has a certain key as its value; `many` if there are too many products to read each one again. */
export type Found =
  | "many"
  | {
      /** The products whose attribute still has the key as its value. */
      products: readonly { sku_key: string; sku: string; version: number }[];
      /** Whether the attribute of a product had the key as its value during the scan, but no longer has it: the product was changed or
       * deleted after the scan. */
      is_lost: boolean;
    };

const NOT_FOUND: Found = { products: [], is_lost: false };

/**
 * Why a row is not applied. `missing`: no product has its key. `lost`: the product that had the key was changed or deleted during the
 * import. `ambiguous`: several products have the key. `taken`: its new product would have the SKU of another product.
 */
export type Refusal = "missing" | "lost" | "ambiguous" | "taken";

export interface Resolved {
  /** The rows that match exactly one product, and the rows that may create a product. */
  rows: ChunkRows;
  /** For each row of `rows`, the version of its product; 0 if the row may create a product. */
  versions: Int32Array;
  /** The rows that are not applied, as indexes of the given rows. */
  refused: { row: number; refusal: Refusal }[];
}

/** The key of each row. */
export const keysOf = ({ texts, key_start, key_end }: ChunkRows): string[] =>
  Array.from(key_start, (start, row) => texts.toString("utf8", start, key_end[row]));

interface Kept {
  row: number;
  sku: string;
  key: string;
  version: number;
}

/**
 * @param found for each key, the products whose attribute has the key as its value
 * @param taken the keys of rows that are already SKUs of other products: a row with one of these keys must not create a product. If `taken`
 * is undefined, no row may create a product
 */
export function resolveRows(rows: ChunkRows, found: ReadonlyMap<string, Found>, taken?: ReadonlySet<string>): Resolved {
  const kept: Kept[] = [];
  const refused: Resolved["refused"] = [];
  keysOf(rows).forEach((key, row) => {
    const candidates = found.get(key) ?? NOT_FOUND;
    if (candidates === "many") {
      refused.push({ row, refusal: "ambiguous" });
      return;
    }
    const { products, is_lost } = candidates;
    const [product] = products;
    if (products.length > 1) refused.push({ row, refusal: "ambiguous" });
    else if (product !== undefined)
      kept.push({ row, sku: product.sku, key: product.sku_key, version: product.version });
    else if (is_lost) refused.push({ row, refusal: "lost" });
    else if (taken === undefined) refused.push({ row, refusal: "missing" });
    else if (taken.has(key)) refused.push({ row, refusal: "taken" });
    else {
      const sku = rows.texts.toString("utf8", rows.sku_start[row], rows.sku_end[row]);
      kept.push({ row, sku, key, version: 0 });
    }
  });
  return { rows: withTexts(rows, kept), versions: Int32Array.from(kept, ({ version }) => version), refused };
}

function withTexts(rows: ChunkRows, kept: readonly Kept[]): ChunkRows {
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
