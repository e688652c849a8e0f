// Counts the rejected rows of a scan by reason, and stops the import when nearly all rows are rejected.
import { MAX_LISTED_REJECTS, type RejectCode } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { mostFrequentReason, rowCount } from "../problems.ts";
import { because } from "../../../contract/problem-reasons.ts";

/** The scan never stops before this row: a user can check the rejects of a small file, and may want its few valid rows. */
const MIN_ROWS = 10_000;
/** Share of rejected rows above which the scan stops. A larger share means that the dialect is wrong, or that the file is not a
 * product list. */
const MAX_REJECTED_SHARE = 0.99;

export interface RejectTally {
  /** Counts a reject. `rows` is the number of rows that the scan has read so far, including the rejected row. */
  add(code: RejectCode, column: string | null, rows: number): void;
  readonly rejected: number;
  /** Whether the next reject will be listed. Rejects beyond the limit are only counted. */
  readonly is_listing: boolean;
  /** Whether nearly every row so far was rejected. */
  readonly has_too_many: boolean;
  /** @param rows number of rows that the scan has read so far */
  problem(rows: number): Problem;
}

/** @param listed maximum number of listed rejects */
export function createRejectTally(listed = MAX_LISTED_REJECTS): RejectTally {
  const counts = new Map<string, { code: RejectCode; column: string | null; count: number }>();
  let rejected = 0;
  let hasTooMany = false;
  return {
    add(code, column, rows) {
      rejected++;
      if (rows >= MIN_ROWS && rejected > rows * MAX_REJECTED_SHARE) hasTooMany = true;
      const key = column === null ? code : `${code} ${column}`;
      const group = counts.get(key);
      if (group === undefined) counts.set(key, { code, column, count: 1 });
      else group.count++;
    },
    get rejected() {
      return rejected;
    },
    get is_listing() {
      return rejected < listed;
    },
    get has_too_many() {
      return hasTooMany;
    },
    problem(rows) {
      const [most] = [...counts.values()].toSorted((a, b) => b.count - a.count);
      return new Problem(
        "nearly-all-rejected",
        `${rejected.toLocaleString("en")} of the first ${rowCount(rows)} were rejected, so the import stopped and nothing was imported.${mostFrequentReason(most)} Check the delimiter, the quotes and the header, then import the file again.`,
        { extra: because("rows-rejected", { rejected, rows }) },
      );
    },
  };
}
