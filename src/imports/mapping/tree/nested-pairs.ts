// Evaluates pairs (attributes whose names come from the data) in the elements of an XML or JSON file. The reader of the file has written
// all elements of a record into one cell, as a JSON array of objects. Each object contains the texts of one element by their paths.
import { isJsonCell } from "../../../catalog/product/attribute-list.ts";
import { isBlankText } from "../../../catalog/product/product.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import type { PairNode } from "../plan.ts";
import { Row } from "../run/row.ts";

/** Receives an attribute that a pair contains. @param list whether several values with the same name become a list */
export type AddMember = (row: Row, name: string, value: string | string[], list: boolean, column: number) => void;
export type ReadPair = (row: Row, add: AddMember) => void;

type Values = Readonly<Record<string, unknown>>;

/** @param readPair reads the name and the value of one attribute from one element */
export function nestedOf({ column, names }: PairNode & { kind: "nested" }, readPair: ReadPair): ReadPair {
  const element = new ObjectRow(names);
  return (row, add) => {
    if (row.isBlank(column)) return;
    const cell = row.text(column);
    const objects = parseObjects(cell);
    if (objects === undefined) {
      row.reject("does_not_fit", column, cell, "a list of objects in JSON");
      return;
    }
    for (const values of objects) {
      element.openObject(values);
      readPair(element, (_, name, value, list) => {
        add(row, name, value, list, column);
      });
      row.fault ??= element.fault;
      if (row.fault !== undefined) return;
    }
  };
}

const NO_DIALECT: Dialect = {
  format: "text",
  encoding: "utf-8",
  delimiter: ",",
  quote: '"',
  escape: '"',
  line_ending: "lf",
  header: true,
  preamble: 0,
  formula_escape: false,
};

/** A row whose cells are the values of an object. */
class ObjectRow extends Row {
  readonly #names: readonly string[];
  #values: Values = {};

  constructor(names: readonly string[]) {
    super(names.length, NO_DIALECT);
    this.#names = names;
    this.width = names.length;
  }

  openObject(values: Values): void {
    this.#values = values;
    this.fault = undefined;
  }

  /** Returns the value as a cell of a column of lists. */
  override text(column: number): string {
    const value = this.#valueOf(column);
    if (typeof value === "string") return isJsonCell(value) ? JSON.stringify(value) : value;
    return Array.isArray(value) ? JSON.stringify(value) : "";
  }

  override isBlank(column: number): boolean {
    const value = this.#valueOf(column);
    return typeof value === "string" ? isBlankText(value) : !Array.isArray(value);
  }

  override isValue(): boolean {
    return false;
  }

  #valueOf(column: number): unknown {
    const name = this.#names[column] ?? "";
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }
}

/** Returns undefined if the cell contains anything other than an array of objects. */
function parseObjects(cell: string): Values[] | undefined {
  try {
    const objects: unknown = JSON.parse(cell);
    return Array.isArray(objects) && objects.every(isObject) ? objects : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
