// Judges the values of a column as keys of products: how many are blank or repeated, and whether they look like codes.
import { cutText } from "../../../../../contract/faults.ts";
import type { Column } from "../../../../../contract/imports/imports.ts";
import { claimOf, codeRank, isWeakClaim, LIKE_SKU, WEAK } from "../column-claims.ts";

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

/** Minimum number of rows for a share to be meaningful. */
export const MIN_ROWS = 3;
const SAMPLES = 3;
const SAMPLE_CHARACTERS = 60;
/** Maximum length of a value that can be a code. */
const CODE_CHARACTERS = 64;
/** Share of blank or of repeated values above which a column is doubtful, if another column could be the key. */
export const MAX_SHARE = 0.5;
/** Minimum share of filled and of different values for suggesting another column as the key. */
export const MIN_SUGGESTED_SHARE = 0.9;

export interface KeyValues {
  candidate: KeyCandidate;
  filled: number;
  rank: number | undefined;
  claim: number | undefined;
  isNumbering: boolean;
  areCodes: boolean;
}

/** Whether the values of a column that was the key of an earlier file can be the key again.
 * @param rows the first rows of the file */
export function canBeKey(name: string, position: number, rows: readonly (readonly string[])[]): boolean {
  const { areCodes, candidate, claim, filled, isNumbering } = judgeKey({ name, target: "sku" }, position, rows);
  if (filled === 0 || !areCodes) return false;
  if (rows.length < MIN_ROWS) return true;
  const isWeak = claim === undefined || isWeakClaim(claim);
  return candidate.blanks <= MAX_SHARE && 1 - candidate.distinct <= MAX_SHARE && !(isWeak && isNumbering);
}

export function judgeKey(
  { name, remembered }: Column,
  position: number,
  rows: readonly (readonly string[])[],
): KeyValues {
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
  const rank = codeRank(name);
  return {
    candidate,
    filled: filled.length,
    rank,
    // If the column is the SKU only because of a remembered choice, its name counts as a weak SKU name.
    claim: claimOf("sku", name) ?? (remembered === true ? WEAK : undefined),
    isNumbering: isNumbering(filled),
    areCodes: areCodes(filled, rank !== undefined && rank <= LIKE_SKU),
  };
}

/** Whether the values count the rows: 1, 2, 3 … without leading zeros. */
const isNumbering = (values: readonly string[]): boolean =>
  values.length >= MIN_ROWS &&
  (values[0] === "1" || values[0] === "0") &&
  values.every((value, index) => value === String(index + Number(values[0])));

/** Numbers with decimals and prices. */
const AMOUNT = /[.,]\d{1,2}$|\p{Sc}/u;

/** Whether the values are short, and hardly one of them is a sentence, an amount or an address.
 * @param isSkuName whether the column is named like the SKU, so that 102.85 may be a code */
function areCodes(values: readonly string[], isSkuName: boolean): boolean {
  const codes = values.filter(
    (value) =>
      value.length <= CODE_CHARACTERS &&
      (isSkuName || !AMOUNT.test(value)) &&
      !value.includes("://") &&
      wordCount(value) <= 3,
  );
  return codes.length >= values.length * MIN_SUGGESTED_SHARE;
}

const wordCount = (text: string): number => text.split(/\s+/).length;
const round = (share: number): number => Math.round(share * 1000) / 1000;
