// Reads the values of a product from one record, by the plan of the record's kind.
import type { FieldName } from "../../catalog/product/column-lists.ts";
import { rejectsExcess, RowWork } from "../mapping/run/row-work.ts";
import type { Row } from "../mapping/run/row.ts";
import { ERASED, readerOf, type ReadValue, type ValueContext } from "../mapping/run/value.ts";
import { checkSize } from "../mapping/run/value-writer.ts";
import { NamedValues, type DynamicNames } from "../mapping/run/attributes/named-values.ts";
import type { MappingPlan, ProductNode } from "../mapping/plan.ts";
import { MAX_RECORD_BYTES } from "../read/split-records.ts";
import { tooLarge, type FormedProduct, type RecordPosition } from "./products-text.ts";

interface FieldReader {
  target: FieldName;
  column: number;
  read: ReadValue;
}

interface AttributeReader {
  name: string;
  column: number;
  read: ReadValue;
}

export class ProductReader {
  readonly #plan: MappingPlan;
  readonly #work: RowWork;
  readonly #fields: FieldReader[];
  readonly #attributes: AttributeReader[];
  readonly #named: NamedValues;

  constructor(plan: MappingPlan, node: ProductNode, context: ValueContext, names: DynamicNames) {
    const attributes = [...node.attributes, ...(plan.shape?.kept ?? [])];
    this.#plan = plan;
    this.#work = new RowWork({ ...plan, ...node, attributes });
    this.#fields = node.fields.map(({ target, value }) => ({
      target,
      column: value.column,
      read: readerOf(value, context),
    }));
    this.#attributes = attributes.flatMap(({ name, value }) =>
      typeof name === "string" ? [{ name, column: value.column, read: readerOf(value, context) }] : [],
    );
    this.#named = new NamedValues(node, context, undefined, names);
  }

  /** Returns the text of a field of the row; null if it is blank or has a fault. */
  field(row: Row, target: FieldName): string | null {
    const found = this.#fields.find((field) => field.target === target);
    const result = found?.read(row) ?? null;
    if (result === null || result === ERASED) return null;
    return typeof result === "string" ? result : result.join(", ");
  }

  /** Reads the values of the row. If a value does not fit, the row has a fault afterwards, and the product lacks the value. */
  read(row: Row, position: RecordPosition): FormedProduct {
    const product = emptyProduct(position);
    if (rejectsExcess(this.#work, row)) return product;
    for (const column of this.#plan.reject_blank)
      if (row.isBlank(column)) row.reject("value_empty", column, "", "a value");
    this.#readFields(row, product);
    this.#readAttributes(row, product);
    return product;
  }

  /** Reads the key of a row that deletes its product. */
  readDeletion(row: Row, position: RecordPosition): FormedProduct {
    const product = { ...emptyProduct(position), deletes: true };
    const sku = this.field(row, "sku");
    if (sku !== null) product.fields.set("sku", sku);
    return product;
  }

  #readFields(row: Row, product: FormedProduct): void {
    for (const { target, column, read } of this.#fields) {
      const result = read(row);
      if (result === ERASED) {
        if (target === "name") row.reject("does_not_fit", column, row.text(column), "a name; a marker cannot erase it");
        else if (target !== "active" && target !== "sku") product.erased_fields.add(target);
      } else if (result !== null) product.fields.set(target, typeof result === "string" ? result : result.join(", "));
    }
  }

  #readAttributes(row: Row, product: FormedProduct): void {
    const { attributes, erased } = product;
    let bytes = 0;
    for (const { name, column, read } of this.#attributes) {
      const result = read(row);
      if (result === ERASED) erased.add(name);
      if (result === null || result === ERASED) continue;
      checkSize(row, result, column);
      bytes += typeof result === "string" ? result.length : result.reduce((sum, text) => sum + text.length, 0);
      attributes.set(name, result);
      if (bytes > MAX_RECORD_BYTES) {
        const { code, text, expected } = tooLarge(product);
        row.reject(code, -1, text, expected);
        return;
      }
    }
    if (this.#named.is_empty) return;
    for (const [name, value] of this.#named.read(row))
      if (!attributes.has(name) && !erased.has(name)) attributes.set(name, value);
  }
}

const emptyProduct = (position: RecordPosition): FormedProduct => ({
  ...position,
  fields: new Map(),
  attributes: new Map(),
  erased_fields: new Set(),
  erased: new Set(),
  deletes: false,
});
