// Evaluates the attributes of a plan, and writes them as members of a JSON object.
import { MAX_LIST_ELEMENTS } from "../../../../contract/catalog/attribute-value.ts";
import { MAX_ATTRIBUTE_NAME_CHARACTERS, UNUSABLE_ATTRIBUTE_NAME } from "../../../../contract/catalog/product-limits.ts";
import { Problem } from "../../../../contract/problems.ts";
import { countCharacters } from "../../../catalog/product/product.ts";
import { isReservedName } from "../../../catalog/product/reserved-names.ts";
import { trimWhiteSpace } from "../../../catalog/product/sku-key.ts";
import type { MappingPlan, NamePart } from "../plan.ts";
import { canFail, SHORT_RECORD_BYTES } from "./can-fail.ts";
import type { OutBytes } from "./out-bytes.ts";
import { pairOf, type ReadPair } from "./pairs.ts";
import type { Row } from "./row.ts";
import { ERASED, readerOf, type ReadValue, type ValueContext } from "./value.ts";
import { checkSize, ValueWriter, writeJson } from "./value-writer.ts";

/** Maximum number of attribute names that an import makes from the data of its file. */
const MAX_DYNAMIC_NAMES = 2000;
const COMMA = 0x2c;

interface StaticMember {
  name: string;
  key: Buffer;
  value: ValueWriter;
  /** Whether the value can have a fault. If so, the scan evaluates the value in every record; otherwise only in long records. */
  can_fail: boolean;
}

interface NamedMember {
  name: readonly NamePart[];
  read: ReadValue;
  column: number;
}

export class Members {
  readonly #fixed: StaticMember[];
  readonly #named: NamedMember[];
  readonly #pairs: ReadPair[];
  readonly #copied: ReadonlyMap<string, number>;
  readonly #hasNames: boolean;
  /** The dynamic members of the record: those whose names come from the data of the record. */
  readonly #dynamic = new Map<string, string | string[]>();
  /** The names of static members (members whose names are in the mapping) that have a value or are erased in this record; collected only
   * if there are dynamic members. */
  readonly #taken = new Set<string>();
  readonly #names = new Set<string>();
  /** For each attribute name that comes from the data: the bytes of the JSON key. */
  readonly #keys = new Map<string, Buffer>();

