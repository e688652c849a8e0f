// Evaluates the attributes of a plan whose names come from the data of a record: from columns, from placeholders and from pairs.
import { MAX_LIST_ELEMENTS } from "../../../../../contract/catalog/attribute-value.ts";
import {
  MAX_ATTRIBUTE_NAME_CHARACTERS,
  UNUSABLE_ATTRIBUTE_NAME,
} from "../../../../../contract/catalog/product-limits.ts";
import { because } from "../../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../../contract/problems.ts";
import { countCharacters } from "../../../../catalog/product/product.ts";
import { isReservedName } from "../../../../catalog/product/reserved-names.ts";
import { isJsonCell, parseTexts } from "../../../../catalog/product/attribute-list.ts";
import { trimWhiteSpace } from "../../../../catalog/product/sku-key.ts";
import type { MappingPlan, NamePart } from "../../plan.ts";
import type { ReadPair } from "../../tree/nested-pairs.ts";
import { pairOf } from "../pairs.ts";
import type { Row } from "../row.ts";
import { ERASED, readerOf, type ReadValue, type ValueContext } from "../value.ts";
import { checkSize } from "../value-writer.ts";

/** Maximum number of attribute names that an import makes from the data of its file. */
const MAX_DYNAMIC_NAMES = 2000;

interface NamedMember {
  name: readonly NamePart[];
  read: ReadValue;
  column: number;
}

/** The attribute names that an import has made from the data of its file. */
export class DynamicNames {
  readonly #names = new Set<string>();

  /**
   * Returns the name without white space at both ends. Rejects the row and returns undefined if an attribute cannot have this name.
   * @throws Problem `mapping-invalid` if the data of the file contains too many different names
   */
  admit(row: Row, rawName: string, column: number): string | undefined {
    if (this.#names.has(rawName)) return rawName;
    const name = trimWhiteSpace(rawName);
    if (this.#names.has(name)) return name;
    const fault = faultOfName(name);
    if (fault !== undefined) {
      row.reject("does_not_fit", column, name, fault);
      return undefined;
    }
    if (this.#names.size >= MAX_DYNAMIC_NAMES) throw tooManyNames(name);
    this.#names.add(name);
    return name;
  }
}

export class NamedValues {
  readonly #named: NamedMember[];
  readonly #pairs: ReadPair[];
  readonly #names: DynamicNames;
  readonly #columnOf: (name: string) => number;
  readonly #values = new Map<string, string | string[]>();
  /** Whether the mapping makes no attribute names from the data. */
  readonly is_empty: boolean;

  /** @param columnOf returns the column that is copied to the attribute with this name; -1 if there is none */
  constructor(
    { attributes, pairs }: Pick<MappingPlan, "attributes" | "pairs">,
    context: ValueContext,
    columnOf: (name: string) => number = () => -1,
    names = new DynamicNames(),
  ) {
    this.#named = attributes.flatMap(({ name, value }) =>
      typeof name === "string" ? [] : [{ name, read: readerOf(value, context), column: value.column }],
    );
    this.#pairs = pairs.map((pair) => pairOf(pair, context));
    this.#names = names;
    this.#columnOf = columnOf;
    this.is_empty = this.#named.length === 0 && this.#pairs.length === 0;
  }

  /** Returns the attributes of the row. The result is valid until the next call. */
  read(row: Row): ReadonlyMap<string, string | string[]> {
    this.#values.clear();
    for (const { name, read, column } of this.#named) {
      row.holes = undefined;
      const result = read(row);
      if (result === null || result === ERASED) continue;
      const text = nameText(row, name);
      if (text === null) continue;
      if (text === undefined)
        row.reject("does_not_fit", column, "", `a name for the attribute: ${describeName(name)} is blank`);
      else this.#add(row, text, result, false, column);
    }
    for (let i = 0; i < this.#pairs.length; i++) (this.#pairs[i] as ReadPair)(row, this.#add);
    for (const [name, value] of this.#values)
      if (typeof value !== "string") checkSize(row, value, this.#columnOf(name));
    return this.#values;
  }

  #add = (row: Row, rawName: string, value: string | string[], list: boolean, column: number): void => {
    const name = this.#names.admit(row, rawName, column);
    if (name === undefined) return;
    checkSize(row, value, column);
    const before = this.#values.get(name);
    const now = before !== undefined ? together(before, value) : list && typeof value === "string" ? [value] : value;
    // Check the number of elements after each value, because adding a value to a list takes time in proportion to the list's length.
    if (typeof now !== "string" && now.length > MAX_LIST_ELEMENTS) checkSize(row, now, column);
    else this.#values.set(name, now);
  };
}

/** @returns what the mapper expects in place of the name; undefined if the name is valid */
function faultOfName(name: string): string | undefined {
  if (name === "" || name === UNUSABLE_ATTRIBUTE_NAME || isTooLong(name))
    return `the name of an attribute with 1 to ${MAX_ATTRIBUTE_NAME_CHARACTERS} characters`;
  return isReservedName(name) ? "the name of an attribute, because it is the name of another column" : undefined;
}

const isTooLong = (name: string): boolean =>
  name.length > MAX_ATTRIBUTE_NAME_CHARACTERS && countCharacters(name) > MAX_ATTRIBUTE_NAME_CHARACTERS;

/** Two values of the same name become a list, unless they are equal. */
export function together(before: string | string[], value: string | string[]): string | string[] {
  if (before === value) return before;
  const list = typeof before === "string" ? [before] : before;
  if (typeof value !== "string") return [...new Set([...list, ...value])];
  return list.includes(value) ? list : [...list, value];
}

/** Returns undefined if a part of the name is blank, and null if the row was rejected. */
function nameText(row: Row, parts: readonly NamePart[]): string | undefined | null {
  let name = "";
  for (const part of parts) {
    if ("text" in part) {
      name += part.text;
      continue;
    }
    const text = "column" in part ? textOfColumn(row, part) : (row.holes?.get(part.hole) ?? "");
    if (text === null) return null;
    const trimmed = trimWhiteSpace(text);
    if (trimmed === "") return undefined;
    name += trimmed;
  }
  return name;
}

/** Returns the text of the cell. If the cell is a list, returns its element if all elements are equal; otherwise rejects the row and returns
 * null, because it is unknown which element belongs to which value. */
function textOfColumn(row: Row, { column, is_list }: Extract<NamePart, { column: number }>): string | null {
  const cell = row.text(column);
  const texts = is_list === true && isJsonCell(cell) ? parseTexts(cell) : undefined;
  if (texts === undefined || typeof texts === "string") return texts ?? cell;
  const [text = "", ...others] = new Set(texts.map(trimWhiteSpace));
  return others.length === 0
    ? text
    : row.reject("does_not_fit", column, cell, "a single text, because it is a part of an attribute's name");
}

const describeName = (parts: readonly NamePart[]): string =>
  parts
    .map((part) => ("text" in part ? part.text : "hole" in part ? `{${part.hole}}` : `{column ${part.column + 1}}`))
    .join("");

const tooManyNames = (name: string): Problem =>
  new Problem(
    "mapping-invalid",
    `The mapping makes more than ${MAX_DYNAMIC_NAMES.toLocaleString("en")} attribute names from the values of the file, most recently "${name}". Check whether the statement "pairs" or a name with {} uses the right column.`,
    { extra: { statement: "pairs", ...because("mapping-too-many-names", { limit: MAX_DYNAMIC_NAMES }) } },
  );
