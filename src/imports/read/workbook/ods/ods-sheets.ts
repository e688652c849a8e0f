// Reads the sheets of an OpenDocument spreadsheet. One XML file contains all sheets. A first pass reads the list of sheets.
// Further passes read the rows of the requested sheets.
import { because } from "../../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../../contract/problems.ts";
import { cutText } from "../../../../../contract/faults.ts";
import { brokenWorkbook } from "../broken-workbook.ts";
import { mergedCells, type MergedRange } from "../merged/read-merged.ts";
import type { Package } from "../open-package.ts";
import { createXmlParser, eachElement } from "../parse-xml.ts";
import type { SheetRow } from "../read-sheet.ts";
import type { SheetReader } from "../choose-sheets.ts";
import type { WorkBudget } from "../work-budget.ts";
import { MAX_NAME, MAX_SHEETS, type SheetPart } from "../workbook-parts.ts";
import { StyleReader, type Styles } from "./data-styles.ts";
import { RowReader, type RepeatedRow } from "./row-reader.ts";

const CONTENT = "content.xml";
const STYLES = "styles.xml";
const MANIFEST = "META-INF/manifest.xml";
/** Maximum number of merged ranges of all sheets, as in a workbook of Excel. */
const MAX_RANGES = 1_048_576;
/** Maximum number of copies of a repeated row that are made at the same time. */
const COPIES = 256;

export interface OdsSheets extends SheetReader {
  sheets: SheetPart[];
}

/** @throws Problem unsupported-file, broken-workbook, unpacks-too-large */
export async function openOdsSheets(
  file: Package,
  budget: WorkBudget,
  signal: AbortSignal | undefined,
): Promise<OdsSheets> {
  await refuseEncrypted(file, budget);
  const outline = await readOutline(file, budget, signal);
  const cursor = new Cursor(() => contentRows(file, outline.styles, budget));
  return {
    sheets: outline.sheets.map(({ name, style }, index) => ({
      name,
      part: String(index),
      is_hidden: outline.styles.hidden.has(style),
    })),
    rows: (part) => cursor.rows(Number(part)),
    merged: (part, near) => {
      const { ranges } = outline.sheets[Number(part)] as OutlinedSheet;
      return Promise.resolve(mergedCells(ranges, near));
    },
  };
}

async function refuseEncrypted(file: Package, budget: WorkBudget): Promise<void> {
  let isEncrypted = file.has("encrypted-package");
  await eachElement(MANIFEST, file.readSmall(MANIFEST), budget, (name) => {
    if (name === "encryption-data") isEncrypted = true;
  });
  if (isEncrypted)
    throw new Problem("unsupported-file", "The workbook has a password. Save it without a password.", {
      extra: because("workbook-password"),
    });
}

interface OutlinedSheet {
  name: string;
  style: string;
  ranges: MergedRange[];
}

/** Reads the names of the sheets, their merged cells and the number formats. */
async function readOutline(
  file: Package,
  budget: WorkBudget,
  signal: AbortSignal | undefined,
): Promise<{ sheets: OutlinedSheet[]; styles: Styles }> {
  const styles = new StyleReader();
  const sheets: OutlinedSheet[] = [];
  let ranges = 0;
  const rows = new RowReader(new Map(), {
    onSheet: (name, style) => {
      if (sheets.length === MAX_SHEETS)
        throw brokenWorkbook(`It has more than ${MAX_SHEETS.toLocaleString("en")} sheets.`);
      sheets.push({ name: cutText(name, MAX_NAME), style, ranges: [] });
    },
    onRow: () => undefined,
    onMerged: (sheet, range) => {
      if (++ranges > MAX_RANGES)
        throw brokenWorkbook(`It has more than ${MAX_RANGES.toLocaleString("en")} merged ranges.`);
      sheets[sheet]?.ranges.push(range);
    },
  });
  const read = async (part: string, chunks: AsyncIterable<Buffer>): Promise<void> => {
    const handler = {
      open: (name: string, attributes: Record<string, string>) => {
        if (rows.isSpreadsheet) rows.open(name, attributes);
        else {
          rows.open(name, attributes);
          styles.open(name, attributes);
        }
      },
      close: (name: string) => {
        if (!rows.isSpreadsheet) styles.close(name);
        rows.close(name);
      },
      text: (text: string) => {
        if (rows.isSpreadsheet) rows.text(text);
        else styles.text(text);
      },
    };
    const parser = createXmlParser(part, handler, budget);
    let isEmpty = true;
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      isEmpty = false;
      parser.write(chunk);
    }
    if (!isEmpty) parser.end();
  };
  await read(STYLES, file.readSmall(STYLES));
  await read(CONTENT, file.read(CONTENT));
  if (!rows.isSpreadsheet) throw notSpreadsheet();
  if (sheets.length === 0) throw brokenWorkbook("It has no worksheet.");
  return { sheets, styles: styles.styles() };
}

