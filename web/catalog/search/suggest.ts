// Suggestions for the token that the user is typing in the search box: operators and attributes or, after `brand:`, values of that
// attribute.
import { attributeFor, operatorOf, operatorsFrom, type Operator } from "./list-filter.ts";
import { formatTerm, type Term } from "./query-language.ts";

export type Suggestion =
  | { kind: "operator"; operator: Operator; typed: string }
  | { kind: "attribute"; name: string; typed: string }
  /** `count`: number of products with this value, if known. */
  | { kind: "value"; term: Term; count: number | null };

const MAX_SUGGESTIONS = 8;
const FIXED_VALUES: Readonly<Partial<Record<Operator, readonly string[]>>> = {
  active: ["yes", "no"],
  updated: ["today", "24h", "7d", "30d"],
};

/** The attribute whose values to suggest; null if the token does not start with a known attribute. */
export function facetFor(typed: string, attributes: readonly string[]): { attribute: string; start: string } | null {
  const split = splitOperator(typed);
  if (split === null || operatorOf(split.field) !== undefined) return null;
  const attribute = attributeFor(split.field, attributes);
  return attributes.includes(attribute) ? { attribute, start: split.value } : null;
}

export function suggest(
  typed: string,
  attributes: readonly string[],
  facet: readonly { value: string; count: number }[],
): Suggestion[] {
  const split = splitOperator(typed);
  if (split === null) return suggestFields(typed, attributes);
  const { field, value } = split;
  const operator = operatorOf(field);
  if (operator === "has")
    return attributes
      .filter((name) => startsWith(name, value))
      .slice(0, MAX_SUGGESTIONS)
      .map((name) => ({ kind: "value", term: { field: "has", value: name }, count: null }));
  const fixed = operator && FIXED_VALUES[operator];
  if (fixed)
    return fixed
      .filter((word) => startsWith(word, value))
      .map((word) => ({ kind: "value", term: { field: operator, value: word }, count: null }));
  if (operator) return [];
  const name = attributeFor(field, attributes);
  return facet
    .filter((entry) => entry.value.toLowerCase().includes(value.toLowerCase()))
    .slice(0, MAX_SUGGESTIONS)
    .map((entry) => ({ kind: "value", term: { field: name, value: entry.value }, count: entry.count }));
}

function suggestFields(typed: string, attributes: readonly string[]): Suggestion[] {
  const start = typed.replace(/^"/, "");
  const operators = operatorsFrom(start);
  const names = attributes.filter((name) => startsWith(name, start) && operatorOf(name) === undefined);
  return [
    ...operators.map((operator) => ({ kind: "operator" as const, operator, typed: `${operator}:` })),
    ...names.slice(0, MAX_SUGGESTIONS).map((name) => ({ kind: "attribute" as const, name, typed: typedFor(name) })),
  ];
}

/** The text that starts a term for the attribute, such as `"Net weight":`. */
const typedFor = (name: string): string => formatTerm({ field: name, value: "x" }).slice(0, -1);

/** Splits `brand:Ac` or `"Net weight":"5 k` at the colon. Returns null if the token has no operator yet. */
function splitOperator(typed: string): { field: string; value: string } | null {
  const found = /^(?:"((?:[^"]|"")+)"|([^\s":]+)):"?((?:[^"]|"")*)"?$/.exec(typed);
  if (!found) return null;
  const [, quoted, plain, value = ""] = found;
  return { field: quoted?.replaceAll('""', '"') ?? plain ?? "", value: value.replaceAll('""', '"') };
}

const startsWith = (text: string, start: string): boolean => text.toLowerCase().startsWith(start.toLowerCase());
