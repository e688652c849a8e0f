// From the terms of the search box to the filter of the API, which lists, facets, export and bulk changes share.
import { parseActive } from "../edit/cell-value.ts";
import { attributeColumn } from "../grid/columns.ts";
import type { Term } from "./query-language.ts";

/** The query parameters of a list; attributes as `attributes.<Name>`. */
export type ListFilter = Record<string, string | number | boolean>;

export const OPERATORS = [
  "sku",
  "name",
  "description",
  "active",
  "updated",
  "created_in",
  "changed_in",
  "has",
] as const;
export type Operator = (typeof OPERATORS)[number];

export type TermFault = "yes_or_no" | "number" | "time";

/** What the grid's heads call them in German: who reads "Aktiv" there types it here. */
const ALSO: Readonly<Record<string, Operator>> = { aktiv: "active", beschreibung: "description", geändert: "updated" };

/** The operator that was typed, in any case; undefined where it is an attribute's name. */
export function operatorOf(field: string): Operator | undefined {
  const word = field.toLowerCase();
  return OPERATORS.find((operator) => operator === word) ?? (Object.hasOwn(ALSO, word) ? ALSO[word] : undefined);
}

/** Those whose name begins so. */
export const operatorsFrom = (start: string): Operator[] =>
  OPERATORS.filter((operator) =>
    [operator, ...Object.keys(ALSO).filter((word) => ALSO[word] === operator)].some((word) =>
      word.startsWith(start.toLowerCase()),
    ),
  );

/** `attributes` are the names that are known: an operator finds its attribute in any case. */
export function filterOf(terms: readonly Term[], attributes: readonly string[], now: Date): ListFilter {
  const filter: ListFilter = {};
  for (const term of terms) {
    if (term.field === null || faultOf(term, now) !== null) continue;
    Object.assign(filter, conditionOf(term.field, term.value, attributes, now));
  }
  const words = terms.filter(({ field }) => field === null).map(({ value }) => searchWord(value));
  return words.length === 0 ? filter : { ...filter, search: words.join(" ") };
}

/** What is wrong with a term, so that it is shown and left out. */
export function faultOf({ field, value }: Term, now: Date): TermFault | null {
  switch (operatorOf(field ?? "")) {
    case "active":
      return parseActive(value) === undefined ? "yes_or_no" : null;
    case "created_in":
    case "changed_in":
      return /^[1-9]\d{0,14}$/.test(value) ? null : "number";
    case "updated":
      return parseSince(value, now) === null ? "time" : null;
    default:
      return null;
  }
}

/** The attribute that an operator means, as it is spelled in the catalogue where that is known. */
export function attributeFor(field: string, attributes: readonly string[]): string {
  const lower = field.toLowerCase();
  return attributes.includes(field) ? field : (attributes.find((name) => name.toLowerCase() === lower) ?? field);
}

function conditionOf(field: string, value: string, attributes: readonly string[], now: Date): ListFilter {
  const operator = operatorOf(field);
  if (operator === undefined) return { [attributeColumn(attributeFor(field, attributes))]: value };
  switch (operator) {
    case "active":
      return { active: parseActive(value) === true };
    case "updated":
      return { updated_since: parseSince(value, now) ?? "" };
    case "created_in":
    case "changed_in":
      return { [operator]: Number(value) };
    case "has":
      return { [attributeColumn(attributeFor(value, attributes))]: "*" };
    default:
      return { [operator]: value };
  }
}

/** `today`, `24h`, `7d`, `2w`, or a date with or without a time: the instant since when; null where it is none. */
function parseSince(text: string, now: Date): string | null {
  const word = text.trim().toLowerCase();
  if (word === "today" || word === "heute")
    return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
  const ago = /^(\d{1,4})(h|d|w)$/.exec(word);
  if (ago)
    return new Date(now.getTime() - Number(ago[1]) * HOURS[ago[2] as keyof typeof HOURS] * 3_600_000).toISOString();
  if (!/^\d{4}-\d{2}-\d{2}([T ].*)?$/i.test(word)) return null;
  // A date alone is read as UTC, unless it is given a time: the reader means his own midnight.
  const date = new Date(word.length === 10 ? `${word}T00:00` : word.toUpperCase());
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

const HOURS = { h: 1, d: 24, w: 168 } as const;

const searchWord = (value: string): string => (/[\s"]/.test(value) ? `"${value.replaceAll('"', " ").trim()}"` : value);
