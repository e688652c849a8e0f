// Applies a plan to the records of a window.
import type { Dialect, RejectCode } from "../../../contract/imports/imports.ts";
import type { Records } from "../read/records.ts";
import type { MappingPlan } from "./plan.ts";

/** A value that does not fit. */
export interface MappingFault {
  code: RejectCode;
  /** The column of the file; -1 if the fault is not in one column. */
  column: number;
  text: string;
  /** What was expected, as the end of a sentence: `a number like 1.234,56`. */
  expected: string;
}

export interface Mapped {
  /** The records with the appended fields, valid until the next call. */
  records: Records;
  /** Bit r is set if a condition ignores record r; null if no record is ignored. */
  ignored: Uint8Array | null;
  /** The first fault of each record that has one. */
  faults: ReadonlyMap<number, MappingFault>;
}

export interface Mapper {
  /** @param skip bit r is set if record r is not to be mapped
   * @param mode `scan` appends only what the scan needs: the key and the name */
  map(records: Records, skip?: Uint8Array, mode?: "scan" | "load"): Mapped;
}

export type CreateMapper = (plan: MappingPlan, dialect: Dialect) => Mapper;
