// Evaluates the conditions for records: which records are ignored, and which records delete their products.
import type { ConditionNode } from "../plan.ts";
import { ByteMemos } from "./bytes/byte-memo.ts";
import { compileTemplate, matchTemplate } from "../steps/match-template.ts";
import { trimWhiteSpace } from "../../../catalog/product/sku-key.ts";
import { comparisonsOf, markerSpelling } from "./notation/notation.ts";
import type { Row } from "./row.ts";
import { ERASED, readerOf, type ValueContext } from "./value.ts";

export type IsMet = (row: Row) => boolean;

/** Returns the state that all values of a mapper share. */
export function createValueContext(given: Omit<ValueContext, "conditionOf" | "isMarkerValue" | "memos">): ValueContext {
  const context: ValueContext = {
    ...given,
    isMarkerValue: markerSpelling([...given.markers]),
    memos: new ByteMemos(),
    conditionOf: (node) => conditionOf(node, context),
  };
  return context;
}

export function conditionOf(node: ConditionNode, context: ValueContext): IsMet {
  const parts: IsMet[] = [];
  const { blank, any } = node;
  if (blank !== null) parts.push((row) => blank.every((column) => row.isBlank(column)));
  if (node.of !== null) parts.push(comparisonOf(node, context));
  if (any !== null) {
    const alternatives = any.map((each) => conditionOf(each, context));
    parts.push((row) => alternatives.some((isMet) => isMet(row)));
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : (row) => parts.every((isMet) => isMet(row));
}

function comparisonOf({ of, is, not, like }: ConditionNode, context: ValueContext): IsMet {
  if (of === null) return () => false;
  const read = readerOf(of, context, comparisonsOf({ is, not, like }));
  const wanted = is === null ? undefined : new Set(is);
  const unwanted = not === null ? undefined : new Set(not);
  const template = like === null ? undefined : compileTemplate(like);
  return (row) => {
    const result = read(row);
    // If a step cannot convert the value, compare it like a blank value, because a condition never rejects a record.
    row.fault = undefined;
    const value = result === null || result === ERASED ? "" : typeof result === "string" ? result : result.join(", ");
    const text = trimWhiteSpace(value).toLowerCase();
    if (wanted !== undefined && !wanted.has(text)) return false;
    if (unwanted?.has(text) === true) return false;
    return template === undefined || matchTemplate(template, text) !== undefined;
  };
}
