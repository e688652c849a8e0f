// Describes the records that do not become products, and counts them.
import { layoutOf, type Layout } from "../../layout.ts";
import { planLayoutColumns } from "../../mapping/plan.ts";
import { makeIgnored, makeMappingReject, makeReject, type StoredReject } from "../../rejects/make-reject.ts";
import { productJson } from "../../rejects/product-rejects.ts";
import { createRejectTally } from "../../rejects/tally.ts";
import type { AllLeftRecords, Refusal } from "../../shape/form-in-memory.ts";
import type { LeftRecord } from "../../shape/formed.ts";
import {
  MAX_LISTED_REJECTS,
  type Column,
  type Dialect,
  type IgnoreCode,
  type IgnoredRow,
  type RejectCode,
} from "../../../../contract/imports/imports.ts";
import type { Problem } from "../../../../contract/problems.ts";

export interface LeftList extends AllLeftRecords {
  /** Returns the rejected and ignored rows that were found since the last call. */
  take(): FoundRow[];
  /** Whether the rejected and ignored rows that were found since the last call of `take` need much memory. */
  readonly is_full: boolean;
  tooManyRejects(rows: number): Problem | undefined;
  readonly rejected: number;
  readonly ignored: number;
  /** Number of records that only add values to the product of another record. */
  readonly adds: number;
}

type FoundRow = StoredReject | IgnoredRow;

/** Number of characters of the rejected rows and their products above which the list is full. */
const MAX_CHARACTERS = 4 << 20;

/** Creates a list of rejected and ignored rows that are not stored yet. */
function createFoundRows(): Pick<LeftList, "take" | "is_full"> & { add(row: FoundRow): void } {
  let rows: FoundRow[] = [];
  let characters = 0;
  return {
    add(row) {
      rows.push(row);
      characters += row.raw.length + ("product" in row ? row.product.length : 0);
    },
    take() {
      const taken = rows;
      rows = [];
      characters = 0;
      return taken;
    },
    get is_full() {
      return characters > MAX_CHARACTERS;
    },
  };
}

/** @param columns the columns of the file */
export function createLeftList(
  columns: readonly Column[],
  dialect: Dialect,
  listedRejects = MAX_LISTED_REJECTS,
): LeftList {
  const layout: Layout = layoutOf(planLayoutColumns(columns, null));
  const tally = createRejectTally(listedRejects);
  const found = createFoundRows();
  /** The highest row number so far. Row numbers do not always ascend, because a row that belongs to the product of an earlier row is
   * rejected together with the earlier row. */
  let lastRow = 0;
  let ignored = 0;
  let adds = 0;
  const count = (code: RejectCode, column: number, row: number): void => {
    lastRow = Math.max(lastRow, row);
    tally.add(code, layout.columns[column]?.name ?? null, lastRow);
  };
  const reject = ({ records, r, row }: LeftRecord, code: RejectCode, column: number): void => {
    if (tally.is_listing) found.add(makeReject({ records, layout, dialect }, r, row, code, column));
    count(code, column, row);
  };
  const ignore = ({ records, r, row }: LeftRecord, code: IgnoreCode): void => {
    if (code === "adds") adds++;
    else ignored++;
    if (ignored + adds <= MAX_LISTED_REJECTS) found.add(makeIgnored({ records, layout, dialect }, r, row, code));
  };
  return {
    reject,
    ignore,
    rejectFault({ records, r, row }, fault, product) {
      if (tally.is_listing) {
        const described = makeMappingReject({ records, layout, dialect }, r, row, fault);
        found.add(product === undefined ? described : { ...described, product: productJson(product) });
      }
      count(fault.code, fault.column, row);
    },
    refuse(left: LeftRecord, refusal: Refusal) {
      if ("code" in refusal) reject(left, refusal.code, refusal.column);
      else ignore(left, refusal.ignored);
    },
    take: () => found.take(),
    get is_full() {
      return found.is_full;
    },
    tooManyRejects: (count) => (tally.has_too_many ? tally.problem(count) : undefined),
    get rejected() {
      return tally.rejected;
    },
    get ignored() {
      return ignored;
    },
    get adds() {
      return adds;
    },
  };
}
