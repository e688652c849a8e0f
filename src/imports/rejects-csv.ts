// The rejected rows of an import as CSV: the file's own columns plus the reason, to be mended and imported by itself.
import { Readable } from "node:stream";
import type pg from "pg";
import { REJECT_COLUMNS } from "../../contract/imports.ts";
import type { Dialect, Import, Reject } from "../../contract/imports.ts";
import { createRecords, createSplitter, fieldText, splitRecords } from "./read/split-records.ts";
import { csvLineWithBlanks } from "../csv-line.ts";
import { listRejects } from "./reject-store.ts";

const PAGE = 500;

export function rejectsCsv(pool: pg.Pool, import_: Pick<Import, "id" | "dialect" | "columns">): Readable {
  return Readable.from(lines(pool, import_));
}

async function* lines(
  pool: pg.Pool,
  { id, dialect, columns }: Pick<Import, "id" | "dialect" | "columns">,
): AsyncGenerator<string> {
  // The reasons of an earlier round, in a file of rejects that was imported, make room for those of this one.
  const own = columns.flatMap(({ target }, position) => (target === "ignored" ? [] : [position]));
  yield csvLineWithBlanks([...own.map((position) => columns[position]?.name ?? ""), ...REJECT_COLUMNS]);
  for (let after = 0; ;) {
    const page = await listRejects(pool, id, { after, limit: PAGE });
    let text = "";
    for (const reject of page) text += csvLineWithBlanks(cells(reject, dialect, columns.length, own));
    yield text;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.row;
  }
}

/** A record whose form is broken, or that has too many fields, has no cells to show: it stands raw in the last column. */
function cells(
  { row, line, column, code, message, raw }: Reject,
  dialect: Dialect | null,
  width: number,
  own: readonly number[],
): string[] {
  const fields = dialect === null ? undefined : fieldsOf(raw, dialect);
  const fits = fields !== undefined && fields.length <= width;
  const shown = own.map((position) => (fits ? (fields[position] ?? "") : ""));
  return [...shown, String(row), String(line), column ?? "", code, message, fits ? "" : raw];
}

function fieldsOf(raw: string, dialect: Dialect): string[] | undefined {
  const bytes = Buffer.from(raw);
  const records = createRecords();
  splitRecords(createSplitter(dialect, 1), bytes, 0, bytes.length, true, records);
  if (records.count !== 1 || records.fault[0] !== 0) return undefined;
  const fields: string[] = [];
  for (let field = 0; field < (records.first_field[1] as number); field++)
    fields.push(fieldText(records, field, dialect));
  return fields;
}
