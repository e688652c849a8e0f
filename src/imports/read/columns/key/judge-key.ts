// Judges from the values of the SKU column whether it can be the key of the products. In doubt, the import stops before it writes anything,
// and the user chooses among the candidates.
import { LIST_SUFFIX } from "../../../../../contract/catalog/attribute-value.ts";
import type { Column } from "../../../../../contract/imports/imports.ts";
import { codeRank, isWeakClaim, namesNumber } from "../column-claims.ts";
import { hasOtherMeaning } from "../other-meanings.ts";
import { judgeKey, MAX_SHARE, MIN_ROWS, MIN_SUGGESTED_SHARE, type KeyCandidate, type KeyValues } from "./key-values.ts";
import { textKeys } from "./text-keys.ts";

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

/** Minimum number of rows for doubting a column with a clear name because most of its values are blank. */
const MIN_ROWS_OF_BLANKS = 20;
const MAX_CANDIDATES = 5;

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
  const attributes = columns.flatMap((column, at) =>
    at === position || column.target !== "attribute" ? [] : [judgeKey(column, at, rows)],
  );
  const others = attributes.filter(({ rank, candidate }) => rank !== undefined || !hasOtherMeaning(candidate.value));
  if (position === -1) {
    const candidates = candidatesOfAll(columns, rows, others);
    return { detail: "", candidates: candidates.length > 0 ? candidates : suggested(attributes, rows.length, true) };
  }
  const column = columns[position] as Column;
  const key = judgeKey(column, position, rows);
  if (figures !== undefined && figures.rows > 0) {
    key.candidate.blanks = figures.blanks / figures.rows;
    key.candidate.distinct = 1 - figures.repeated / Math.max(1, figures.rows - figures.blanks);
    key.filled = figures.rows - figures.blanks;
  }
  const better = others.filter(isBetter);
  const similar =
    column.remembered === true ? [] : better.filter(({ candidate }) => endAlike(column.name, candidate.value));
  const codes = [
    ...similar.map(({ candidate }) => candidate),
    ...suggested(
      others.filter((other) => !similar.includes(other)),
      rows.length,
    ),
  ];
  const texts = codes.length === 0 && isMostlyBlank(key, rows.length) ? textKeys(columns, rows) : [];
  const candidates = [...codes, ...texts];
  const reason =
    key.filled > 0
      ? (reasonAgainst(key, rows.length, better, candidates) ?? reasonOfSimilar(similar[0]?.candidate))
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

/** Whether most rows have no SKU. The import would reject these rows. */
const isMostlyBlank = ({ candidate }: KeyValues, rows: number): boolean =>
  rows >= MIN_ROWS_OF_BLANKS && candidate.blanks > MAX_SHARE;

/** Returns what is wrong with the values of a SKU column that is not empty. If the name of the SKU column clearly means the SKU, the values
 * are in doubt only in two cases:
 * - Another column is named like a code, and nearly all values of that column are filled and different (see `isBetter`).
 * - Most values of the SKU column are blank, and another column can be the key. */
function reasonAgainst(
  key: KeyValues,
  rows: number,
  better: readonly KeyValues[],
  candidates: readonly KeyCandidate[],
): string | undefined {
  const { blanks, distinct } = key.candidate;
  const isNamedBetter = better.some(({ rank }) => rank !== undefined);
  if (rows < MIN_ROWS) return undefined;
  const isWeak = isWeakClaim(key.claim ?? 0);
  const isDoubted = isWeak || isNamedBetter;
  if ((isDoubted || (candidates.length > 0 && isMostlyBlank(key, rows))) && blanks > MAX_SHARE)
    return `is empty in ${percent(blanks)} of the rows`;
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
const isBetter = ({ candidate, filled, areCodes, isNumbering }: KeyValues): boolean =>
  filled > 0 &&
  areCodes &&
  !isNumbering &&
  candidate.blanks <= 1 - MIN_SUGGESTED_SHARE &&
  candidate.distinct >= MIN_SUGGESTED_SHARE;

/**
 * Returns the columns that can be the key, the best first. If the file has a SKU column, columns that are named like a code take
 * precedence: other columns are suggested only if none of these can be the key.
 */
function suggested(columns: readonly KeyValues[], rows: number, isKeyUnknown = false): KeyCandidate[] {
  const possible = columns.filter(
    (values) =>
      // A list, such as the SKUs of all variants of a product, is never a key.
      !values.candidate.value.endsWith(LIST_SUFFIX) &&
      values.areCodes &&
      values.filled > 0 &&
      (values.rank !== undefined ||
        (isKeyUnknown && values.isNumbering) ||
        ((isKeyUnknown || rows >= MIN_ROWS) && isBetter(values))),
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

/** Returns the columns that can be the key of a file without a SKU column: columns of codes. If there are none, or if each of them only
 * numbers the rows, also returns columns of texts that hardly repeat. */
function candidatesOfAll(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  others: readonly KeyValues[],
): KeyCandidate[] {
  const codes = suggested(others, rows.length, true);
  if (codes.some(({ reason }) => reason === undefined)) return codes;
  const named = codes.filter(({ value }) => codeRank(value) !== undefined);
  const numbers = codes.filter((code) => !named.includes(code));
  return [...named, ...textKeys(columns, rows), ...numbers].slice(0, MAX_CANDIDATES);
}

const percent = (share: number): string => `${String(Math.round(share * 100))} %`;
