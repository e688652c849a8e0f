// Judges from the values of the SKU column whether it can be the key of the products. In doubt, the import stops before it writes anything,
// and the user chooses among the candidates.
import { LIST_SUFFIX } from "../../../../contract/catalog/attribute-value.ts";
import { cutText } from "../../../../contract/faults.ts";
import type { Column } from "../../../../contract/imports/imports.ts";
import { claimOf, codeRank, isWeakClaim, namesNumber, WEAK } from "./column-claims.ts";

/** A column that the user can choose for the SKU or for the name. */
export interface KeyCandidate {
  /** Name of the column. */
  value: string;
  /** The first three different values. */
  samples: string[];
  /** Share of the rows in which the column is blank. */
  blanks: number;
  /** Number of different values, divided by the number of values that are not blank. */
  distinct: number;
  /** Why the column may be the wrong choice for the SKU or the name. */
  reason?: string;
}

export interface KeyDoubt {
  /** A sentence that states why the key is in doubt. */
  detail: string;
  candidates: KeyCandidate[];
}

/** Counts of the SKU column in the whole file. */
export interface KeyFigures {
  rows: number;
  /** Number of rows without a SKU. */
  blanks: number;
  /** Number of rows whose SKU also occurs in an earlier row. */
  repeated: number;
}

/** Minimum number of rows for a share to be meaningful. */
const MIN_ROWS = 3;
/** Share of blank or of repeated values above which a column is doubtful, if another column could be the key. */
const MAX_SHARE = 0.5;
/** Minimum share of filled and of different values for suggesting another column as the key. */
const MIN_SUGGESTED_SHARE = 0.9;
const MAX_CANDIDATES = 5;
const SAMPLES = 3;
const SAMPLE_CHARACTERS = 60;
/** Maximum length of a value that can be a code. */
const CODE_CHARACTERS = 64;

interface Values {
  candidate: KeyCandidate;
  filled: number;
  rank: number | undefined;
  claim: number | undefined;
  isNumbering: boolean;
  areCodes: boolean;
}

/**
 * Returns why the SKU column may be the wrong one. Without a SKU column, returns the columns that could contain the SKU.
 * @param rows the first rows of the file
 * @param figures the figures of the SKU column in the whole file, if they are known
 */
export function doubtOfKey(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  figures?: KeyFigures,
): KeyDoubt | undefined {
  if (rows.length === 0) return undefined;
  const position = columns.findIndex(({ target }) => target === "sku");
  const others = columns.flatMap((column, at) =>
    at === position || column.target !== "attribute" ? [] : [judge(column, at, rows)],
  );
  if (position === -1) return { detail: "", candidates: suggested(others, rows.length, true) };
  const column = columns[position] as Column;
  const key = judge(column, position, rows);
  if (figures !== undefined && figures.rows > 0) {
    key.candidate.blanks = figures.blanks / figures.rows;
    key.candidate.distinct = 1 - figures.repeated / Math.max(1, figures.rows - figures.blanks);
    key.filled = figures.rows - figures.blanks;
  }
  const better = others.filter(isBetter);
  const similar =
    column.remembered === true ? [] : better.filter(({ candidate }) => endAlike(column.name, candidate.value));
  const candidates = [
    ...similar.map(({ candidate }) => candidate),
    ...suggested(
      others.filter((other) => !similar.includes(other)),
      rows.length,
    ),
  ];
  const reason =
    key.filled > 0
      ? (reasonAgainst(key, rows.length, better) ?? reasonOfSimilar(similar[0]?.candidate))
      : reasonOfEmpty(candidates);
  if (reason === undefined) return undefined;
  const name = key.candidate.value;
  const filled = candidates[0] === undefined ? "" : ` (${candidates[0].value} is filled)`;
  const detail =
    key.filled === 0 ? `the column ${name} is empty in every row${filled}` : `the column ${name} ${reason}`;
  return {
    detail,
    candidates: key.filled === 0 ? candidates : [{ ...key.candidate, reason }, ...candidates].slice(0, MAX_CANDIDATES),
  };
}

/** An empty SKU column raises a question only if another column can be the key. */
const reasonOfEmpty = (candidates: readonly KeyCandidate[]): string | undefined =>
  candidates.length === 0 ? undefined : "is empty";

/** Returns what is wrong with the values of a SKU column that is not empty. If the column's name clearly means the SKU, its values are
 * judged only if another column is named like a code and nearly all of its values are filled and different (see `isBetter`). */
function reasonAgainst(key: Values, rows: number, better: readonly Values[]): string | undefined {
  const { blanks, distinct } = key.candidate;
  const isNamedBetter = better.some(({ rank }) => rank !== undefined);
  if (rows < MIN_ROWS) return undefined;
  const isWeak = isWeakClaim(key.claim ?? 0);
  const isDoubted = isWeak || isNamedBetter;
  if (isDoubted && blanks > MAX_SHARE) return `is empty in ${percent(blanks)} of the rows`;
  if (isDoubted && 1 - distinct > MAX_SHARE) return `repeats its values in ${percent(1 - distinct)} of the rows`;
  return isWeak && key.isNumbering ? "only numbers the rows" : undefined;
}

