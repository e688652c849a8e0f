// The form in which the values of an attribute are compared. The keys of a file have the same form.
import { skuKey } from "../../catalog/product/sku-key.ts";
import { normalizeGtin } from "../mapping/steps/gtin.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";

export type MatchRule = NonNullable<Mapping["match"]>;

/** @returns null if the value cannot be compared */
export const matchKey = (value: string, { as }: MatchRule): string | null =>
  as === "gtin" ? normalizeGtin(value) : skuKey(value) || null;
