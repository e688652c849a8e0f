// Forms products from records in memory, for previews and tests of profiles.
import type { Dialect, IgnoreCode, RejectCode } from "../../../contract/imports/imports.ts";
import type { Notes } from "../mapping/run/notes.ts";
import type { Records } from "../read/records.ts";
import { joinRanges } from "./attached.ts";
import { needsSources, SourceCollector, type Known, type Sources } from "./collect-sources.ts";
import { ProductFormer } from "./form-products.ts";
import type { FormedCounts, LeftRecords } from "./formed.ts";
import { RecordGroup } from "./record-group.ts";
import type { ShapedPlan } from "./record-judge.ts";

/** A record that is left out before its values are read. */
export type Refusal = { code: RejectCode; column: number } | { ignored: IgnoreCode };

export interface MemoryInput extends Known {
  records: Records;
  dialect: Dialect;
  /** Returns why a record is left out, or undefined if the record is used. `row` is the number of the record, from 1. */
  refusalOf: (r: number, row: number) => Refusal | undefined;
}

export interface FormedInMemory {
  text: Buffer;
  counts: FormedCounts;
  notes: Notes;
}

/** Receives all records that do not become products, including those that are refused. */
export interface AllLeftRecords extends LeftRecords {
  refuse(left: { records: Records; r: number; row: number }, refusal: Refusal): void;
}

export function formInMemory(plan: ShapedPlan, input: MemoryInput, left: AllLeftRecords): FormedInMemory {
  const { records, dialect, refusalOf, entries } = input;
  const refusals = Array.from({ length: records.count }, (_, r) => refusalOf(r, r + 1));
  const sources = needsSources(plan) || entries !== undefined ? collect(plan, input, refusals) : undefined;
  const former = new ProductFormer(plan, dialect, left, sources);
  const group = new RecordGroup();
  for (let r = 0; r < records.count; r++) {
    const row = r + 1;
    const refusal = refusals[r];
    if (refusal !== undefined) {
      left.refuse({ records, r, row }, refusal);
      continue;
    }
    const ranges = sources?.scattered.rangesOf(row) ?? [];
    if (ranges.length > 0)
      former.attach(
        row,
        joinRanges(group, ranges, (range) => sliceOf(records, range)),
      );
    former.add(records, r, { row, at: records.start[r] as number });
  }
  former.end();
  return { text: former.take(), counts: former.counts, notes: former.notes };
}

function collect(
  plan: ShapedPlan,
  { records, dialect, ...known }: MemoryInput,
  refusals: readonly (Refusal | undefined)[],
): Sources {
  const collector = new SourceCollector(plan, dialect, known);
  for (let r = 0; r < records.count; r++)
    if (refusals[r] === undefined) collector.add(records, r, { row: r + 1, at: records.start[r] as number });
  return collector.finish();
}

function sliceOf(records: Records, { row, count }: { row: number; count: number }): Records {
  const group = new RecordGroup();
  for (let r = row - 1; r < row - 1 + count; r++)
    group.append(records, r, { row: r + 1, at: records.start[r] as number });
  return group.records;
}
