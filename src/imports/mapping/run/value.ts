// Evaluates the values of a plan for one record.
import { isJsonCell, parseTexts } from "../../../catalog/product/attribute-list.ts";
import { isBlankText } from "../../../catalog/product/product.ts";
import { trimWhiteSpace } from "../../../catalog/product/sku-key.ts";
import type { GroupValue } from "../../../../contract/mapping/value.ts";
import type { ConditionNode, ValueNode } from "../plan.ts";
import type { ByteMemos } from "./bytes/byte-memo.ts";
import { isDamagedText } from "../../damaged/damaged-keys.ts";
import { notationFor, readingsOf, type Notation, type Reading } from "./notation/notation.ts";
import { stepsOf, type RunStep, type StepContext } from "./steps.ts";
import type { Row } from "./row.ts";

/** The result for a cell that contains an erase marker (a text in the mapping's `empty`): the import erases the product's value. */
export const ERASED = Symbol("erased");
/** null = blank. A text is never blank, and a list never empty. */
export type Result = string | string[] | null | typeof ERASED;
export type ReadValue = (row: Row) => Result;

/** The state that all values of a mapper share. */
export interface ValueContext extends StepContext {
  /** A cell with one of these texts erases the stored value. */
  markers: ReadonlySet<string>;
  /** Whether a number, a date or a boolean of a workbook has the same value as an erase marker, one of `markers`. */
  isMarkerValue: (cell: string) => boolean;
  memos: ByteMemos;
  /** Returns the function that tests a condition. */
  conditionOf: (node: ConditionNode) => (row: Row) => boolean;
  /** The group of the current record; undefined if the mapping does not group records. */
  group?: RowGroup | undefined;
}

/** The records that belong together with the current one. */
export interface RowGroup {
  /** A number that is different for each group. */
  readonly serial: number;
  value(name: GroupValue): string | null;
  /** Calls `visit` with each record of the group. The Row object is reused for the next record, so `visit` must not keep a reference to
   * it. */
  each(visit: (row: Row) => void): void;
}

/** Returns the function that evaluates the value.
 * @param later the steps and comparisons that follow the value's own steps */
export function readerOf(node: ValueNode, context: ValueContext, later: readonly Reading[] = []): ReadValue {
  const read = gated(node, sourceReader(node, context, later), context);
  const steps = stepsOf(node, context);
  const { list, fallback } = node;
  if (steps.length === 0 && list === null && fallback === null) return read;
  return (row) => {
    let result = read(row);
    if (result === ERASED) return ERASED;
    if (result !== null) result = applySteps(row, result, steps);
    if (result === null && fallback !== null && row.fault === undefined) result = fallback === "" ? null : fallback;
    if (result === null || list === null) return result;
    if (list) return typeof result === "string" ? [result] : result;
    return typeof result === "string" ? result : ((result as string[])[0] ?? null);
  };
}

function sourceReader(node: ValueNode, context: ValueContext, later: readonly Reading[]): ReadValue {
  const { sources, constant, use, trim } = node;
  const readings = readingsOf(node, later);
  const notation = notationFor(readings);
  const read = sources.map((source): ReadValue => {
    const readSource =
      typeof source === "number"
        ? node.lists?.includes(source) === true
          ? listReader(source, trim, context.markers, node.refuses_lists === true)
          : cellReader(source, trim, context, notation)
        : readerOf(source, context, readings);
    const readPart = node.is_key_part === true ? partReader(source, readSource) : readSource;
    return node.without === undefined ? readPart : without(node.without, readPart);
  });
  if (node.group !== undefined) return groupReader(node.group, context);
  if (node.over_group === true) return overGroup(node, read, context);
  const [only] = read;
  if (only === undefined) {
    const value = constant === null || isBlankText(constant) ? null : constant;
    return () => value;
  }
  switch (use) {
    case "all":
      return (row) => allOf(row, read);
    case "join":
      return (row) => joined(row, read, node);
    case "first":
      return read.length === 1 ? only : (row) => firstOf(row, read);
  }
}

/** Makes the value blank in records that do not meet its conditions. */
function gated({ condition }: ValueNode, read: ReadValue, context: ValueContext): ReadValue {
  if (condition === undefined) return read;
  const gates = condition.map(({ test, is_met }) => {
    const isMet = test === null ? () => false : context.conditionOf(test);
    return (row: Row) => isMet(row) === is_met;
  });
  return (row) => {
    // Keep the row's fault, because testing a condition resets it.
    const { fault } = row;
    const isOpen = gates.every((gate) => gate(row));
    row.fault = fault;
    return isOpen ? read(row) : null;
  };
}

function without(texts: readonly string[], read: ReadValue): ReadValue {
  const unwanted = new Set(texts);
  return (row) => {
    const result = read(row);
    return typeof result === "string" && unwanted.has(trimWhiteSpace(result).toLowerCase()) ? null : result;
  };
}

function groupReader(name: GroupValue, { group }: ValueContext): ReadValue {
  return () => group?.value(name) ?? null;
}

/** Reads the sources in all records of the group. All records of a group have the same result, so it is computed once. */
function overGroup(node: ValueNode, read: readonly ReadValue[], { group }: ValueContext): ReadValue {
  let serial = -1;
  let known: { result: Result; fault: Row["fault"] } = { result: null, fault: undefined };
  return (row) => {
    if (group === undefined) return null;
    if (group.serial !== serial) known = collect(node, read, group);
    serial = group.serial;
    row.fault ??= known.fault;
    return known.result;
  };
}

