// Figures of the key in the first rows of the file.
import type { Preview } from "../../../../contract/imports/imports.ts";

export interface KeyFigures {
  rows: number;
  blank: number;
  distinct: number;
}

/** Counts rejected rows whose SKU is missing as blank. Products with the same SKU are counted as rows, but only the last one is shown, so
 * rows that are left out are not counted. */
export function sampleKeyFigures({ products, rejects }: Pick<Preview, "products" | "rejects">): KeyFigures {
  const blank = rejects.filter(({ code }) => code === "sku_empty").length;
  const distinct = new Set(products.map(({ sku }) => sku.toLowerCase())).size;
  return { rows: products.length + blank, blank, distinct };
}
