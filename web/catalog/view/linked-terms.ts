// Reads the filter parameters of the API from the URL of the page, so that a link such as /products?search=lamp&active=true works. The
// page itself stores a search as text in `q`.
import { attributeColumn, attributeOf } from "../columns/columns.ts";
import { operatorOf } from "../search/list-filter.ts";
import type { Term } from "../search/query-language.ts";

/** Parameters of the API whose operator in the search box has the same name. */
const SAME_NAMES = ["sku", "name", "description", "created_in", "changed_in"] as const;

/** Returns the terms that have the same effect as the API's parameters.
 * @param valueOf returns the value of a parameter; undefined if the parameter is missing or empty
 * @param names the names of all parameters */
export function linkedTerms(valueOf: (name: string) => string | undefined, names: readonly string[]): Term[] {
  const attributes = names.filter((name) => (attributeOf(name) ?? "") !== "");
  return [
    ...SAME_NAMES.flatMap((name) => termOf(name, valueOf(name))),
    ...termOf("parent", valueOf("parent_sku")),
    ...termOf("active", yesOrNo(valueOf("active"))),
    ...termOf("updated", valueOf("updated_since")),
    ...attributes.flatMap((name) => termOf(fieldOf(attributeOf(name) ?? name), valueOf(name))),
    ...wordsOf(valueOf("search") ?? ""),
  ];
}

const termOf = (field: string, value: string | undefined): Term[] => (value === undefined ? [] : [{ field, value }]);

/** Converts true and false to the words that the search box understands. The search box marks any other value as a fault. */
const yesOrNo = (value: string | undefined): string | undefined =>
  value === "true" ? "yes" : value === "false" ? "no" : value;

/** The name of the attribute in the search box. A name that is also an operator, such as `active`, needs the prefix `attributes.`. */
const fieldOf = (attribute: string): string =>
  operatorOf(attribute) === undefined && attributeOf(attribute) === undefined ? attribute : attributeColumn(attribute);

/** The words and quoted phrases of a search, split as the API splits them. A colon is part of a word here. */
const wordsOf = (search: string): Term[] =>
  [...search.matchAll(/"([^"]*)(?:"|$)|([^\s"]+)/gu)]
    .map(([, phrase, word]) => (phrase ?? word ?? "").trim())
    .filter((value) => value !== "")
    .map((value) => ({ field: null, value }));