function collect({ use, separator }: ValueNode, read: readonly ReadValue[], group: RowGroup) {
  const found = new Set<string>();
  let fault: Row["fault"];
  group.each((row) => {
    for (const readSource of read) {
      if (use === "first" && found.size > 0) return;
      const result = readSource(row);
      if (typeof result === "string") found.add(result);
      else if (Array.isArray(result)) for (const text of result) found.add(text);
    }
    fault ??= row.fault;
  });
  const texts = [...found];
  const [first = null] = texts;
  const result =
    use === "all" ? (first === null ? null : texts) : use === "join" && first !== null ? texts.join(separator) : first;
  return { result, fault };
}

function cellReader(
  column: number,
  trim: boolean,
  { markers, isMarkerValue }: ValueContext,
  notation: Notation | undefined,
): ReadValue {
  const hasMarkers = markers.size > 0;
  return (row) => {
    if (row.isBlank(column)) return null;
    const text = row.text(column);
    if (hasMarkers && (markers.has(text.trim()) || (row.isValue(column) && isMarkerValue(text)))) return ERASED;
    if (notation !== undefined && row.has_values) {
      row.known = undefined;
      if (row.isValue(column)) return notation(text, row);
    }
    // `isBlank` and `trimWhiteSpace` remove different characters, so the trimmed text can be empty.
    return trim ? trimWhiteSpace(text) || null : text;
  };
}

/** Reads a cell of a column of lists. The cell contains a list in JSON, a string in JSON, or plain text. Blank elements are left out.
 * @param refusesLists whether a list rejects the row, even if it has only one element */
function listReader(column: number, trim: boolean, markers: ReadonlySet<string>, refusesLists: boolean): ReadValue {
  return (row) => {
    if (row.isBlank(column)) return null;
    const cell = row.text(column);
    if (markers.size > 0 && markers.has(cell.trim())) return ERASED;
    const value = isJsonCell(cell) ? parseTexts(cell) : cell;
    if (value === undefined) return row.reject("not_a_list", column, cell, "a list of texts in JSON");
    if (refusesLists && typeof value !== "string")
      return row.reject("is_a_list", column, cell, "a single text, because it is the SKU or a part of the SKU");
    const texts = (typeof value === "string" ? [value] : value).filter((text) => !isBlankText(text));
    const trimmed = trim ? texts.map(trimWhiteSpace) : texts;
    return trimmed.length > 1 ? trimmed : (trimmed[0] ?? null);
  };
}

/** Reads a source of a key, and rejects the row if the source contains a damaged value, such as `#N/A`. */
function partReader(source: number | ValueNode, read: ReadValue): ReadValue {
  const column = typeof source === "number" ? source : source.column;
  // Do not check a text from a value map: the owner of the mapping has chosen it, so it is not damaged even if it is `N/A`.
  if (typeof source !== "number" && source.steps.some(({ step }) => step === "map")) return read;
  return (row) => {
    const result = read(row);
    if (typeof result !== "string" || !isDamagedText(result)) return result;
    return row.reject("sku_damaged", column, result, "a part of the SKU");
  };
}

function firstOf(row: Row, read: readonly ReadValue[]): Result {
  for (let i = 0; i < read.length; i++) {
    const result = (read[i] as ReadValue)(row);
    if (result !== null) return result;
  }
  return null;
}

function joined(row: Row, read: readonly ReadValue[], { separator, need_all, is_distinct, column }: ValueNode): Result {
  let text = "";
  let found = 0;
  let isErased = false;
  for (let i = 0; i < read.length; i++) {
    const result = (read[i] as ReadValue)(row);
    if (result === ERASED) isErased = true;
    if (result === null || result === ERASED) {
      if (need_all) return isErased ? ERASED : null;
      continue;
    }
    const part = typeof result === "string" ? result : result.join(separator);
    if (is_distinct && i < read.length - 1 && part.includes(separator))
      return row.reject(
        "does_not_fit",
        column,
        part,
        `a text without "${separator}", which separates the parts of the key`,
      );
    text = found === 0 ? part : text + separator + part;
    found++;
  }
  return found > 0 ? text : isErased ? ERASED : null;
}

function allOf(row: Row, read: readonly ReadValue[]): Result {
  const found = new Set<string>();
  let isErased = false;
  for (let i = 0; i < read.length; i++) {
    const result = (read[i] as ReadValue)(row);
    if (result === ERASED) isErased = true;
    else if (typeof result === "string") found.add(result);
    else if (result !== null) for (const text of result) found.add(text);
  }
  return found.size > 0 ? [...found] : isErased ? ERASED : null;
}

function applySteps(row: Row, value: string | string[], steps: readonly RunStep[]): Result {
  let result: string | string[] | null = value;
  for (let i = 0; i < steps.length && result !== null; i++) {
    const step = steps[i] as RunStep;
    result = typeof result === "string" ? step(row, result) : applyToAll(row, result, step);
  }
  return result;
}

function applyToAll(row: Row, texts: readonly string[], step: RunStep): string[] | null {
  const parts: string[] = [];
  for (const text of texts) {
    const part = step(row, text);
    if (typeof part === "string") parts.push(part);
    else if (part !== null) for (const each of part) parts.push(each);
  }
  return parts.length === 0 ? null : parts;
}
