// Lists and counts the rows that an import leaves out: rejected and ignored rows.

import { makeIgnored, makeMappingReject, makeReject, type FileRecords } from "../../rejects/make-reject.ts";
import { createRejectTally, type RejectTally } from "../../rejects/tally.ts";
import type { MappingFault } from "../../mapping/mapper.ts";
import type { Records } from "../../read/records.ts";
import type { Bits } from "./bits.ts";
import {
  MAX_LISTED_REJECTS,
  type IgnoreCode,
  type IgnoredRow,
  type Reject,
  type RejectCode,
} from "../../../../contract/imports/imports.ts";
import type { Problem } from "../../../../contract/problems.ts";

export class LeftRows {
  readonly #file: Omit<FileRecords, "records">;
  readonly #skip: Bits;
  readonly #tally: RejectTally;
  #rejects: Reject[] = [];
  #ignoredRows: IgnoredRow[] = [];
  #ignored = 0;

  /** @param skip receives the bits of the rows
   * @param listed maximum number of listed rejects */
  constructor(file: Omit<FileRecords, "records">, skip: Bits, listed: number | undefined) {
    this.#file = file;
    this.#skip = skip;
    this.#tally = createRejectTally(listed);
  }

  get rejected(): number {
    return this.#tally.rejected;
  }

  get ignored(): number {
    return this.#ignored;
  }

  /** Whether nearly every row so far was rejected. */
  get has_too_many(): boolean {
    return this.#tally.has_too_many;
  }

  /** Returns a problem if nearly every one of the first `rows` rows was rejected. */
  tooMany(rows: number): Problem | undefined {
    return this.#tally.has_too_many ? this.#tally.problem(rows) : undefined;
  }

  /** Returns the listed rejects since the last call. */
  takeRejects(): Reject[] {
    const taken = this.#rejects;
    this.#rejects = [];
    return taken;
  }

  /** Returns the listed ignored rows since the last call. */
  takeIgnored(): IgnoredRow[] {
    const taken = this.#ignoredRows;
    this.#ignoredRows = [];
    return taken;
  }

  ignore(records: Records, r: number, row: number, code: IgnoreCode): void {
    this.#skip.set(row);
    if (++this.#ignored > MAX_LISTED_REJECTS) return;
    this.#ignoredRows.push(makeIgnored({ records, ...this.#file }, r, row + 1, code));
  }

  /** @param column index of the wrong column, or -1 if the record as a whole is wrong */
  reject(records: Records, r: number, row: number, code: RejectCode, column: number): void {
    this.#skip.set(row);
    if (this.#tally.is_listing) this.#rejects.push(makeReject({ records, ...this.#file }, r, row + 1, code, column));
    this.#count(code, column, row);
  }

  rejectMapped(records: Records, r: number, row: number, fault: MappingFault): void {
    this.#skip.set(row);
    if (this.#tally.is_listing) this.#rejects.push(makeMappingReject({ records, ...this.#file }, r, row + 1, fault));
    this.#count(fault.code, fault.column, row);
  }

  #count(code: RejectCode, column: number, row: number): void {
    this.#tally.add(code, this.#file.layout.columns[column]?.name ?? null, row + 1);
  }
}
