// Applies a plan to the records of a window: appends computed fields to each record, and finds the records that do not fit or that a
// condition ignores. The scan and the loaders use the same code, so a key that the scan has seen is the key that a loader writes.
import type { Dialect } from "../../../contract/imports/imports.ts";
import { RECORD_FAULTS, type Records } from "../read/records.ts";
import { PLAN_VERSION, type MappingPlan } from "./plan.ts";
import { createValueContext } from "./run/condition.ts";
import { createNotes, type Notes } from "./run/notes.ts";
import { RecordMapper } from "./run/record-mapper.ts";
import { Row, type MappingFault } from "./run/row.ts";
import { WindowCopy } from "./run/window-copy.ts";

export type { MappingFault } from "./run/row.ts";

export interface Mapped {
  /** The records, each with the computed fields appended. Valid until the next call. */
  records: Records;
  /** Bit r is set if a condition ignores record r; null if no record is ignored. */
  ignored: Uint8Array | null;
  /** The first fault of each record that has a fault in a computed value. Faults of the record itself, such as a wrong number of fields,
   * are not included. */
  faults: ReadonlyMap<number, MappingFault>;
}

export interface Mapper {
  /**
   * @param skip bit r is set if record r is not to be mapped
   * @param mode `scan` appends no attributes, and evaluates only the attributes that can have a fault
   */
  map(records: Records, skip?: Uint8Array, mode?: "scan" | "load"): Mapped;
  /** The texts that value maps did not contain, in all records so far. */
  readonly notes: Notes;
}

const TOO_MANY_FIELDS = RECORD_FAULTS.indexOf("too_many_fields");

const isSet = (bits: Uint8Array, r: number): boolean => (((bits[r >> 3] as number) >> (r & 7)) & 1) === 1;

/** @throws Error if another version of the mapper has compiled the plan */
export function createMapper(plan: MappingPlan, dialect: Dialect): Mapper {
  if (plan.version !== PLAN_VERSION) throw new Error(`the plan has version ${plan.version}, not ${PLAN_VERSION}`);
  const notes = createNotes();
  const row = new Row(plan.width, dialect);
  const window = new WindowCopy(plan.width, plan.columns.length);
  const mapper = new RecordMapper(plan, createValueContext({ markers: new Set(plan.empty), notes }), row, window);

  /** Maps a record in which the reader of the file has found no fault, such as broken quotes. Returns whether a condition ignores the
   * record. */
  const mapRecord = (records: Records, r: number, isScan: boolean): boolean => {
    row.open(records, r);
    const isIgnored = mapper.isIgnored();
    if (isIgnored || row.width !== plan.width) {
      window.copyRecord(r);
      // Mark the fault here, because the scanner would not notice it: it expects the file's columns plus the computed columns, and this
      // record may have exactly that number of fields.
      if (row.width > plan.width) window.records.fault[r] = TOO_MANY_FIELDS;
      return isIgnored;
    }
    window.copyFields(r);
    mapper.append(records, r, isScan);
    window.endRecord();
    return false;
  };

  return {
    notes,
    map(records, skip, mode = "load") {
      const faults = new Map<number, MappingFault>();
      let ignored: Uint8Array | null = null;
      window.start(records);
      for (let r = 0; r < records.count; r++) {
        if (records.fault[r] !== 0 || (skip !== undefined && isSet(skip, r))) {
          window.copyRecord(r);
          continue;
        }
        const isIgnored = mapRecord(records, r, mode === "scan");
        notes.endRecord(!isIgnored && row.fault === undefined && row.width === plan.width);
        if (isIgnored) {
          ignored ??= new Uint8Array((records.count + 7) >> 3);
          ignored[r >> 3] = (ignored[r >> 3] as number) | (1 << (r & 7));
        } else if (row.fault !== undefined) {
          faults.set(r, row.fault);
        }
      }
      return { records: window.finish(), ignored, faults };
    },
  };
}
