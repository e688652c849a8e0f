// Counts the rejected rows of a scan by reason, and decides when so many are faulty that the import stops.
import { MAX_LISTED_REJECTS, REJECT_CODES, type RejectCode } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";

/** Smaller files are never stopped: their rejects are soon read, and a person may want the few rows that are good. */
const FEWEST_ROWS = 10_000;
/** Share of rejected rows above which the file was read wrongly, or is of another kind. */
const HOPELESS_SHARE = 0.99;

export interface RejectTally {
  /** Counts the reject of row number `rows`, the last so far. */
  add(code: RejectCode, column: string | null, rows: number): void;
  readonly rejected: number;
  /** Whether the next reject is listed; rejects beyond that number are only counted. */
  readonly is_listing: boolean;
  /** Nearly every row so far was rejected. */
  readonly is_hopeless: boolean;
  /** @param rows read so far */
  problem(rows: number): Problem;
}

/** @param listed how many rejects are listed */
export function createRejectTally(listed = MAX_LISTED_REJECTS): RejectTally {
  const counts = new Map<string, { code: RejectCode; column: string | null; count: number }>();
  let rejected = 0;
  let isHopeless = false;
  return {
    add(code, column, rows) {
      rejected++;
      if (rows >= FEWEST_ROWS && rejected > rows * HOPELESS_SHARE) isHopeless = true;
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
    get is_hopeless() {
      return isHopeless;
    },
    problem(rows) {
      const [most] = [...counts.values()].toSorted((a, b) => b.count - a.count);
      const reason =
        most === undefined
          ? ""
          : ` Most frequent reason: ${REJECT_CODES[most.code]}${most.column === null ? "" : `, in column "${most.column}"`} (${inWords(most.count)}).`;
      return new Problem(
        "nearly-all-rejected",
        `${rejected.toLocaleString("en")} of the first ${inWords(rows)} were rejected, and nothing was imported.${reason} Check the delimiter, the quotes and the header, then send the file again.`,
      );
    },
  };
}

const inWords = (rows: number): string => `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;
