// Shows how an import would read a file, from its first bytes: format, columns, first rows and rejects. Nothing is stored.
import { layoutOf } from "../layout.ts";
import { overridesOf } from "../overrides.ts";
import { isKeyChosen, planColumns } from "../plan-columns.ts";
import { readHead, type Head } from "../read/read-head.ts";
import type { Table } from "../read/read-records.ts";
import { recordTexts } from "../read/field-text.ts";
import { createScanner } from "../scan/scanner.ts";
import { problemOfKey, problemOfTable } from "../scan/table-problems.ts";
import type { Column, ImportOptions, Preview } from "../../../contract/imports/imports.ts";
import { toProblemDocument } from "../../../contract/problem-document.ts";
import type { Problem } from "../../../contract/problems.ts";

const SHOWN_ROWS = 20;
const SHOWN_CELLS = 100;
const SHOWN_CHARACTERS = 200;
const SHOWN_REJECTS = 20;
const SHOWN_RAW = 1000;

/** @param isWhole whether `bytes` is the whole file
 * @throws Problem if the file cannot be read at all */
export async function previewFile(bytes: Buffer, isWhole: boolean, options: ImportOptions): Promise<Preview> {
  const found = await readHead(bytes, isWhole, overridesOf(options));
  if (found === undefined)
    return { dialect: null, columns: [], rows: [], sample_size: 0, rejected: 0, rejects: [], problem: null };
  const head = { ...found, table: { ...found.table, ...planColumns(found.table, options) } };
  const fault = head.doubt ?? problemOfTable(head.table, head.dialect, isKeyChosen(options));
  const scanned = fault === undefined ? rejectsOf(head, options) : { rejected: 0, rejects: [], problem: fault };
  return {
    dialect: head.dialect,
    columns: head.table.columns,
    rows: firstRows(head),
    sample_size: head.records.count,
    rejected: scanned.rejected,
    rejects: scanned.rejects,
    problem: scanned.problem === undefined ? null : toProblemDocument(scanned.problem),
  };
}

function firstRows({ records, dialect }: Pick<Head, "records" | "dialect">): Preview["rows"] {
  return Array.from({ length: Math.min(SHOWN_ROWS, records.count) }, (_, r) => {
    const cells = recordTexts(records, r, dialect)
      .slice(0, SHOWN_CELLS)
      .map((cell) => cell.slice(0, SHOWN_CHARACTERS));
    return { line: records.line[r] as number, cells };
  });
}

/** Returns the rejects among the sampled records that can be found without the catalogue. */
function rejectsOf(
  { records, table, dialect, offset }: Omit<Head, "table"> & { table: Omit<Table, "columns"> & { columns: Column[] } },
  options: ImportOptions,
): Pick<Preview, "rejected" | "rejects"> & { problem: Problem | undefined } {
  const scanner = createScanner(layoutOf(table.columns), dialect, {
    repeats: options.repeats,
    header: table.header,
    sample: table.rows,
    listed_rejects: SHOWN_REJECTS,
  });
  scanner.scan(records, offset);
  const rejects = scanner.takeRejects();
  const { rejected } = scanner;
  const problem =
    scanner.tooManyRejects() ?? (isKeyChosen(options) ? undefined : problemOfKey(table, scanner.key_figures));
  scanner.release();
  return { rejected, problem, rejects: rejects.map((reject) => ({ ...reject, raw: reject.raw.slice(0, SHOWN_RAW) })) };
}
