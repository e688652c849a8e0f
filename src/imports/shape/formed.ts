// The results of forming products, apart from the products themselves: the records that are left out, and counts.
import type { RejectCode } from "../../../contract/imports/imports.ts";
import type { MappingFault } from "../mapping/run/row.ts";
import type { Records } from "../read/records.ts";
import type { FormedProduct } from "./products-text.ts";

/** A record of the file that does not become a product. */
export interface LeftRecord {
  records: Records;
  /** Index of the record in `records`. */
  r: number;
  /** Number of the record in the file, from 1. */
  row: number;
}

/** Receives the records that do not become products. The records are valid only during the call. */
export interface LeftRecords {
  reject(left: LeftRecord, code: RejectCode, column: number): void;
  /** @param product the product with the values that have no fault */
  rejectFault(left: LeftRecord, fault: MappingFault, product?: FormedProduct): void;
  /** `adds`: the record only adds values to the product of another record. */
  ignore(left: LeftRecord, code: "condition" | "adds"): void;
}

/** The scattered records that belong to one product: the records from `from` up to, but not including, `to`. */
export interface Attached {
  records: Records;
  /** Number of each record in the file, from 1. */
  rows: readonly number[];
  from: number;
  to: number;
  /** Total size of the records, as counted by `recordSize`. */
  size: number;
}

export interface FormedCounts {
  products: number;
  /** The number of groups with more than one row. */
  groups: number;
  adds: number;
  layers: number;
  /** The number of groups whose value an earlier group has too, and the lines on which the first of them begin. */
  repeated: { count: number; lines: number[] };
}
