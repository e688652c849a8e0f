// Types for the request of a list of products, and for the number of products in the list.
import type { Product, ProductSort } from "../../../contract/catalog/products.ts";
import type { ListFilter } from "../search/list-filter.ts";

/** @property fold Whether variants are folded under their parents */
export type ListRequest = ListFilter & { sort: ProductSort; fold?: boolean };

/** The number of variants that are folded into a row, and the SKU of their parent. */
export interface Folded {
  variants: number;
  variants_of: string;
}
/** A product of the list. It has the members of `Folded` only if variants are folded under their parents. */
export type ListedProduct = Product & Partial<Folded>;

export interface ListTotal {
  value: number;
  /** `gte`: there are at least `value` products. `estimate`: `value` is estimated, because counting would take too long. */
  relation: "eq" | "gte" | "estimate";
}
