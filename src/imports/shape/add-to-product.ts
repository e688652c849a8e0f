// Adds the values of records from elsewhere in the file to a product.
import type { FieldName } from "../../catalog/product/column-lists.ts";
import { MAX_LIST_ELEMENTS } from "../../../contract/catalog/attribute-value.ts";
import type { FormedProduct } from "./products-text.ts";

type Values = Pick<FormedProduct, "fields" | "attributes">;

interface Layer {
  /** The values of the product without its layers. */
  base: Values;
  part: FormedProduct;
  /** The name of the layer, such as a language. */
  layer: string;
  /** Name of the attribute that gets the layer's value of the field `active`, without the name of the layer at its end. */
  active_name: string;
}

/** The product fields that can differ between the layers of an overlay, such as its languages. */
const LAYERED: readonly FieldName[] = ["name", "description", "active"];

/** Adds each value of the layer that differs from the product's own value, as an attribute with the layer's name, such as `name-fr`. If
 * the layer erases a value, the attribute is erased.
 * @param admit returns the name of an attribute; undefined if an attribute cannot have this name */
export function addLayer(
  product: FormedProduct,
  { base, part, layer, active_name }: Layer,
  admit: (name: string) => string | undefined,
): void {
  const add = (name: string, value: string | string[]): void => {
    const admitted = admit(`${name}-${layer}`);
    if (admitted !== undefined) setAttribute(product, admitted, value);
  };
  for (const field of LAYERED) {
    const value = part.fields.get(field);
    if (value === undefined || value === base.fields.get(field)) continue;
    if (field === "active") add(active_name, value === "yes" ? "true" : "false");
    else add(field, value);
  }
  for (const [name, value] of part.attributes) if (!isEqual(value, base.attributes.get(name))) add(name, value);
  for (const name of [...part.erased, ...LAYERED.filter((field) => part.erased_fields.has(field))]) {
    const admitted = admit(`${name}-${layer}`);
    if (admitted !== undefined && !product.attributes.has(admitted)) product.erased.add(admitted);
  }
}

/** Merges records into a product: the product gets the values that it lacks, and its lists get the elements that they lack. */
export class ProductMerger {
  readonly #product: FormedProduct;
  /** The elements of the lists to which records add. A list is copied once, however many records add to it. */
  readonly #lists = new Map<string, Set<string>>();

  constructor(product: FormedProduct) {
    this.#product = product;
  }

  /** Returns the name of a list that would have too many elements if the record's elements were added. */
  excessOf(part: FormedProduct): string | undefined {
    for (const [name, value] of part.attributes) {
      const own = this.#listOf(name);
      if (own === undefined) continue;
      const added = new Set(elementsOf(value).filter((text) => !own.has(text)));
      if (own.size + added.size > MAX_LIST_ELEMENTS) return name;
    }
    return undefined;
  }

  add(part: FormedProduct): void {
    const product = this.#product;
    for (const [field, value] of part.fields) {
      if (product.fields.has(field)) continue;
      product.fields.set(field, value);
      product.erased_fields.delete(field);
    }
    for (const [name, value] of part.attributes) {
      const own = this.#listOf(name);
      if (own !== undefined) for (const text of elementsOf(value)) own.add(text);
      else if (!product.attributes.has(name)) setAttribute(product, name, value);
    }
    for (const field of part.erased_fields) if (!product.fields.has(field)) product.erased_fields.add(field);
    for (const name of part.erased) if (!product.attributes.has(name)) product.erased.add(name);
  }

  /** Sets the product's list attributes to the extended lists. */
  finish(): void {
    for (const [name, texts] of this.#lists) this.#product.attributes.set(name, [...texts]);
  }

  /** Returns the elements of the product's attribute; undefined if the attribute is not a list. */
  #listOf(name: string): Set<string> | undefined {
    const known = this.#lists.get(name);
    if (known !== undefined) return known;
    const own = this.#product.attributes.get(name);
    if (!Array.isArray(own)) return undefined;
    const elements = new Set(own);
    this.#lists.set(name, elements);
    return elements;
  }
}

const elementsOf = (value: string | string[]): string[] => (typeof value === "string" ? [value] : value);

/** Sets an attribute, and cancels its erasure. */
function setAttribute({ attributes, erased }: FormedProduct, name: string, value: string | string[]): void {
  attributes.set(name, value);
  erased.delete(name);
}

function isEqual(a: string | string[], b: string | string[] | undefined): boolean {
  if (b === undefined || typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
