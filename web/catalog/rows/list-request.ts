// What is asked of the list, and what is known of its length.
import type { ProductSort } from "../../../contract/catalog/products.ts";
import type { ListFilter } from "../search/list-filter.ts";

export type ListRequest = ListFilter & { sort: ProductSort };

export interface ListTotal {
  value: number;
  /** `gte`: there are at least as many; `estimate`: counting them took too long. */
  relation: "eq" | "gte" | "estimate";
}