/** Whether both columns are paths of an XML or JSON file with the same last name. These can be the SKUs of a product and of its variants:
 * `masterVariant/sku` and `variants/sku`. */
function endAlike(name: string, other: string): boolean {
  const last = lastOfPath(name);
  return last !== undefined && last === lastOfPath(other);
}

const lastOfPath = (name: string): string | undefined =>
  name.includes("/") ? name.slice(name.lastIndexOf("/") + 1).toLowerCase() : undefined;

const reasonOfSimilar = (similar: KeyCandidate | undefined): string | undefined =>
  similar && `ends with the same name as the column ${similar.value}`;

/** Whether nearly all values of the column are filled, different, and short enough for a code. */
const isBetter = ({ candidate, filled, areCodes, isNumbering }: Values): boolean =>
  filled > 0 &&
  areCodes &&
  !isNumbering &&
  candidate.blanks <= 1 - MIN_SUGGESTED_SHARE &&
  candidate.distinct >= MIN_SUGGESTED_SHARE;

/**
 * Returns the columns that can be the key, the best first. If the file has a SKU column, columns that are named like a code take
 * precedence: other columns are suggested only if none of these can be the key.
 */
function suggested(columns: readonly Values[], rows: number, isKeyUnknown = false): KeyCandidate[] {
  const possible = columns.filter(
    (values) =>
      // A list, such as the SKUs of all variants of a product, is never a key.
      !values.candidate.value.endsWith(LIST_SUFFIX) &&
      values.areCodes &&
      values.filled > 0 &&
      (values.rank !== undefined || ((isKeyUnknown || rows >= MIN_ROWS) && isBetter(values))),
  );
  const isNamed = !isKeyUnknown && possible.some((values) => values.rank !== undefined && isBetter(values));
  return possible
    .filter(({ rank }) => !isNamed || rank !== undefined)
    .sort(
      (a, b) =>
        Number(b.rank !== undefined) - Number(a.rank !== undefined) ||
        Number(isBetter(b)) - Number(isBetter(a)) ||
        (a.rank ?? 0) - (b.rank ?? 0) ||
        Number(namesNumber(b.candidate.value)) - Number(namesNumber(a.candidate.value)) ||
        b.candidate.distinct - a.candidate.distinct,
    )
    .slice(0, MAX_CANDIDATES)
    .map(({ candidate, isNumbering }) => (isNumbering ? { ...candidate, reason: "only numbers the rows" } : candidate));
}

/** Whether the values of a column that was the key of an earlier file can be the key again.
 * @param rows the first rows of the file */
export function canBeKey(name: string, position: number, rows: readonly (readonly string[])[]): boolean {
  const { areCodes, candidate, claim, filled, isNumbering } = judge({ name, target: "sku" }, position, rows);
  if (filled === 0 || !areCodes) return false;
  if (rows.length < MIN_ROWS) return true;
  const isWeak = claim === undefined || isWeakClaim(claim);
  return candidate.blanks <= MAX_SHARE && 1 - candidate.distinct <= MAX_SHARE && !(isWeak && isNumbering);
}

function judge({ name, remembered }: Column, position: number, rows: readonly (readonly string[])[]): Values {
  const values = rows.map((cells) => (cells[position] ?? "").trim());
  const filled = values.filter((value) => value !== "");
  const different = new Set(filled.map((value) => value.toLowerCase()));
  const candidate: KeyCandidate = {
    value: name,
    samples: [...different.values()].slice(0, SAMPLES).map((value) => {
      const original = filled.find((text) => text.toLowerCase() === value) ?? value;
      return cutText(original, SAMPLE_CHARACTERS);
    }),
    blanks: rows.length === 0 ? 0 : round(1 - filled.length / rows.length),
    distinct: filled.length === 0 ? 0 : round(different.size / filled.length),
  };
  return {
    candidate,
    filled: filled.length,
    rank: codeRank(name),
    // If the column is the SKU only because of a remembered choice, its name counts as a weak SKU name.
    claim: claimOf("sku", name) ?? (remembered === true ? WEAK : undefined),
    isNumbering: isNumbering(filled),
    areCodes: areCodes(filled),
  };
}

/** Whether the values count the rows: 1, 2, 3 … without leading zeros. */
const isNumbering = (values: readonly string[]): boolean =>
  values.length >= MIN_ROWS &&
  (values[0] === "1" || values[0] === "0") &&
  values.every((value, index) => value === String(index + Number(values[0])));

/** Whether the values are short, and hardly one of them is a sentence, a decimal number or an address. */
function areCodes(values: readonly string[]): boolean {
  const codes = values.filter(
    (value) =>
      value.length <= CODE_CHARACTERS && !/[.,]\d{1,2}$/.test(value) && !value.includes("://") && wordCount(value) <= 3,
  );
  return codes.length >= values.length * MIN_SUGGESTED_SHARE;
}

const wordCount = (text: string): number => text.split(/\s+/).length;
const round = (share: number): number => Math.round(share * 1000) / 1000;
const percent = (share: number): string => `${String(Math.round(share * 100))} %`;
