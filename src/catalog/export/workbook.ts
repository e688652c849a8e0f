// Writes XLSX files: sheets are streamed row by row into a zip file. Texts that are too long for a cell, and attributes for which a sheet
// has no column, are reported before the first byte is sent, because a truncated file would be useless.
import { PassThrough, pipeline, Readable } from "node:stream";
import { ZipFile } from "yazl";
import { createAttributeCells, type AttributeCells, type AttributeName } from "./attribute-cells.ts";
import { copyRows, type CopyRows } from "./copy-rows.ts";
import { Output } from "./output.ts";
import { columnsOf, ROW_FIELDS, rowsQuery } from "./text-formats.ts";
import { createSheetWriter, MAX_CELL_LENGTH, MAX_SHEET_COLUMNS, MAX_SHEET_ROWS } from "./sheet.ts";
import { countProducts, findLongCells, type Selection, type Snapshot } from "./snapshot.ts";
import { sheetPath, workbookParts } from "./workbook-parts.ts";
import { FIELD_NAMES, kindOf } from "../product/column-lists.ts";
import { Problem } from "../../../contract/problems.ts";

/** Compression level 1 takes a third of the time of level 6, and the file is a quarter larger. */
const COMPRESSION = { compressionLevel: 1 };
const KINDS = FIELD_NAMES.map(kindOf);

/** @param sheetRows maximum number of rows in a sheet, including the header; tests set a smaller number to get several sheets
 * @throws Problem `does-not-fit-sheet` before the first byte, if a text is too long for a cell or the products have more attributes than
 * a sheet has columns */
export async function writeWorkbook(
  snapshot: Snapshot,
  selection: Selection,
  attributes: readonly AttributeName[],
  sheetRows = MAX_SHEET_ROWS,
): Promise<AsyncGenerator<Buffer>> {
  if (FIELD_NAMES.length + attributes.length > MAX_SHEET_COLUMNS) {
    throw doesNotFit(
      `The products have ${attributes.length.toLocaleString("en")} attributes, but a sheet has only ${MAX_SHEET_COLUMNS.toLocaleString("en")} columns.`,
    );
  }
  const long = await findLongCells(snapshot, selection, attributes, MAX_CELL_LENGTH);
  const first = long[0];
  if (first !== undefined) {
    throw doesNotFit(
      `"${first.field}" of the product "${first.sku}" has ${first.length.toLocaleString("en")} characters, but a cell can hold only ${MAX_CELL_LENGTH.toLocaleString("en")}.`,
      { cells: long },
    );
  }
  const count = await countProducts(snapshot, selection);
  return zipSheets(snapshot, selection, attributes, Math.max(1, Math.ceil(count / (sheetRows - 1))), sheetRows);
}

const doesNotFit = (reason: string, extra: Record<string, unknown> = {}): Problem =>
  new Problem("does-not-fit-sheet", `${reason} Export as CSV instead, or narrow the export with a filter.`, {
    extra,
  });

async function* zipSheets(
  snapshot: Snapshot,
  selection: Selection,
  attributes: readonly AttributeName[],
  sheets: number,
  sheetRows: number,
): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const bytes = new PassThrough();
  pipeline(zip.outputStream, bytes, () => undefined);
  zip.on("error", (error) => bytes.destroy(error as Error));
  for (const [path, xml] of workbookParts(sheets)) zip.addBuffer(Buffer.from(xml), path, COMPRESSION);
  const { header, columns } = columnsOf(attributes);
  const rows = eachRow(copyRows(snapshot.copy(rowsQuery(selection)), ROW_FIELDS));
  const cells = createAttributeCells(attributes, columns);
  for (let number = 1; number <= sheets; number++) {
    zip.addReadStreamLazy(sheetPath(number), COMPRESSION, (opened) => {
      opened(null, Readable.from(writeSheet(rows, cells, header, sheetRows), { objectMode: false }));
    });
  }
  zip.end();
  for await (const chunk of bytes) yield chunk as Buffer;
}

interface RowCursor {
  rows: CopyRows;
  row: number;
}

/** Returns a function that returns the next row, or undefined after the last one. All sheets share this function: each sheet continues
 * where the previous one was full. */
function eachRow(batches: AsyncGenerator<CopyRows>): () => RowCursor | undefined | Promise<RowCursor | undefined> {
  const cursor: RowCursor = { rows: { bytes: Buffer.alloc(0), count: 0, bounds: new Int32Array() }, row: 0 };
  const nextBatch = async (): Promise<RowCursor | undefined> => {
    const next = await batches.next();
    if (next.done === true) return undefined;
    cursor.rows = next.value;
    cursor.row = 0;
    return cursor;
  };
  return () => {
    if (++cursor.row < cursor.rows.count) return cursor;
    return nextBatch();
  };
}

async function* writeSheet(
  nextRow: ReturnType<typeof eachRow>,
  cells: AttributeCells,
  header: readonly string[],
  sheetRows: number,
): AsyncGenerator<Buffer> {
  const output = new Output();
  const sheet = createSheetWriter(output, header.length, KINDS);
  sheet.begin();
  sheet.beginRow(1);
  header.forEach((name, column) => {
    const text = Buffer.from(name);
    sheet.text(column, text, 0, text.length);
  });
  sheet.endRow();
  for (let row = 2; row <= sheetRows; row++) {
    const next = nextRow();
    // If the row is in the current batch, it is available immediately; awaiting it would cost a microtask per row.
    const cursor = next instanceof Promise ? await next : next;
    if (cursor === undefined) break;
    const { bytes, bounds } = cursor.rows;
    const i = cursor.row * ROW_FIELDS * 2;
    sheet.beginRow(row);
    for (let field = 0; field < KINDS.length; field++)
      sheet.value(field, bytes, bounds[i + field * 2] as number, bounds[i + field * 2 + 1] as number);
    const attributesAt = i + KINDS.length * 2;
    cells.read(bytes, (bounds[attributesAt] as number) + 1, bounds[attributesAt + 1] as number);
    for (let column = KINDS.length; column < header.length; column++) {
      if (!cells.has(column - KINDS.length)) continue;
      cells.find(column - KINDS.length);
      sheet.text(column, cells.bytes, cells.start, cells.end);
    }
    sheet.endRow();
    if (output.isFull) yield output.take();
  }
  sheet.end();
  yield output.take();
}
