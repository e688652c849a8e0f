// Converts a Parquet file to a table in CSV: a row for each record, and a column for each path in the records. The values are read page by
// page, so that the memory does not depend on the size of the file.
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import type { TreeRequest } from "../../../../contract/imports/options.ts";
import { Problem } from "../../../../contract/problems.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import { createUnpackedCount } from "../text/unpacked-size.ts";
import { entryLines, tablesPath } from "../tree/lookup-entries.ts";
import { Path } from "../tree/nodes.ts";
import { isSpecial, parsePath } from "../tree/requested-path.ts";
import { TableWriter } from "../tree/table/table-writer.ts";
import { writeFile, writeTableFile, type TableTarget } from "../tree/table/write-table.ts";
import { RecordBuilder } from "./build-record.ts";
import { openBytes, type FileBytes } from "../text/file-bytes.ts";
import { ColumnReader } from "./pages/column-reader.ts";
import { createPageBudget, ROW_BYTES } from "./pages/page-budget.ts";
import { brokenParquet, parquetProblem } from "./parquet-fault.ts";
import { readMetadata, type ParquetContent, type RowGroup } from "./read-metadata.ts";
import type { Leaf } from "./schema.ts";

/** Number of rows after which the progress is updated and complete lines are written. */
const ROWS_AT_ONCE = 256;

/** Writes the records of the file at `path` as a table to the new file `target.path`.
 * @throws Problem unsupported-file, broken-file, unpacks-too-large, bad-header */
export async function convertParquet(path: string, overrides: DialectOverrides, target: TableTarget): Promise<Dialect> {
  return withFile(path, overrides, async (table) => {
    const writer = await writeTableFile(target, table.createWriter, (written) =>
      tableLines(table, written, target.signal),
    );
    // A Parquet file has no lookup tables outside its records. If the mapping requests such a table, store an empty one.
    if ((overrides.tree?.tables ?? []).length > 0) await writeFile(tablesPath(target.path), entryLines([]), target);
    requireRecords(writer);
  });
}

/** Converts at least the first `minBytes` of the table, or all of it, in memory.
 * @param source the path of the file, or all of its bytes
 * @throws Problem as convertParquet does */
export async function convertParquetHead(
  source: string | Buffer,
  minBytes: number,
  overrides: DialectOverrides,
): Promise<{ dialect: Dialect; text: Buffer; is_whole: boolean }> {
  let text: Buffer = Buffer.alloc(0);
  let isWhole = true;
  const dialect = await withFile(source, overrides, async (table) => {
    const writer = table.createWriter(new Set());
    const lines: Buffer[] = [];
    let length = 0;
    for await (const chunk of tableLines(table, writer, undefined)) {
      lines.push(chunk);
      length += chunk.length;
      isWhole = length < minBytes;
      if (!isWhole) break;
    }
    requireRecords(writer);
    text = Buffer.concat([writer.header(), ...lines]);
  });
  return { dialect, text, is_whole: isWhole };
}

interface ParquetTable {
  file: FileBytes;
  content: ParquetContent;
  /** The columns that are read. */
  leaves: { leaf: Leaf; index: number }[];
  /** Whether each record has exactly one value, or null, for each of the columns. */
  is_flat: boolean;
  /** Number of bytes of the file whose records have been written. */
  progress: { bytes: number };
  createWriter: (lists: ReadonlySet<string>) => TableWriter;
}

async function withFile(
  source: string | Buffer,
  overrides: DialectOverrides,
  write: (table: ParquetTable) => Promise<void>,
): Promise<Dialect> {
  const file = openBytes(source, brokenParquet);
  try {
    const content = readMetadata(file);
    await write(tableOf(file, content, overrides.tree));
    return dialectOf(content);
  } catch (error) {
    throw parquetProblem(error);
  } finally {
    file.close();
  }
}

