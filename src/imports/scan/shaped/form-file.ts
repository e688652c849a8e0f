// Forms the products of a file, and writes them to a text, which the scan and the loaders read in place of the file.
import type { FileHandle } from "node:fs/promises";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { WriteStream } from "node:fs";
import { layoutOf } from "../../layout.ts";
import { planLayoutColumns } from "../../mapping/plan.ts";
import { shapesOf } from "../../read/fit/column-shapes.ts";
import { createFit, fitRecords, type RecordFit } from "../../read/fit/fit-records.ts";
import { readRecords, wholeExtent, type Table } from "../../read/read-records.ts";
import type { Records } from "../../read/records.ts";
import { createSplitter, type Splitter } from "../../read/splitter.ts";
import { checkNewFile, createNewFile, type SpaceCheck } from "../../read/text/new-file.ts";
import { joinRanges, RangeReader } from "../../shape/attached.ts";
import { needsSources, SourceCollector, type Sources } from "../../shape/collect-sources.ts";
import { ProductFormer } from "../../shape/form-products.ts";
import type { Entry } from "../../shape/lookup-tables.ts";
import { RecordGroup } from "../../shape/record-group.ts";
import type { ShapedPlan } from "../../shape/record-judge.ts";
import type { Range } from "../../shape/scattered.ts";
import { watchCells, type CellWatch } from "../rows/cells/watch-cells.ts";
import type { LeftList } from "./left-records.ts";
import type { RefusalOf } from "./refuse-records.ts";
import type { JudgedTable } from "../scan-run.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";

export interface SourceText {
  file: FileHandle;
  table: JudgedTable;
  plan: ShapedPlan;
  dialect: Dialect;
  size: number;
  /** Entries of lookup tables that another pass has collected. */
  entries: Readonly<Record<string, readonly Entry[]>> | undefined;
}

export interface FormingSteps {
  left: LeftList;
  refuser: (records: Records) => RefusalOf;
  /** Called after each window. `share` is the share of the work that is done. @returns whether forming continues */
  onWindow: (records: Records, rows: number, share: number) => Promise<boolean>;
  checkSpace: SpaceCheck;
  signal: AbortSignal;
}

export interface FormedText {
  former: ProductFormer;
  rows: number;
  lines: number;
  size: number;
  watch: CellWatch;
  fit: RecordFit;
}

/** Number of bytes that are written at once. */
const WRITE_BYTES = 1 << 20;
/** Scattered records of products in this many bytes are read at once. */
const READ_BYTES = 8 << 20;
/** Ranges with a smaller gap between them are read at once. */
const MAX_GAP = 1 << 16;

/** Writes the products to the new file `target`. @returns undefined if `onWindow` has ended the work */
export async function formFile(
  source: SourceText,
  target: string,
  steps: FormingSteps,
): Promise<FormedText | undefined> {
  const { plan, dialect, table, entries } = source;
  const isTwice = needsSources(plan);
  const collector = isTwice || entries !== undefined ? new SourceCollector(plan, dialect, entries) : undefined;
  if (collector !== undefined && isTwice && !(await collect(source, steps, collector))) return undefined;
  const sources = collector?.finish();
  const former = new ProductFormer(plan, dialect, steps.left, sources);
  const stream = await createNewFile(target);
  const failed = finished(stream).catch(() => undefined);
  try {
    const pass = passOver(source);
    const watch = watchCells(layoutOf(planLayoutColumns(table.columns, null)), table.rows, plan);
    const reader = new RangeReader(dialect, table.columns.length);
    let rows = 0;
    for await (const { records, offset } of readRecords(
      source.file,
      pass.splitter,
      table.start,
      wholeExtent(source.size),
      steps.signal,
    )) {
      for (const fitted of fitRecords(records, pass.fit)) {
        watch.add(fitted, { records: fitted, unusual: [] });
        const refusalOf = steps.refuser(fitted);
        for (let r = 0; r < fitted.count;) {
          const batch = await nextBatch({ source, sources, reader, former }, r, fitted.count, rows);
          for (; r < batch; r++) formRecord(former, steps.left, { fitted, r, row: rows + r + 1, offset }, refusalOf);
          if (former.length > WRITE_BYTES) await write(stream, former.take(), steps.checkSpace);
        }
        rows += fitted.count;
      }
      const share = offset / Math.max(source.size, 1);
      if (!(await steps.onWindow(records, rows, isTwice ? 0.5 + share / 2 : share))) return undefined;
    }
    former.end();
    await write(stream, former.take(), steps.checkSpace);
    stream.end();
    await finished(stream);
    const size = await checkNewFile(stream);
    return { former, rows, lines: pass.splitter.line - 1, size, watch, fit: pass.fit };
  } finally {
    stream.destroy();
    await failed;
  }
}

