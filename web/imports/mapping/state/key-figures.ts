// Figures of the key in the first rows of the file.
import type { Preview } from "../../../../contract/imports/imports.ts";

export interface KeyFigures {
  rows: number;
  blank: number;
  distinct: number;
}

/** Counts the products of the preview, and the rows that are rejected because their SKU is empty. All other rows of the sample are left
 * out. */
export function sampleKeyFigures({ products, rejects }: Pick<Preview, "products" | "rejects">): KeyFigures {
  const blank = rejects.filter(({ code }) => code === "sku_empty").length;
  const distinct = new Set(products.map(({ sku }) => sku.toLowerCase())).size;
  return { rows: products.length + blank, blank, distinct };
}
