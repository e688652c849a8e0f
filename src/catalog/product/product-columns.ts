// The fields of a product, declared once. SQL statements, the layouts of binary COPY, edits and exports derive their columns from
// this table through column-lists.ts.
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";

/** How a field is stored. A `text` is never null; a blank value is stored as the empty string. A `boolean` is never null. A `number` is a
 * `double precision`; a blank value is stored as null. */
export type FieldKind = "text" | "boolean" | "number";

type KindOf<Value> = Value extends string ? "text" : Value extends boolean ? "boolean" : "number";

/** The kind of each field. `attributes` is missing here, because it is jsonb and has its own code everywhere. */
export const PRODUCT_FIELDS = {
  sku: "text",
  name: "text",
  description: "text",
  active: "boolean",
  parent_sku: "text",
} as const satisfies { [Field in Exclude<keyof ProductValues, "attributes">]: KindOf<ProductValues[Field]> };

/** The values of a new product for fields that are not set. They are the same as the defaults of the table `products`. */
export const DEFAULT_VALUES: Readonly<ProductValues> = {
  sku: "",
  name: "",
  description: "",
  active: true,
  parent_sku: "",
  attributes: {},
};
