// Forms the products of a file, and writes them to a new file, which the scan and the loaders read in place of the file.
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
import { needsSources, SourceCollector, type Known, type Sources } from "../../shape/collect-sources.ts";
import { ProductFormer } from "../../shape/form-products.ts";
import type { ShapedPlan } from "../../shape/record-judge.ts";
import { watchCells, type CellWatch } from "../rows/cells/watch-cells.ts";
import { ScatteredReader } from "./scattered-reader.ts";
import type { LeftList } from "./left-records.ts";
import type { RefusalOf } from "./refuse-records.ts";
import type { JudgedTable } from "../scan-run.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";

export interface SourceText {
  file: FileHandle;
  table: JudgedTable;
  plan: ShapedPlan;
  dialect: Dialect;
  size: number;
  known: Known;
}

export interface FormingSteps {
  left: LeftList;
  /** Stores the records that were left out. */
  saveLeft: () => Promise<void>;
  refuser: (records: Records) => RefusalOf;
  /** Called after each window. `share` is the share of the work that is done. @returns whether forming continues */
  onWindow: (records: Records, rows: number, share: number) => Promise<boolean>;
  checkSpace: SpaceCheck;
  signal: AbortSignal;
}

/** The result of forming products. It does not contain the ProductFormer, so that the buffers of the ProductFormer can be freed. */
export interface FormedText extends Pick<ProductFormer, "notes" | "counts"> {
  rows: number;
  lines: number;
  size: number;
  watch: CellWatch;
  fit: RecordFit;
}

/** Number of bytes that are written at once. */
const WRITE_BYTES = 1 << 20;
/** Maximum size of the written products, as a multiple of the size of the file, and the size that is always allowed. Texts that many
 * products share, such as paths of categories, are written for each of them: a file of 10 MB could otherwise fill the disk. */
const MAX_GROWTH = 200;
const FREE_BYTES = 64 << 20;
/** Writes the products to the new file `target`. @returns undefined if `onWindow` has ended the work
 * @throws Problem mapping-invalid if the products are much larger than the file */
export async function formFile(
  source: SourceText,
  target: string,
  steps: FormingSteps,
): Promise<FormedText | undefined> {
  const { plan, dialect, table, known } = source;
  const isTwice = needsSources(plan);
  const collector = isTwice || known.entries !== undefined ? new SourceCollector(plan, dialect, known) : undefined;
  if (collector !== undefined && isTwice && !(await collect(source, steps, collector))) return undefined;
  const sources = collector?.finish();
  const former = new ProductFormer(plan, dialect, steps.left, sources);
  const stream = await createNewFile(target);
  const failed = finished(stream).catch(() => undefined);
  try {
    const pass = passOver(source);
    const watch = watchCells(layoutOf(planLayoutColumns(table.columns, null)), table.rows, plan);
    const scattered = scatteredReader(source, sources, former);
    let written = 0;
    const writeProducts = async (): Promise<void> => {
      const bytes = former.take();
      written += bytes.length;
      if (written > FREE_BYTES + source.size * MAX_GROWTH) throw productsTooLarge(source.size);
      await write(stream, bytes, steps.checkSpace);
    };
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
        for (let r = 0, attached = 0; r < fitted.count;) {
          if (r === attached) attached += (await scattered?.attach(rows + r + 1, fitted.count - r)) ?? fitted.count - r;
          for (; r < attached && former.length <= WRITE_BYTES && !steps.left.is_full; r++)
            formRecord(former, steps.left, { fitted, r, row: rows + r + 1, offset }, refusalOf);
          if (former.length > WRITE_BYTES) await writeProducts();
          if (steps.left.is_full) await steps.saveLeft();
        }
        rows += fitted.count;
      }
      const share = offset / Math.max(source.size, 1);
      if (!(await steps.onWindow(records, rows, isTwice ? 0.5 + share / 2 : share))) return undefined;
    }
    former.end();
    await writeProducts();
    stream.end();
    await finished(stream);
    const size = await checkNewFile(stream);
    const { notes, counts } = former;
    return { notes, counts, rows, lines: pass.splitter.line - 1, size, watch, fit: pass.fit };
  } finally {
    stream.destroy();
    await failed;
  }
}

const productsTooLarge = (size: number): Problem =>
  new Problem(
    "mapping-invalid",
    `The products of the file would have more than ${MAX_GROWTH} times as much text as the rows of the file, which have ${size.toLocaleString("en")} bytes. Check which values of the mapping are the same for many products, such as values of a whole group and paths in lookup tables.`,
    { extra: { statement: "", ...because("mapping-products-too-large", { limit: MAX_GROWTH }) } },
  );

function scatteredReader(
  { file, plan, dialect, table }: SourceText,
  sources: Sources | undefined,
  former: ProductFormer,
): ScatteredReader | undefined {
  if (sources === undefined) return undefined;
  const { scattered } = sources;
  const hasGroup = plan.shape.group !== null;
  return new ScatteredReader({ file, dialect, width: table.columns.length, scattered, has_group: hasGroup }, former);
}

const passOver = ({ table, dialect, plan }: SourceText): { splitter: Splitter; fit: RecordFit } => ({
  splitter: createSplitter(dialect, table.first_line, (table as Table).blank_is_record),
  // If the mapping ignores records of unknown kinds, the end-of-file mark of DOS is such a record: it is counted, so that the counts add up to
  // the records of the file.
  fit: createFit(table.columns.length, dialect, shapesOf(table), { keeps_mark: plan.shape.kinds?.else === "ignore" }),
});

/** Reads the whole file for the first time, and collects what must be known before the products are formed, such as lookup tables. @returns
 * false if `onWindow` has ended the work */
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

async function write(stream: WriteStream, bytes: Buffer, checkSpace: SpaceCheck): Promise<void> {
  if (bytes.length === 0) return;
  const waiting = checkSpace(bytes.length);
  if (waiting !== undefined) await waiting;
  if (!stream.write(bytes)) await once(stream, "drain");
}
