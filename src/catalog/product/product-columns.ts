// The fields of a product, declared once. SQL statements, the layouts of binary COPY, edits and exports derive their columns from
// this table through column-lists.ts.
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";

/** `text`: empty when blank, never null. `boolean`: never null. `number`: a `double precision`, null when blank. */
export type FieldKind = "text" | "boolean" | "number";

type KindOf<Value> = Value extends string ? "text" : Value extends boolean ? "boolean" : "number";

/** One entry per field of the contract except `attributes`, which is jsonb and has code of its own everywhere. */
export const PRODUCT_FIELDS = {
  sku: "text",
  name: "text",
  description: "text",
  active: "boolean",
} as const satisfies { [Field in Exclude<keyof ProductValues, "attributes">]: KindOf<ProductValues[Field]> };

/** The values of a new product where nothing sets them; the same as the defaults of the table `products`. */
export const DEFAULT_VALUES: Readonly<ProductValues> = {
  sku: "",
  name: "",
  description: "",
  active: true,
  attributes: {},
};
