// The cells of the first products in a preview. Each attribute is a column.
import type { Preview } from "../../../contract/imports/imports.ts";
import { nestVariants } from "./nest-variants.ts";

type PreviewProduct = Preview["products"][number];
export type ProductCell = string | readonly string[];

export interface ProductRow {
  line: number;
  product: PreviewProduct;
  /** Whether the product is listed beneath its parent. */
  is_nested: boolean;
  /** Values of the attributes in the order of `attributes`; empty if the product lacks the attribute. */
  values: ProductCell[];
}

/** Maximum number of products in the table. */
const SHOWN_PRODUCTS = 10;
const SHOWN_ATTRIBUTES = 100;

/** @returns the attributes in the order in which the products have them */
export function productTable(products: readonly PreviewProduct[]): { attributes: string[]; rows: ProductRow[] } {
  const shown = products.slice(0, SHOWN_PRODUCTS);
  const names = new Set(shown.flatMap(({ attributes }) => Object.keys(attributes)));
  const attributes = [...names].slice(0, SHOWN_ATTRIBUTES);
  const rows = nestVariants(shown, (product) => product).map(({ item: product, is_nested }) => ({
    line: product.line,
    product,
    is_nested,
    values: attributes.map((name) => (Object.hasOwn(product.attributes, name) ? product.attributes[name] : "") ?? ""),
  }));
  return { attributes, rows };
}