const passOver = ({
  table,
  dialect,
}: {
  table: JudgedTable;
  dialect: Dialect;
}): { splitter: Splitter; fit: RecordFit } => ({
  splitter: createSplitter(dialect, table.first_line, (table as Table).blank_is_record),
  fit: createFit(table.columns.length, dialect, shapesOf(table)),
});

/** The first pass. @returns false if `onWindow` has ended the work */
async function collect(source: SourceText, steps: FormingSteps, collector: SourceCollector): Promise<boolean> {
  const { splitter, fit } = passOver(source);
  let rows = 0;
  for await (const { records, offset } of readRecords(
    source.file,
    splitter,
    source.table.start,
    wholeExtent(source.size),
    steps.signal,
  )) {
    for (const fitted of fitRecords(records, fit)) {
      const refusalOf = steps.refuser(fitted);
      for (let r = 0; r < fitted.count; r++) {
        const row = rows + r + 1;
        if (refusalOf(r, row) === undefined)
          collector.add(fitted, r, { row, at: offset + (fitted.start[r] as number) });
      }
      rows += fitted.count;
    }
    if (!(await steps.onWindow(records, 0, offset / Math.max(source.size, 1) / 2))) return false;
  }
  return true;
}

function formRecord(
  former: ProductFormer,
  left: LeftList,
  { fitted, r, row, offset }: { fitted: Records; r: number; row: number; offset: number },
  refusalOf: RefusalOf,
): void {
  const refusal = refusalOf(r, row);
  if (refusal === undefined) former.add(fitted, r, { row, at: offset + (fitted.start[r] as number) });
  else left.refuse({ records: fitted, r, row }, refusal);
}

interface Batch {
  source: SourceText;
  sources: Sources | undefined;
  reader: RangeReader;
  former: ProductFormer;
}

/** Attaches the scattered records of the next products, as far as they fit into memory. Returns the index after the last of these
 * products. */
async function nextBatch(batch: Batch, from: number, count: number, rows: number): Promise<number> {
  const { scattered } = batch.sources ?? {};
  if (scattered === undefined || scattered.is_empty) return count;
  const wanted: { row: number; ranges: Range[] }[] = [];
  let bytes = 0;
  let r = from;
  for (; r < count && bytes < READ_BYTES; r++) {
    const ranges = scattered.rangesOf(rows + r + 1);
    if (ranges.length === 0) continue;
    wanted.push({ row: rows + r + 1, ranges });
    for (const range of ranges) bytes += range.bytes;
  }
  const texts = await readRanges(
    batch.source.file,
    wanted.flatMap(({ ranges }) => ranges),
  );
  const group = new RecordGroup();
  for (const { row, ranges } of wanted)
    batch.former.attach(
      row,
      joinRanges(group, ranges, (range) => batch.reader.read(texts.get(range) as Buffer, range)),
    );
  return r;
}

/** Reads ranges of the file. Ranges that are near each other are read at once. */
async function readRanges(file: FileHandle, ranges: readonly Range[]): Promise<Map<Range, Buffer>> {
  const texts = new Map<Range, Buffer>();
  const sorted = ranges.toSorted((a, b) => a.at - b.at);
  for (let from = 0; from < sorted.length;) {
    const { at } = sorted[from] as Range;
    let end = at;
    let to = from;
    for (; to < sorted.length; to++) {
      const next = sorted[to] as Range;
      if (to > from && (next.at - end > MAX_GAP || next.at + next.bytes - at > READ_BYTES)) break;
      end = Math.max(end, next.at + next.bytes);
    }
    const bytes = Buffer.allocUnsafe(end - at);
    await file.read(bytes, 0, bytes.length, at);
    for (const range of sorted.slice(from, to))
      texts.set(range, bytes.subarray(range.at - at, range.at - at + range.bytes));
    from = to;
  }
  return texts;
}

async function write(stream: WriteStream, bytes: Buffer, checkSpace: SpaceCheck): Promise<void> {
  if (bytes.length === 0) return;
  const waiting = checkSpace(bytes.length);
  if (waiting !== undefined) await waiting;
  if (!stream.write(bytes)) await once(stream, "drain");
}
