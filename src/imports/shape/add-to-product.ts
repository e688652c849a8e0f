// Adds the values of a scattered record to the product of another record.
import type { FieldName } from "../../catalog/product/column-lists.ts";
import { MAX_LIST_ELEMENTS } from "../../../contract/catalog/attribute-value.ts";
import type { FormedProduct } from "./products-text.ts";

type Values = Pick<FormedProduct, "fields" | "attributes">;

interface Layer {
  /** The values of the product without its layers. */
  base: Values;
  part: Values;
  /** The name of the layer, such as a language. */
  layer: string;
  /** The name of the attribute for the field `active`, without the layer. */
  active_name: string;
}

/** The fields that can differ between layers. */
const LAYERED: readonly FieldName[] = ["name", "description", "active"];

/** Adds each value that differs from that of the product as an attribute of the layer.
 * @param admit returns the name of an attribute; undefined if an attribute cannot have this name */
export function addLayer(
  product: FormedProduct,
  { base, part, layer, active_name }: Layer,
  admit: (name: string) => string | undefined,
): void {
  const add = (name: string, value: string | string[]): void => {
    const admitted = admit(`${name}-${layer}`);
    if (admitted !== undefined) product.attributes.set(admitted, value);
  };
  for (const field of LAYERED) {
    const value = part.fields.get(field);
    if (value === undefined || value === base.fields.get(field)) continue;
    if (field === "active") add(active_name, value === "yes" ? "true" : "false");
    else add(field, value);
  }
  for (const [name, value] of part.attributes) if (!isEqual(value, base.attributes.get(name))) add(name, value);
}

/** Adds the values that the product lacks. Lists get the elements that they lack. */
export function mergeInto(product: FormedProduct, part: FormedProduct): void {
  for (const [field, value] of part.fields) if (!product.fields.has(field)) product.fields.set(field, value);
  for (const [name, value] of part.attributes) {
    const own = product.attributes.get(name);
    if (own === undefined) product.attributes.set(name, value);
    else if (Array.isArray(own) && own.length < MAX_LIST_ELEMENTS) {
      const added = typeof value === "string" ? [value] : value;
      product.attributes.set(name, [...new Set([...own, ...added])].slice(0, MAX_LIST_ELEMENTS));
    }
  }
}

function isEqual(a: string | string[], b: string | string[] | undefined): boolean {
  if (b === undefined || typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