  constructor({ attributes, pairs, copied }: MappingPlan, context: ValueContext) {
    this.#fixed = attributes.flatMap(({ name, value }) =>
      typeof name === "string"
        ? [{ name, key: keyOf(name), value: new ValueWriter(value, context, true), can_fail: canFail(value) }]
        : [],
    );
    this.#named = attributes.flatMap(({ name, value }) =>
      typeof name === "string" ? [] : [{ name, read: readerOf(value, context), column: value.column }],
    );
    this.#pairs = pairs.map((pair) => pairOf(pair, context));
    this.#copied = new Map(copied.map(({ name, column }) => [name, column]));
    this.#hasNames = this.#named.length > 0 || this.#pairs.length > 0;
  }

  /**
   * Evaluates the values that can have a fault, and writes nothing.
   * @param bytes length of the record
   */
  check(row: Row, out: OutBytes, bytes: number): void {
    const isLong = bytes > SHORT_RECORD_BYTES;
    const mark = out.length;
    for (let i = 0; i < this.#fixed.length && row.fault === undefined; i++) {
      const { value, can_fail } = this.#fixed[i] as StaticMember;
      if (isLong || can_fail) value.write(row, out);
      out.reset(mark);
    }
    if (this.#hasNames) this.#readNamed(row);
  }

  /** Writes the members with values, and then, with the value null, the members of erased attributes. Returns the position at which the
   * members of erased attributes begin. */
  write(row: Row, out: OutBytes): number {
    const start = out.length;
    let erased: StaticMember[] | undefined;
    if (this.#hasNames) this.#taken.clear();
    for (let i = 0; i < this.#fixed.length && row.fault === undefined; i++) {
      const member = this.#fixed[i] as StaticMember;
      const mark = out.length;
      if (mark > start) out.byte(COMMA);
      out.copy(member.key);
      const outcome = member.value.write(row, out);
      if (outcome !== "blank" && this.#hasNames) this.#taken.add(member.name);
      if (outcome === "written") continue;
      out.reset(mark);
      if (outcome === "erased") (erased ??= []).push(member);
    }
    if (this.#hasNames) this.#writeNamed(row, out, start);
    const end = out.length;
    erased?.forEach(({ key }, index) => {
      if (index > 0) out.byte(COMMA);
      out.copy(key);
      out.text("null");
    });
    return end;
  }

  #writeNamed(row: Row, out: OutBytes, start: number): void {
    this.#readNamed(row);
    for (const [name, value] of this.#dynamic) {
      if (!this.#isFree(row, name)) continue;
      if (out.length > start) out.byte(COMMA);
      out.copy(this.#keyOf(name));
      writeJson(out, value);
    }
  }

  /** Whether an attribute whose name comes from the data may use this name. An attribute whose name is in the mapping takes precedence. */
  #isFree(row: Row, name: string): boolean {
    if (this.#taken.has(name)) return false;
    const column = this.#copied.get(name);
    return column === undefined || row.isBlank(column);
  }

  #readNamed(row: Row): void {
    this.#dynamic.clear();
    for (const { name, read, column } of this.#named) {
      row.holes = undefined;
      const result = read(row);
      if (result === null || result === ERASED) continue;
      const text = nameText(row, name);
      if (text === undefined)
        row.reject("does_not_fit", column, "", `a name for the attribute: ${describeName(name)} is blank`);
      else this.#add(row, text, result, false, column);
    }
    for (let i = 0; i < this.#pairs.length; i++) (this.#pairs[i] as ReadPair)(row, this.#add);
    for (const [name, value] of this.#dynamic)
      if (typeof value !== "string") checkSize(row, value, this.#columnOf(name));
  }

  #columnOf = (name: string): number => this.#copied.get(name) ?? -1;

  #add = (row: Row, rawName: string, value: string | string[], list: boolean, column: number): void => {
    const name = this.#names.has(rawName) ? rawName : trimWhiteSpace(rawName);
    if (!this.#names.has(name)) {
      const fault = faultOfName(name);
      if (fault !== undefined) {
        row.reject("does_not_fit", column, name, fault);
        return;
      }
      if (this.#names.size >= MAX_DYNAMIC_NAMES) throw tooManyNames(name);
      this.#names.add(name);
    }
    checkSize(row, value, column);
    const before = this.#dynamic.get(name);
    const now = before !== undefined ? together(before, value) : list && typeof value === "string" ? [value] : value;
    // Check the number of elements after each value, because adding a value to a list takes time in proportion to the list's length.
    if (typeof now !== "string" && now.length > MAX_LIST_ELEMENTS) checkSize(row, now, column);
    else this.#dynamic.set(name, now);
  };

  #keyOf(name: string): Buffer {
    let key = this.#keys.get(name);
    if (key === undefined) this.#keys.set(name, (key = keyOf(name)));
    return key;
  }
}

const keyOf = (name: string): Buffer => Buffer.from(`${JSON.stringify(name)}:`);

/** @returns what the mapper expects in place of the name; undefined if the name is valid */
function faultOfName(name: string): string | undefined {
  if (name === "" || name === UNUSABLE_ATTRIBUTE_NAME || isTooLong(name))
    return `the name of an attribute with 1 to ${MAX_ATTRIBUTE_NAME_CHARACTERS} characters`;
  return isReservedName(name) ? "the name of an attribute, because it is the name of another column" : undefined;
}

const isTooLong = (name: string): boolean =>
  name.length > MAX_ATTRIBUTE_NAME_CHARACTERS && countCharacters(name) > MAX_ATTRIBUTE_NAME_CHARACTERS;

/** Two values of the same name in one record become a list, unless they are equal. */
function together(before: string | string[], value: string | string[]): string | string[] {
  if (before === value) return before;
  const list = typeof before === "string" ? [before] : before;
  if (typeof value !== "string") return [...new Set([...list, ...value])];
  return list.includes(value) ? list : [...list, value];
}

function nameText(row: Row, parts: readonly NamePart[]): string | undefined {
  let name = "";
  for (const part of parts) {
    if ("text" in part) {
      name += part.text;
      continue;
    }
    const text = trimWhiteSpace("column" in part ? row.text(part.column) : (row.holes?.get(part.hole) ?? ""));
    if (text === "") return undefined;
    name += text;
  }
  return name;
}

const describeName = (parts: readonly NamePart[]): string =>
  parts
    .map((part) => ("text" in part ? part.text : "hole" in part ? `{${part.hole}}` : `{column ${part.column + 1}}`))
    .join("");

const tooManyNames = (name: string): Problem =>
  new Problem(
    "mapping-invalid",
    `The mapping makes more than ${MAX_DYNAMIC_NAMES.toLocaleString("en")} attribute names from the values of the file, most recently "${name}". Check whether the statement "pairs" or a name with {} uses the right column.`,
    { extra: { statement: "pairs" } },
  );
