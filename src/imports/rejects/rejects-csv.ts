// The rejected rows of an import as CSV: the file's own columns plus the reason, to be mended and imported by itself.
import { Readable } from "node:stream";
import type pg from "pg";
import { REJECT_COLUMNS } from "../../../contract/imports/imports.ts";
import type { Dialect, Import, Reject } from "../../../contract/imports/imports.ts";
import { findMarkConflict } from "../../../contract/imports/dialect-rules.ts";
import { recordTexts } from "../read/field-text.ts";
import { createRecords } from "../read/records.ts";
import { splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";
import { csvLineWithBlanks } from "../../csv-line.ts";
import { readRejects } from "./store.ts";

const PAGE = 500;
/** Cells of a page, which is written without a pause: 10 ms. */
const MAX_PAGE_CELLS = 50_000;

type Rejected = Pick<Import, "id" | "dialect" | "columns" | "rejected" | "rejects_listed">;

export function rejectsCsv(pool: pg.Pool, import_: Rejected): Readable {
  return Readable.from(lines(pool, import_));
}

/** Says in its name when it lists only a part of the rejects. */
export const rejectsCsvName = ({ id, rejected, rejects_listed }: Rejected): string =>
  rejects_listed < rejected
    ? `rejects-of-import-${id}-first-${rejects_listed}-of-${rejected}.csv`
    : `rejects-of-import-${id}.csv`;

async function* lines(
  pool: pg.Pool,
  { id, dialect, columns, rejected, rejects_listed }: Rejected,
): AsyncGenerator<string> {
  // The reasons of an earlier round, in a file of rejects that was imported, make room for those of this one.
  const own = columns.flatMap(({ target }, position) => (target === "ignored" ? [] : [position]));
  const fieldsOf = createFieldReader(dialect);
  yield csvLineWithBlanks([...own.map((position) => columns[position]?.name ?? ""), ...REJECT_COLUMNS]);
  const limit = Math.max(1, Math.min(PAGE, Math.floor(MAX_PAGE_CELLS / (columns.length + 1))));
  for (let after = 0; ;) {
    const page = await readRejects(pool, id, after, limit);
    let text = "";
    for (const reject of page) text += csvLineWithBlanks(cells(reject, fieldsOf, columns.length, own));
    const last = page.at(-1);
    if (last === undefined) break;
    yield text;
    after = last.row;
  }
  if (rejects_listed < rejected)
    yield csvLineWithBlanks([
      ...own.map(() => ""),
      ...REJECT_COLUMNS.map((name) => noteOf(name, rejected, rejects_listed)),
    ]);
}

const noteOf = (column: (typeof REJECT_COLUMNS)[number], rejected: number, listed: number): string =>
  column === "reject_reason"
    ? `Only the first ${listed.toLocaleString("en")} of ${rejected.toLocaleString("en")} rejected rows are listed. Fix the cause in the file itself and import it again.`
    : "";

type FieldReader = (raw: string) => string[] | undefined;

/** A record whose form is broken, or that has too many fields, has no cells to show: it stands raw in the last column. */
function cells(
  { row, line, column, code, message, raw }: Reject,
  fieldsOf: FieldReader,
  width: number,
  own: readonly number[],
): string[] {
  const fields = fieldsOf(raw);
  const fits = fields !== undefined && fields.length <= width;
  const shown = own.map((position) => (fits ? (fields[position] ?? "") : ""));
  return [...shown, String(row), String(line), column ?? "", code, message, fits ? "" : raw];
}

function createFieldReader(dialect: Dialect | null): FieldReader {
  // Imports of an earlier version may have been read in a dialect that is refused today.
  if (dialect === null || findMarkConflict(dialect) !== undefined) return () => undefined;
  const records = createRecords();
  return (raw) => {
    const bytes = Buffer.from(raw);
    splitRecords(createSplitter(dialect, 1), { bytes, from: 0, to: bytes.length, at_end: true }, records);
    if (records.count !== 1 || records.fault[0] !== 0) return undefined;
    return recordTexts(records, 0, dialect);
  };
}
