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
  /** Returns the rows that were found since the last call. */
  take(): (StoredReject | IgnoredRow)[];
  tooManyRejects(rows: number): Problem | undefined;
  readonly rejected: number;
  readonly ignored: number;
  /** Number of records that only add to the product of another record. */
  readonly adds: number;
}

/** @param columns the columns of the file */
export function createLeftList(
  columns: readonly Column[],
  dialect: Dialect,
  listedRejects = MAX_LISTED_REJECTS,
): LeftList {
  const layout: Layout = layoutOf(planLayoutColumns(columns, null));
  const tally = createRejectTally(listedRejects);
  let rows: (StoredReject | IgnoredRow)[] = [];
  let ignored = 0;
  let adds = 0;
  const reject = ({ records, r, row }: LeftRecord, code: RejectCode, column: number): void => {
    if (tally.is_listing) rows.push(makeReject({ records, layout, dialect }, r, row, code, column));
    tally.add(code, layout.columns[column]?.name ?? null, row);
  };
  const ignore = ({ records, r, row }: LeftRecord, code: IgnoreCode): void => {
    if (code === "adds") adds++;
    else ignored++;
    if (ignored + adds <= MAX_LISTED_REJECTS) rows.push(makeIgnored({ records, layout, dialect }, r, row, code));
  };
  return {
    reject,
    ignore,
    rejectFault({ records, r, row }, fault, product) {
      if (tally.is_listing) {
        const described = makeMappingReject({ records, layout, dialect }, r, row, fault);
        rows.push(product === undefined ? described : { ...described, product: productJson(product) });
      }
      tally.add(fault.code, layout.columns[fault.column]?.name ?? null, row);
    },
    refuse(left: LeftRecord, refusal: Refusal) {
      if ("code" in refusal) reject(left, refusal.code, refusal.column);
      else ignore(left, refusal.ignored);
    },
    take() {
      const taken = rows;
      rows = [];
      return taken;
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
