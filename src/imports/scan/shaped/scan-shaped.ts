// Scans a file whose rows form products together: forms the products first, writes them to a text file with one record for each product
// (the products text), and then scans this file.
import { open, type FileHandle } from "node:fs/promises";
import { layoutOf } from "../../layout.ts";
import { productsPath } from "../../context.ts";
import { textPath } from "../../files/text-path.ts";
import { readEntries } from "../../read/tree/lookup-entries.ts";
import { readRecords, wholeExtent, type Extent } from "../../read/read-records.ts";
import type { Records } from "../../read/records.ts";
import { createSplitter } from "../../read/splitter.ts";
import { withSources } from "../../rejects/product-rejects.ts";
import { PRODUCTS_DIALECT, restoreOrigins } from "../../shape/products-text.ts";
import type { Repeats } from "../../shape/collect-sources.ts";
import type { ShapedPlan } from "../../shape/record-judge.ts";
import { endScan } from "../review/end-scan.ts";
import { watchCells } from "../rows/cells/watch-cells.ts";
import { shortRowNotices, unknownNotices } from "../rows/notices.ts";
import type { RowScan } from "../rows/row-scan.ts";
import { fenced, type JudgedTable, type Run } from "../scan-run.ts";
import { Scanner } from "../scanner.ts";
import type { ScanRules } from "../rows/scan-rules.ts";
import { saveRejects } from "../save-rejects.ts";
import { scratchSpace } from "../scratch-space.ts";
import { noteFaulty, noteScanned, type ScanProgress } from "../store.ts";
import { formFile, type FormedText } from "./form-file.ts";
import { groupNotices } from "./group-notices.ts";
import { createLeftList, type LeftList } from "./left-records.ts";
import { createRefuser } from "./refuse-records.ts";
import { MAX_LISTED_REJECTS, type Dialect } from "../../../../contract/imports/imports.ts";

export interface ShapedFile {
  file: FileHandle;
  table: JudgedTable;
  plan: ShapedPlan;
  dialect: Dialect;
  extent: Extent;
  /** Whether the records of a window show that the text is not UTF-8. */
  isRefuted: (records: Records) => boolean;
}

/** Interval at which the progress is stored. */
const PROGRESS_MS = 200;

export async function scanShaped(run: Run, shaped: ShapedFile, rules: ScanRules): Promise<"scanned" | "not UTF-8"> {
  const { table, plan, dialect, extent } = shaped;
  const { context, work, signal } = run;
  while (!extent.whole) await extent.grow();
  const left = createLeftList(table.columns, dialect);
  const path = productsPath(context, work);
  const formed = await form(run, shaped, { left, repeats: rules.repeats }, path);
  if (formed === undefined) return "not UTF-8";
  const layout = layoutOf(plan.columns);
  const scanner = new Scanner(layout, PRODUCTS_DIALECT, {
    ...rules,
    text_size: formed.size,
    listed_rejects: Math.max(0, MAX_LISTED_REJECTS - left.rejected),
  });
  const keys = watchCells(onlyKeys(layout), [], null);
  const rows: RowScan = {
    layout,
    scanner,
    notes: formed.notes,
    add(records, offset) {
      restoreOrigins(records, layout);
      scanner.scan(records, offset);
      keys.add(records, { records, unusual: scanner.unusual });
    },
    unfitActive: () => undefined,
    notices: () => [
      ...groupNotices(plan, { ...formed.counts, products: appliedProducts(formed, scanner) }, formed.rows),
      ...table.notices,
      ...shortRowNotices(formed.fit.filled_up),
      ...formed.watch.notices((key) => scanner.hasKey(key)),
      ...keys.notices((key) => scanner.hasKey(key)),
      ...unknownNotices({ columns: table.columns }, formed.notes.unknown),
    ],
  };
  const found = await scanProducts(run, shaped, { rows, formed, left, path });
  await endScan(run, { table, rows, textEnd: formed.size, found });
  signal.throwIfAborted();
  return "scanned";
}

