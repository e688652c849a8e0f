// Types for the request of a list of products, and for the number of products in the list.
import type { ProductSort } from "../../../contract/catalog/products.ts";
import type { ListFilter } from "../search/list-filter.ts";

export type ListRequest = ListFilter & { sort: ProductSort };

export interface ListTotal {
  value: number;
  /** `gte`: there are at least `value` products. `estimate`: `value` is estimated, because counting would take too long. */
  relation: "eq" | "gte" | "estimate";
}
