// Turns the steps of a value into functions.
import { MAX_TEXT_BYTES } from "../../../../contract/catalog/product-limits.ts";
import { parseYesNo } from "../../../../contract/catalog/yes-no.ts";
import { isBlankText } from "../../../catalog/product/product.ts";
import { trimWhiteSpace } from "../../../catalog/product/sku-key.ts";
import type { Otherwise, Step, ValueNode } from "../plan.ts";
import { convertDate } from "../steps/date.ts";
import { normalizeGtin } from "../steps/gtin.ts";
import { stripHtml } from "../steps/html.ts";
import { compileTemplate, matchTemplate } from "../steps/match-template.ts";
import { convertNumber, PLAIN_NUMBER } from "../steps/number.ts";
import type { Row } from "./row.ts";

/** Returns null if the result is blank or the text is not valid for the step. In the second case, the function adds a fault to the row. */
export type RunStep = (row: Row, text: string) => string | string[] | null;

/** Collects the texts that value maps do not contain. */
export interface MapperNotes {
  /** Reports a text that was kept although the value map does not contain it. */
  kept(statement: string, column: number, text: string): void;
  /** Reports a text that the value map does not contain, so that the import must wait for the user's answer. */
  unseen(statement: string, column: number, text: string): void;
}

/** Returns the value of a lookup table for a text, or undefined. */
export type Lookup = (table: string, text: string) => string | string[] | undefined;

export interface StepContext {
  notes: MapperNotes;
  /** Undefined if the mapping has no lookup tables. */
  lookup?: Lookup | undefined;
}

export const stepsOf = (node: ValueNode, context: StepContext): RunStep[] =>
  node.steps.map((step) => stepOf(step, node.column, context));

const notBlank = (text: string): string | null => (isBlankText(text) ? null : text);

function stepOf(step: Step, column: number, { notes, lookup }: StepContext): RunStep {
  switch (step.step) {
    case "strip_html":
      return (_, text) => notBlank(stripHtml(text));
    case "trim":
      return (_, text) => notBlank(trimWhiteSpace(text));
    case "replace":
      return (row, text) => replaceAll(row, text, step.pairs, column);
    case "case":
      return step.to === "upper" ? (_, text) => text.toUpperCase() : (_, text) => text.toLowerCase();
    case "split":
      return (_, text) => splitText(text, step.by);
    case "like":
      return likeStep(step, column);
    case "map":
      return mapStep(step, column, notes);
    case "number": {
      const { format, scale } = step;
      const expected = `a number like ${format.sample}`;
      return (row, text) =>
        (row.known?.text === text ? scaled(row.known.value, scale) : convertNumber(format, text, scale)) ??
        row.reject("does_not_fit", column, text, expected);
    }
    case "date": {
      const { format } = step;
      const expected = `a date like ${format.sample}`;
      return (row, text) =>
        (row.known?.text === text ? row.known.value : convertDate(format, text)) ??
        row.reject("does_not_fit", column, text, expected);
    }
    case "yes_no":
      return yesNoStep(step, column);
    case "gtin":
      return (row, text) =>
        normalizeGtin(text) ?? row.reject("does_not_fit", column, text, "a GTIN with a valid check digit");
    case "prefix":
      return (_, text) => step.text + text;
    case "suffix":
      return (_, text) => text + step.text;
    case "lookup": {
      const fallback = otherwiseOf(step.otherwise, column, `a key of the table "${step.table}"`);
      return (row, text) => lookup?.(step.table, text) ?? fallback(row, text);
    }
  }
}

const scaled = (value: string, scale: number): string | undefined => convertNumber(PLAIN_NUMBER, value, scale);

/** Replaces the first text of each pair by the second one, one pair after another. The length of the result is computed first, because a
 * short text may be replaced by a long one a million times. */
function replaceAll(row: Row, text: string, pairs: readonly [string, string][], column: number): string | null {
  let result = text;
  for (const [from, to] of pairs) {
    if (!result.includes(from)) continue;
    const parts = result.split(from);
    if (result.length + (parts.length - 1) * (to.length - from.length) > MAX_TEXT_BYTES)
      return row.reject("value_too_long", column, text, `at most ${MAX_TEXT_BYTES.toLocaleString("en")} bytes`);
    result = parts.join(to);
  }
  return notBlank(result);
}

/** A separator after a backslash is part of the value, and the backslash is removed. */
function splitText(text: string, separator: string): string[] | null {
  const parts: string[] = [];
  const pieces = text.split(separator);
  let open = "";
  pieces.forEach((piece, i) => {
    if (piece.endsWith("\\") && i < pieces.length - 1) {
      open += piece.slice(0, -1) + separator;
      return;
    }
    const trimmed = trimWhiteSpace(open + piece);
    open = "";
    if (trimmed !== "") parts.push(trimmed);
  });
  return parts.length === 0 ? null : parts;
}

/** Returns the function that handles a text for which a step has no result, such as a text that is not in the value map: it rejects the
 * row, makes the value blank or keeps the text. With `note` and `hold`, it keeps the text, and `mapStep` also reports the text. */
function otherwiseOf(otherwise: Otherwise, column: number, expected: string): RunStep {
  switch (otherwise) {
    case "reject":
      return (row, text) => row.reject("does_not_fit", column, text, expected);
    case "blank":
      return () => null;
    case "keep":
    case "note":
    case "hold":
      return (_, text) => text;
  }
}

function likeStep({ template, text: sample, otherwise }: Step & { step: "like" }, column: number): RunStep {
  const compiled = compileTemplate(template);
  const fallback = otherwiseOf(otherwise, column, `a text like ${sample}`);
  return (row, text) => {
    const holes = matchTemplate(compiled, trimWhiteSpace(text));
    row.holes = holes;
    return holes === undefined ? fallback(row, text) : notBlank(trimWhiteSpace(holes.get("value") ?? ""));
  };
}

/** Maximum number of values that a fault lists. */
const SHOWN_VALUES = 10;

function mapStep(
  { entries, otherwise, statement }: Step & { step: "map" },
  column: number,
  notes: MapperNotes,
): RunStep {
  const values = new Map(entries);
  const shown = entries.slice(0, SHOWN_VALUES).map(([from]) => from);
  const expected = `one of ${shown.join(", ")}${entries.length > shown.length ? ", …" : ""}`;
  const fallback = otherwiseOf(otherwise, column, expected);
  return (row, text) => {
    const value = values.get(trimWhiteSpace(text).toLowerCase());
    if (value !== undefined) return notBlank(value);
    if (otherwise === "note") notes.kept(statement, column, text);
    if (otherwise === "hold") notes.unseen(statement, column, text);
    row.must_see_again = true;
    return fallback(row, text);
  };
}

function yesNoStep({ yes, no, numbers }: Step & { step: "yes_no" }, column: number): RunStep {
  const words = new Map([
    ...no.map((word): [string, boolean] => [trimWhiteSpace(word).toLowerCase(), false]),
    ...yes.map((word): [string, boolean] => [trimWhiteSpace(word).toLowerCase(), true]),
  ]);
  return (row, text) => {
    const value = words.get(trimWhiteSpace(text).toLowerCase()) ?? parseYesNo(text, numbers);
    if (value === undefined) return row.reject("not_yes_or_no", column, text, "yes or no");
    return value ? "yes" : "no";
  };
}