/** Number of formed products that the scan has not rejected, and that no later row of the same SKU replaces. */
const appliedProducts = ({ counts }: FormedText, { rejected, superseded, ignored }: Scanner): number =>
  counts.products - rejected - superseded - ignored;

/** The layout with the SKU as its only stored column, so that only SKUs are inspected. */
const onlyKeys = (layout: ReturnType<typeof layoutOf>): ReturnType<typeof layoutOf> => ({
  ...layout,
  columns: layout.columns.map((column, index) => (index === layout.sku ? column : { ...column, target: "ignored" })),
});

async function form(
  run: Run,
  shaped: ShapedFile,
  { left, repeats }: { left: LeftList; repeats: Repeats },
  path: string,
): Promise<FormedText | undefined> {
  const { table, plan, dialect, extent, file } = shaped;
  const { context, work, signal } = run;
  const { pool } = context;
  let notedAt = performance.now();
  const entries = dialect.tree === undefined ? undefined : await readEntries(textPath(context, work, dialect));
  return formFile({ file, table, plan, dialect, size: extent.end, known: { entries, repeats } }, path, {
    left,
    saveLeft: () => saveRejects(run, dialect, left.take()),
    refuser: createRefuser(table, plan, dialect),
    async onWindow(records, rows, share) {
      if (shaped.isRefuted(records)) return false;
      await saveRejects(run, dialect, left.take());
      const problem = left.tooManyRejects(rows);
      if (problem !== undefined) {
        await fenced(run, () => noteFaulty(pool, work, { rows, rejected: left.rejected }));
        throw problem;
      }
      if (performance.now() - notedAt < PROGRESS_MS) return true;
      notedAt = performance.now();
      const progress = { ...NOTHING_FOUND, scanned: Math.floor(share * extent.end), text_size: extent.end, rows };
      await fenced(run, () =>
        noteScanned(pool, work, { ...progress, rejected: left.rejected, ignored: left.ignored, adds: left.adds }),
      );
      return true;
    },
    checkSpace: scratchSpace(context, work.id, signal),
    signal,
  });
}

const NOTHING_FOUND: ScanProgress = {
  scanned: 0,
  text_size: 0,
  lines: 0,
  rows: 0,
  adds: 0,
  superseded: 0,
  rejected: 0,
  ignored: 0,
};

interface Products {
  rows: RowScan;
  formed: FormedText;
  left: LeftList;
  path: string;
}

async function scanProducts(
  run: Run,
  { file: source, dialect }: ShapedFile,
  { rows, formed, left, path }: Products,
): Promise<ScanProgress> {
  const { context, work, signal } = run;
  const { scanner, layout } = rows;
  const file = await open(path, "r");
  try {
    await saveRejects(run, dialect, left.take());
    const splitter = createSplitter(PRODUCTS_DIALECT, 1);
    for await (const { records, offset } of readRecords(file, splitter, 0, wholeExtent(formed.size), signal)) {
      // The records are not cached: for 500,000 layered rows, the cache takes 35 MB, and the worker would exceed its 300 MB.
      rows.add(records, offset);
      await saveRejects(run, dialect, [
        ...(await withSources(scanner.takeRejects(), layout, source)),
        ...scanner.takeIgnored(),
      ]);
      const problem = scanner.tooManyRejects();
      if (problem === undefined) continue;
      const counts = { rows: formed.rows, rejected: left.rejected + scanner.rejected };
      await fenced(run, () => noteFaulty(context.pool, work, counts));
      throw problem;
    }
  } finally {
    await file.close();
  }
  return {
    scanned: formed.size,
    text_size: formed.size,
    lines: formed.lines,
    rows: formed.rows,
    adds: left.adds,
    superseded: scanner.superseded,
    rejected: left.rejected + scanner.rejected,
    ignored: left.ignored + scanner.ignored,
  };
}