const notSpreadsheet = (): Problem =>
  new Problem(
    "unsupported-file",
    "The file is an OpenDocument document, but not a spreadsheet. Save its table as .ods, .xlsx or CSV.",
    { extra: because("office-document") },
  );

interface SheetRows {
  sheet: number;
  rows: SheetRow[];
}

/** Yields the rows of all sheets in chunks. */
async function* contentRows(file: Package, { formats }: Styles, budget: WorkBudget): AsyncGenerator<SheetRows> {
  let found: RepeatedRow[] = [];
  const reader = new RowReader(formats, {
    onSheet: () => undefined,
    onRow: (row) => found.push(row),
    onMerged: () => undefined,
  });
  const parser = createXmlParser(
    CONTENT,
    {
      open: (name, attributes) => {
        reader.open(name, attributes);
      },
      close: (name) => {
        reader.close(name);
      },
      text: (text) => {
        reader.text(text);
      },
    },
    budget,
  );
  for await (const chunk of file.read(CONTENT)) {
    parser.write(chunk);
    for (const row of found) yield* copies(row, budget);
    found = [];
  }
  parser.end();
}

/** Yields a row as often as the sheet repeats it. */
function* copies({ sheet, row, count }: RepeatedRow, budget: WorkBudget): Generator<SheetRows> {
  const length = row.cells.reduce((sum, cell) => sum + cell.length + 1, 0);
  for (let made = 0; made < count; made += COPIES) {
    const rows: SheetRow[] = [];
    for (let i = made; i < Math.min(count, made + COPIES); i++) {
      budget.countRead(length);
      const values = row.values === undefined ? {} : { values: [...row.values] };
      rows.push({ ...row, cells: [...row.cells], ...values, number: row.number + i });
    }
    yield { sheet, rows };
  }
}

/** Reads the sheets one after another. To return to an earlier sheet, starts again at the beginning of the file. */
class Cursor {
  readonly #open: () => AsyncGenerator<SheetRows>;
  #pass: AsyncGenerator<SheetRows> | undefined;
  #next: SheetRows | undefined;
  /** The sheet that was read last. */
  #last = -1;

  constructor(open: () => AsyncGenerator<SheetRows>) {
    this.#open = open;
  }

  async *rows(sheet: number): AsyncGenerator<SheetRow[]> {
    if (this.#pass === undefined || sheet <= this.#last) {
      await this.#pass?.return(undefined);
      this.#pass = this.#open();
      this.#next = undefined;
    }
    this.#last = sheet;
    for (;;) {
      this.#next ??= await valueOf(this.#pass);
      if (this.#next === undefined || this.#next.sheet > sheet) return;
      const { sheet: at, rows } = this.#next;
      this.#next = undefined;
      if (at === sheet) yield rows;
    }
  }
}

async function valueOf(pass: AsyncGenerator<SheetRows>): Promise<SheetRows | undefined> {
  const result = await pass.next();
  return result.done === true ? undefined : result.value;
}
