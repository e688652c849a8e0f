// Converts the terms of the search box to the API filter that lists, facets, exports and bulk changes share.
import { parseActive } from "../edit/cell-value.ts";
import { attributeColumn, attributeOf } from "../columns/columns.ts";
import type { Term } from "./query-language.ts";

/** Query parameters of the list request. The parameter of an attribute is `attributes.<Name>`. */
export type ListFilter = Record<string, string | number | boolean>;

/** How words, names and descriptions are compared. `ignore`: `creme` also finds `Crème`. */
export type Accents = "exact" | "ignore";

export const OPERATORS = [
  "sku",
  "name",
  "description",
  "active",
  "parent",
  "updated",
  "created_in",
  "changed_in",
  "has",
] as const;
export type Operator = (typeof OPERATORS)[number];

export type TermFault = "yes_or_no" | "number" | "time";

/** German column labels that also work as operators: users type what they read in the grid's header. */
const GERMAN_NAMES: Readonly<Record<string, Operator>> = {
  aktiv: "active",
  beschreibung: "description",
  geändert: "updated",
  hauptartikel: "parent",
};

/** The operator with this name, or undefined if it is the name of an attribute. Operator names are not case-sensitive. */
export function operatorOf(field: string): Operator | undefined {
  const word = field.toLowerCase();
  return (
    OPERATORS.find((operator) => operator === word) ??
    (Object.hasOwn(GERMAN_NAMES, word) ? GERMAN_NAMES[word] : undefined)
  );
}

/** Operators whose name, or German name, starts with the text. */
export const operatorsFrom = (start: string): Operator[] =>
  OPERATORS.filter((operator) =>
    [operator, ...Object.keys(GERMAN_NAMES).filter((word) => GERMAN_NAMES[word] === operator)].some((word) =>
      word.startsWith(start.toLowerCase()),
    ),
  );

/** Whether the name is an operator or an attribute of the catalogue. While no attributes are known, every name can be one. */
export function isKnownField(field: string, attributes: readonly string[]): boolean {
  if (operatorOf(field) !== undefined || (attributeOf(field) ?? "") !== "" || attributes.length === 0) return true;
  const lower = field.toLowerCase();
  return attributes.some((name) => name.toLowerCase() === lower);
}

interface Search {
  terms: readonly Term[];
  accents: Accents;
}

/** @param attributes the known attribute names; they are not case-sensitive in the search box */
export function filterOf(search: Search, attributes: readonly string[], now: Date): ListFilter {
  const filter = conditionsOf(search.terms, attributes, now);
  const hasText = TEXT_CONDITIONS.some((name) => name in filter);
  return hasText && search.accents === "ignore" ? { ...filter, accents: "ignore" } : filter;
}

/** The parameters of the API to which `accents` applies. */
const TEXT_CONDITIONS = ["search", "name", "description"];

function conditionsOf(terms: readonly Term[], attributes: readonly string[], now: Date): ListFilter {
  const filter: ListFilter = {};
  for (const term of terms) {
    if (term.field === null || faultOf(term, now) !== null) continue;
    Object.assign(filter, conditionOf(term.field, term.value, attributes, now));
  }
  const words = terms.filter(({ field }) => field === null).map(({ value }) => searchWord(value));
  return words.length === 0 ? filter : { ...filter, search: words.join(" ") };
}

/** The fault of a term, or null if the term is valid. The page marks a faulty term and leaves it out of the filter. */
export function faultOf({ field, value }: Term, now: Date): TermFault | null {
  const operator = operatorOf(field ?? "");
  switch (operator) {
    case "active":
      return parseActive(value) === undefined ? "yes_or_no" : null;
    case "created_in":
    case "changed_in":
      return /^[1-9]\d{0,14}$/.test(value) ? null : "number";
    case "updated":
      return parseSince(value, now) === null ? "time" : null;
    case "sku":
    case "name":
    case "description":
    case "parent":
    case "has":
    case undefined:
      return null;
  }
}

/** The attribute that the user typed, in the catalogue's spelling if the attribute is known. */
export function attributeFor(field: string, attributes: readonly string[]): string {
  const lower = field.toLowerCase();
  return attributes.includes(field) ? field : (attributes.find((name) => name.toLowerCase() === lower) ?? field);
}

function conditionOf(field: string, value: string, attributes: readonly string[], now: Date): ListFilter {
  const operator = operatorOf(field);
  if (operator === undefined)
    return { [attributeColumn(attributeFor(attributeOf(field) ?? field, attributes))]: value };
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
    case "parent":
      return { parent_sku: value };
    case "sku":
    case "name":
    case "description":
      return { [operator]: value };
  }
}

/** Converts `today`, `24h`, `7d`, `2w`, or a date with or without a time to a timestamp. Returns null for any other text. */
function parseSince(text: string, now: Date): string | null {
  const word = text.trim().toLowerCase();
  if (word === "today" || word === "heute")
    return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
  const ago = /^(\d{1,4})(h|d|w)$/.exec(word);
  if (ago)
    return new Date(now.getTime() - Number(ago[1]) * HOURS[ago[2] as keyof typeof HOURS] * 3_600_000).toISOString();
  if (!/^\d{4}-\d{2}-\d{2}([T ].*)?$/i.test(word)) return null;
  // JavaScript reads a date without a time as UTC, but users mean midnight in their own time zone.
  const date = new Date(word.length === 10 ? `${word}T00:00` : word.toUpperCase());
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

const HOURS = { h: 1, d: 24, w: 168 } as const;

const searchWord = (value: string): string => (/[\s"]/.test(value) ? `"${value.replaceAll('"', " ").trim()}"` : value);
