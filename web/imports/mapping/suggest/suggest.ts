// Suggests steps for a column from its first values: how its numbers and dates are written, whether its cells contain lists or HTML.
import type { Members } from "../model/values.ts";
import { numberSample } from "./number-sample.ts";
import { dateSample } from "./date-sample.ts";

export const SUGGESTIONS = ["number", "date", "split", "strip_html"] as const;
export type SuggestionKind = (typeof SUGGESTIONS)[number];

export interface Suggestion {
  kind: SuggestionKind;
  /** Depends on the kind: a sample number, a sample date, or the character that separates the elements of a list. */
  text: string;
  members: Partial<Members>;
}

/** Suggests steps for the values of a column, except steps that `members` already contains.
 * @param isText whether the value must stay a text: the SKU and the name are neither numbers nor lists */
export function suggest(values: readonly string[], members: Members, isText: boolean): Suggestion[] {
  const filled = values.map((value) => value.trim()).filter((value) => value !== "");
  if (filled.length === 0) return [];
  const suggestions: Suggestion[] = [];
  const hasKind = members.number !== undefined || members.date !== undefined || members.split !== undefined;
  if (!isText && !hasKind && members.map === undefined) {
    const number = numberSample(filled);
    const date = number === undefined ? dateSample(filled) : undefined;
    const separator = number === undefined && date === undefined ? listSeparator(filled) : undefined;
    if (number !== undefined) suggestions.push({ kind: "number", text: number, members: { number } });
    if (date !== undefined) suggestions.push({ kind: "date", text: date, members: { date } });
    if (separator !== undefined) suggestions.push({ kind: "split", text: separator, members: { split: separator } });
  }
  if (members.strip_html !== true && filled.some(hasTags))
    suggestions.push({ kind: "strip_html", text: "", members: { strip_html: true } });
  return suggestions;
}

const hasTags = (value: string): boolean => /<\/?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,500})?\/?>/i.test(value);

/** Maximum number of characters of a list element. A longer text is probably part of a sentence. */
const MAX_ELEMENT = 40;

function listSeparator(values: readonly string[]): string | undefined {
  return ["|", ";", ","].find((separator) => {
    const lists = values.filter((value) => value.includes(separator));
    const areShort = lists.every((value) =>
      value.split(separator).every((part) => part.trim() !== "" && part.length <= MAX_ELEMENT && isFew(part)),
    );
    return areShort && lists.length * 2 >= values.length && lists.length >= 2;
  });
}

const isFew = (part: string): boolean => part.trim().split(/\s+/).length <= 3;
