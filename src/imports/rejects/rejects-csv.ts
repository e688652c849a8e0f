// Exports the rejected rows of an import as CSV: the file's own columns plus the reason. Users fix the rows and import the
// exported file.
import { Readable } from "node:stream";
import type pg from "pg";
import { REJECT_COLUMNS } from "../../../contract/imports/imports.ts";
import type { Dialect, Import } from "../../../contract/imports/imports.ts";
import { findMarkConflict } from "../../../contract/imports/dialect-rules.ts";
import { fieldText } from "../read/field-text.ts";
import { createRecords, QUOTED } from "../read/records.ts";
import { splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";
import { csvLineWithBlanks } from "../../csv-line.ts";
import { notationsOf, type Notation } from "../mapping/run/notation/notation.ts";
import { hasValueCells } from "../mapping/run/row.ts";
import { isShapedPlan } from "../shape/record-judge.ts";
import { readPlan } from "../store.ts";
import { createProductsCsv } from "./products-csv.ts";
import type { StoredReject } from "./make-reject.ts";
import { readRejects } from "./store.ts";

const PAGE = 500;
/** Maximum number of cells in a page. Writing a page blocks the event loop for about 10 ms. */
const MAX_PAGE_CELLS = 50_000;

const REASONS: ReadonlySet<string> = new Set(REJECT_COLUMNS);

type Rejected = Pick<Import, "id" | "dialect" | "columns" | "rejected" | "rejects_listed">;

export function rejectsCsv(pool: pg.Pool, import_: Rejected): Readable {
  return Readable.from(lines(pool, import_));
}

/** Returns the name of the CSV file. The name shows whether the file contains only some of the rejects. */
export const rejectsCsvName = ({ id, rejected, rejects_listed }: Rejected): string =>
  rejects_listed < rejected
    ? `rejects-of-import-${id}-first-${rejects_listed}-of-${rejected}.csv`
    : `rejects-of-import-${id}.csv`;

async function* lines(
  pool: pg.Pool,
  { id, dialect, columns, rejected, rejects_listed }: Rejected,
): AsyncGenerator<string> {
  // If the imported file was itself a rejects file, its old reasons are left out. Other columns are kept even if their target is `ignored`,
  // because the mapping of the import reads some of them.
  const own = columns.flatMap(({ name, target }, index) => (target === "ignored" && REASONS.has(name) ? [] : [index]));
  const plan = dialect === null ? null : await readPlan(pool, id);
  const products = isShapedPlan(plan) ? await createProductsCsv(pool, id, plan) : undefined;
  const hasValues = dialect !== null && hasValueCells(dialect);
  const fieldsOf = createFieldReader(dialect, plan === null || !hasValues ? NO_NOTATIONS : notationsOf(plan));
  yield products?.header ?? csvLineWithBlanks([...own.map((index) => columns[index]?.name ?? ""), ...REJECT_COLUMNS]);
  const width = products?.width ?? own.length;
  const limit = Math.max(1, Math.min(PAGE, Math.floor(MAX_PAGE_CELLS / (Math.max(width, columns.length) + 1))));
  for (let after = 0; ;) {
    const page = await readRejects(pool, id, after, limit);
    let text = "";
    for (const reject of page)
      text += products?.lineOf(reject) ?? csvLineWithBlanks(cells(reject, fieldsOf, columns.length, own));
    const last = page.at(-1);
    if (last === undefined) break;
    yield text;
    after = last.row;
  }
  if (rejects_listed < rejected)
    yield csvLineWithBlanks([
      ...Array.from({ length: width }, () => ""),
      ...REJECT_COLUMNS.map((name) => noteOf(name, rejected, rejects_listed)),
    ]);
}

const noteOf = (column: (typeof REJECT_COLUMNS)[number], rejected: number, listed: number): string =>
  column === "reject_reason"
    ? `This file contains only the first ${listed.toLocaleString("en")} of ${rejected.toLocaleString("en")} rejected rows. Fix the cause in the original file and import it again.`
    : "";

const NO_NOTATIONS: ReadonlyMap<number, Notation> = new Map();

type FieldReader = (raw: string) => string[] | undefined;

/** Returns the cells of a rejected row. A record that cannot be split, or has too many fields, is written
 * unmodified into the last column, and so is the record of an XML or JSON file. */
function cells(
  { row, line, column, code, message, raw, source }: StoredReject,
  fieldsOf: FieldReader,
  width: number,
  own: readonly number[],
): string[] {
  const fields = code === "not_json" ? undefined : fieldsOf(raw);
  const fits = fields !== undefined && fields.length <= width;
  const shown = own.map((index) => (fits ? (fields[index] ?? "") : ""));
  return [...shown, String(row), String(line), column ?? "", code, message, source ?? (fits ? "" : raw)];
}

/** @param notations functions that format the numbers, dates and booleans of a workbook, by column. All values in `rejects.csv` are texts.
 * The functions use the formats of the mapping's samples and texts, so that the same mapping can read `rejects.csv`. */
function createFieldReader(dialect: Dialect | null, notations: ReadonlyMap<number, Notation>): FieldReader {
  // An earlier version of Skuport may have read the file with a dialect that is no longer allowed. In this case, the records cannot be
  // split.
  if (dialect === null || findMarkConflict(dialect) !== undefined) return () => undefined;
  const records = createRecords();
  return (raw) => {
    const bytes = Buffer.from(raw);
    splitRecords(createSplitter(dialect, 1), { bytes, from: 0, to: bytes.length, at_end: true }, records);
    if (records.count !== 1 || records.fault[0] !== 0) return undefined;
    const fields: string[] = [];
    for (let field = records.first_field[0] as number; field < (records.first_field[1] as number); field++) {
      const notation = notations.get(fields.length);
      const isText = ((records.field_flags[field] as number) & QUOTED) !== 0;
      const text = fieldText(records, field, dialect);
      fields.push(notation === undefined || isText ? text : notation(text, { known: undefined }));
    }
    return fields;
  };
}