function tableOf(file: FileBytes, content: ParquetContent, request: TreeRequest | undefined): ParquetTable {
  const progress = { bytes: 0 };
  const isFlat = isFlatTable(content.leaves, request);
  const leaves = content.leaves.map((leaf, index) => ({ leaf, index }));
  const listed = content.leaves.filter(({ max_rep: level }) => level > 0).map(({ name }) => name);
  const createWriter = (lists: ReadonlySet<string>): TableWriter => {
    const count = createUnpackedCount(file.size, () => progress.bytes);
    const writer = new TableWriter(count, request, new Set([...lists, ...listed]));
    if (isFlat) writer.define(leaves.map(({ leaf }) => leaf.name));
    return writer;
  };
  const wants = isFlat ? createWriter(new Set()) : undefined;
  return {
    file,
    content,
    leaves: wants === undefined ? leaves : leaves.filter(({ leaf }) => wants.hasColumn(leaf.name)),
    is_flat: isFlat,
    progress,
    createWriter,
  };
}

/** Whether the cells of a row can be written directly from the columns. If not, the reader builds a tree of each record first. */
function isFlatTable(leaves: readonly Leaf[], request: TreeRequest | undefined): boolean {
  if (leaves.some(({ max_rep: level }) => level > 0)) return false;
  if (new Set(leaves.map(({ name }) => name)).size < leaves.length) return false;
  if (request === undefined) return true;
  return (
    request.each === undefined &&
    request.objects.length === 0 &&
    request.paths.every((path) => !isSpecial(parsePath(path)))
  );
}

// eslint-disable-next-line @typescript-eslint/require-await -- callers read it as they read a stream
async function* tableLines(
  table: ParquetTable,
  writer: TableWriter,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  if (table.leaves.length === 0) return;
  const root = new Path("");
  const budget = createPageBudget(table.file.size);
  table.progress.bytes = 0;
  let row = 0;
  for (const group of table.content.groups) {
    const readers = table.leaves.map(
      ({ leaf, index }) =>
        new ColumnReader(leaf, group.chunks[index] as RowGroup["chunks"][number], table.file, budget),
    );
    const before = table.progress.bytes;
    const size = group.chunks.reduce((sum, { start, end }) => sum + end - start, 0);
    const records = table.is_flat ? undefined : new RecordBuilder(root, readers, budget.unpack);
    for (let at = 0; at < group.rows; at += ROWS_AT_ONCE) {
      signal?.throwIfAborted();
      const rows = Math.min(ROWS_AT_ONCE, group.rows - at);
      budget.unpack(rows * ROW_BYTES);
      table.progress.bytes = before + (size * (at + rows)) / group.rows;
      for (const end = row + rows; row < end; row++) {
        if (records === undefined) writer.addCells(readers);
        else writer.add(records.next(row + 1));
      }
      yield* writer.take();
    }
    table.progress.bytes = before + size;
    for (const reader of readers) reader.close();
  }
  writer.end();
  yield* writer.take();
}

/** @throws Problem unsupported-file if the file has no records */
function requireRecords({ records, width }: TableWriter): void {
  if (records > 0 && width > 0) return;
  throw new Problem(
    "unsupported-file",
    "The Parquet file has no rows with values. Check the export that made it, or the columns that the mapping names.",
    { extra: because("parquet-empty") },
  );
}

/** Returns the dialect of a Parquet file. The path to its records is empty, because the records are the top level of the file. */
const dialectOf = ({ leaves }: ParquetContent): Dialect => ({
  format: "parquet",
  tree: {
    record: "",
    root: null,
    namespaces: [],
    elements: [...new Set(leaves.map(({ path: [name = ""] }) => name))].slice(0, MAX_ELEMENTS),
  },
  encoding: "utf-8",
  delimiter: ",",
  quote: '"',
  escape: '"',
  line_ending: "row",
  header: true,
  preamble: 0,
  formula_escape: false,
});

/** Maximum number of names of top-level columns in `elements` of the dialect. */
const MAX_ELEMENTS = 200;
