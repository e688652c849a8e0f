// The request for a list, and its total.
import type { ProductSort } from "../../../contract/catalog/products.ts";
import type { ListFilter } from "../search/list-filter.ts";

export type ListRequest = ListFilter & { sort: ProductSort };

export interface ListTotal {
  value: number;
  /** `gte`: there are at least `value` products. `estimate`: counting them would take too long. */
  relation: "eq" | "gte" | "estimate";
}
