// Converts values of an attribute and keys of a file to the form in which they are compared.
import { skuKey } from "../../catalog/product/sku-key.ts";
import { normalizeGtin } from "../mapping/steps/gtin.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";

export type MatchRule = NonNullable<Mapping["match"]>;

/** @returns null if the value cannot be compared */
export const matchKey = (value: string, { as }: MatchRule): string | null =>
  as === "gtin" ? normalizeGtin(value) : skuKey(value) || null;
