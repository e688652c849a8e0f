// Applies a plan to the records of a window: appends computed fields to each record, and finds the records that do not fit or that a
// condition ignores. The scan and the loaders use the same code, so a key that the scan has seen is the key that a loader writes.
import type { Dialect } from "../../../contract/imports/imports.ts";
import { RECORD_FAULTS, type Records } from "../read/records.ts";
import { PLAN_VERSION, type MappingPlan } from "./plan.ts";
import { conditionOf } from "./run/condition.ts";
import { Members } from "./run/members.ts";
import { createNotes, type Notes } from "./run/notes.ts";
import { Row, type MappingFault } from "./run/row.ts";
import { ERASED, readerOf, type Result, type ValueContext } from "./run/value.ts";
import { WindowCopy } from "./run/window-copy.ts";

export type { MappingFault } from "./run/row.ts";

export interface Mapped {
  /** The records with the appended fields, valid until the next call. */
  records: Records;
  /** Bit r is set if a condition ignores record r; null if no record is ignored. */
  ignored: Uint8Array | null;
  /** The first fault of each record that has one. Record faults and wrong numbers of fields are not among them. */
  faults: ReadonlyMap<number, MappingFault>;
}

export interface Mapper {
  /** @param skip bit r is set if record r is not to be mapped
   * @param mode `scan` leaves the attributes out, and evaluates only those that can have a fault */
  map(records: Records, skip?: Uint8Array, mode?: "scan" | "load"): Mapped;
  /** What the maps did not know, in all records so far. */
  readonly notes: Notes;
}

/** Maximum number of bytes of the values of a record. Without this limit, a long column that 500 values use would fill the memory. */
const MAX_MAPPED_BYTES = 16 << 20;
const TOO_MANY_FIELDS = RECORD_FAULTS.indexOf("too_many_fields");

/** @throws Error if another version of the mapper has compiled the plan */
export function createMapper(plan: MappingPlan, dialect: Dialect): Mapper {
  if (plan.version !== PLAN_VERSION) throw new Error(`the plan has version ${plan.version}, not ${PLAN_VERSION}`);
  const notes = createNotes();
  const context: ValueContext = { markers: new Set(plan.empty), notes };
  const row = new Row(plan.width, dialect);
  const window = new WindowCopy(plan.width, plan.columns.length);
  const isIgnored = plan.ignore.map((condition) => conditionOf(condition, context));
  const fields = plan.fields.map(({ target, value }) => ({
    target,
    read: readerOf(value, context),
    column: value.column,
  }));
  const members = new Members(plan, context);
  const sizes = plan.columns.find(({ target }) => target === "members");
  const hasMembers = sizes !== undefined;
  const hasRemovals = plan.columns.some(({ target }) => target === "removals");

  const writeField = (result: Result, { target, column }: (typeof fields)[number]): void => {
    if (result === ERASED) {
      if (target === "name") row.reject("does_not_fit", column, row.text(column), "a name; a marker cannot erase it");
      window.erase(target !== "name" && target !== "active");
    } else window.text(typeof result === "string" ? result : null);
  };

  const mapRecord = (records: Records, r: number, isScan: boolean): void => {
    const bytes = (records.end[r] as number) - (records.start[r] as number);
    for (const column of plan.reject_blank) if (row.isBlank(column)) row.reject("value_empty", column, "", "a value");
    if (bytes * (sizes?.copies ?? 1) + (sizes?.added_bytes ?? 0) > MAX_MAPPED_BYTES)
      row.reject("value_too_long", -1, "", `at most ${MAX_MAPPED_BYTES.toLocaleString("en")} bytes in all values`);
    for (let f = 0; f < fields.length; f++) {
      const field = fields[f] as (typeof fields)[number];
      if (row.fault === undefined) writeField(field.read(row), field);
      else window.text(null);
    }
    if (!hasMembers) return;
    if (isScan) {
      if (row.fault === undefined) members.check(row, bytes);
    } else if (row.fault === undefined) {
      const start = window.out.length;
      const end = members.write(row, window.out);
      window.bounds(start, end);
      if (hasRemovals) window.bounds(end, window.out.length);
    }
  };

  return {
    notes,
    map(records, skip, mode = "load") {
      const faults = new Map<number, MappingFault>();
      let ignored: Uint8Array | null = null;
      window.start(records);
      for (let r = 0; r < records.count; r++) {
        const isSkipped = skip !== undefined && (((skip[r >> 3] as number) >> (r & 7)) & 1) === 1;
        if (isSkipped || records.fault[r] !== 0) {
          window.copyRecord(r);
          continue;
        }
        row.open(records, r);
        if (isIgnored.length > 0 && isIgnored.some((isMet) => isMet(row))) {
          ignored ??= new Uint8Array((records.count + 7) >> 3);
          ignored[r >> 3] = (ignored[r >> 3] as number) | (1 << (r & 7));
          window.copyRecord(r);
        } else if (row.width !== plan.width) {
          window.copyRecord(r);
          if (row.width > plan.width) window.records.fault[r] = TOO_MANY_FIELDS;
        } else {
          window.copyFields(r);
          mapRecord(records, r, mode === "scan");
          window.endRecord();
          if (row.fault !== undefined) faults.set(r, row.fault);
        }
      }
      return { records: window.finish(), ignored, faults };
    },
  };
}
