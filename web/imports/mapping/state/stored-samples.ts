// Samples of the values that a row of the editor stores.
import type { Preview } from "../../../../contract/imports/imports.ts";
import { hasSteps } from "../model/draft.ts";
import type { ColumnRow } from "../model/rows.ts";

const SAMPLES = 3;

/** @returns undefined if the values are stored unmodified, or if none is stored */
export function storedSamples(preview: Preview | null, row: ColumnRow): string[] | undefined {
  if (preview === null || (!hasSteps(row.members) && row.sources.length < 2 && row.is_plain)) return undefined;
  const values = preview.products.map((product) => valueOf(product, row)).filter((value) => value !== "");
  return values.length === 0 ? undefined : [...new Set(values)].slice(0, SAMPLES);
}

function valueOf(product: Preview["products"][number], { target, attribute }: ColumnRow): string {
  switch (target) {
    case "sku":
    case "name":
    case "description":
    case "parent_sku":
      return product[target];
    case "attribute": {
      const value = Object.hasOwn(product.attributes, attribute) ? (product.attributes[attribute] ?? "") : "";
      return typeof value === "string" ? value : value.join(", ");
    }
    case "active":
    case "ignored":
    case "used":
      return "";
  }
}
