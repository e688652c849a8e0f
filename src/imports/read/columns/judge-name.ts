// Lists the columns whose values look like the names of products, the best first. The user chooses among them.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import { cutText } from "../../../../contract/faults.ts";
import type { Column } from "../../../../contract/imports/imports.ts";
import { areYesNo } from "./judge-active.ts";
import { claimOf } from "./column-claims.ts";
import type { KeyCandidate } from "./key/key-values.ts";
import { valuesOf } from "./match-columns.ts";
import { hasOtherMeaning } from "./other-meanings.ts";

const MAX_CANDIDATES = 5;
const SAMPLES = 3;
const SAMPLE_CHARACTERS = 100;
/** Minimum number of values for judging that a column has only one value. */
const MIN_VALUES = 3;
/** A column does not contain product names if at least this share of its values are numbers, or at least this share are web addresses. */
const MIN_SHARE = 0.8;
/** Number of characters above which most values are descriptions. */
const LONG_TEXT = 150;

/** If at least this share of a column's values have several words, the column contains names or other phrases. */
const PHRASES = 0.5;
/** If at most this share of a column's values are distinct, the column repeats its values, as a status or a size does. It can then only
 * contain names if its values are phrases: names repeat too if each variant of a product is a row. */
const MAX_REPEATED = 0.5;

/** @param rows the first rows of the file
 * @returns the candidates. Columns of numbers, addresses, files, codes, lists, yes and no, and columns that repeat a few words are left out.
 * Columns of single words are left out if another column contains phrases. Empty if no column looks like names */
export function nameCandidates(columns: readonly Column[], rows: readonly (readonly string[])[]): KeyCandidate[] {
  return columns
    .flatMap(({ name, target }, position) => {
      const values = valuesOf(rows, position);
      if ((target !== "attribute" && target !== "description") || values.length === 0) return [];
      const different = [...new Set(values)];
      if (name.endsWith(LIST_SUFFIX) || !canBeNames(values, different)) return [];
      const candidate: KeyCandidate = {
        value: name,
        samples: different.slice(0, SAMPLES).map((value) => cutText(value, SAMPLE_CHARACTERS)),
        blanks: 1 - values.length / Math.max(1, rows.length),
        distinct: different.length / values.length,
      };
      return [{ candidate, fit: fitOf(candidate, values), phrases: shareOf(values, hasWords) }];
    })
    .filter(({ phrases }, _, all) => phrases >= PHRASES || all.every((other) => other.phrases < PHRASES))
    .sort((a, b) => b.fit - a.fit)
    .slice(0, MAX_CANDIDATES)
    .map(({ candidate }) => candidate);
}

function canBeNames(values: readonly string[], different: readonly string[]): boolean {
  if (reasonAgainst(values, different) !== undefined || areYesNo(values, false)) return false;
  if (shareOf(values, isCodeOrFile) >= MIN_SHARE) return false;
  const areRepeated = values.length > MIN_VALUES && different.length <= values.length * MAX_REPEATED;
  return !areRepeated || shareOf(values, hasWords) >= PHRASES;
}

/** Whether the value is a single word with digits, such as `AB-12`, or the name of a file, such as `img/lamp.jpg`. */
const isCodeOrFile = (value: string): boolean => {
  const text = value.trim();
  return /^\S*\d\S*$/.test(text) || /^\S+\.\p{L}\w{1,4}$/u.test(text);
};

/** Returns undefined if the values of the recognized name column can be names, or if the user has chosen this column before.
 * @param rows the first rows of the file
 * @returns the recognized name column, and why its values cannot be names */
export function doubtOfName(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): { column: string; reason: NameDoubt } | undefined {
  const position = columns.findIndex(({ target }) => target === "name");
  const column = columns[position];
  const values = column === undefined ? [] : valuesOf(rows, position);
  if (column === undefined || column.remembered === true || values.length < MIN_VALUES) return undefined;
  const reason = reasonAgainst(values, [...new Set(values)]);
  return reason === undefined ? undefined : { column: column.name, reason };
}

/** Why the values of a column cannot be names. */
export type NameDoubt = "contains only numbers" | "contains only addresses" | "has the same value in every row";

function reasonAgainst(values: readonly string[], different: readonly string[]): NameDoubt | undefined {
  if (shareOf(values, isNumber) >= MIN_SHARE) return "contains only numbers";
  if (shareOf(values, isAddress) >= MIN_SHARE) return "contains only addresses";
  if (values.length >= MIN_VALUES && different.length === 1) return "has the same value in every row";
  return undefined;
}

/** Scores how well the values fit the names of products: few blank cells, few repeated values, and words instead of codes. */
const fitOf = ({ blanks, distinct, value }: KeyCandidate, values: readonly string[]): number =>
  distinct + letters(values) + shareOf(values, hasWords) - blanks - shareOf(values, isLong) + fitOfName(value);

/** Lists of prices and stocks often call the name of a product its description. */
const fitOfName = (name: string): number =>
  claimOf("description", name) !== undefined ? 0.5 : hasOtherMeaning(name) ? -0.5 : 0;

const shareOf = (values: readonly string[], has: (value: string) => boolean): number =>
  values.filter(has).length / values.length;

/** Whether the value is a number, with or without a currency or a unit of a few letters. */
const isNumber = (value: string): boolean => {
  const text = value.trim();
  return text.length <= 40 && /\d/.test(text) && /^[^\p{L}]*(?:\p{L}{1,3}[^\p{L}]*)?$/u.test(text) && !isCode(text);
};

/** Whether the text starts with letters that are directly followed by a digit or a hyphen, as in `P1`. */
const isCode = (text: string): boolean => /^\p{L}+[\d-]/u.test(text);

const isAddress = (value: string): boolean => /^\s*(?:https?:\/\/|www\.)/i.test(value);
const hasWords = (value: string): boolean => /\p{L}{2}/u.test(value) && /\S\s+\S/.test(value.trim());
const isLong = (value: string): boolean => value.length > LONG_TEXT;

/** The share of letters and blanks. */
function letters(values: readonly string[]): number {
  const text = values.map((value) => value.slice(0, LONG_TEXT)).join("");
  return text === "" ? 0 : text.replace(/[^\p{L} ]/gu, "").length / text.length;
}
