// Inspects a table in a zip file by its first records.
import type { Column, Dialect } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import type { Table } from "../read-records.ts";
import type { Records } from "../records.ts";
import type { InspectedTable } from "./choose-tables.ts";

interface InspectedHead {
  dialect: Dialect;
  table: Pick<Table, "header" | "other_headers"> & { columns: readonly Column[] };
  records: Pick<Records, "count">;
}

export type TableJudgement = Pick<InspectedTable, "has_sku" | "has_name">;

/** Decides whether a table has a key and names, if the names of its columns alone do not show this. */
export type JudgeTable = (
  table: InspectedHead["table"] & Pick<Dialect, "tree">,
) => TableJudgement | Promise<TableJudgement>;

export const judgeByNames = ({ columns }: Pick<InspectedHead["table"], "columns">): TableJudgement => ({
  has_sku: columns.some(({ target }) => target === "sku"),
  has_name: columns.some(({ target }) => target === "name"),
});

/**
 * @param read reads the head of the table
 * @returns undefined if the file is not a table, or can only be read whole
 * @throws Problem broken-file
 */
export async function inspectTable(
  read: () => Promise<InspectedHead | undefined>,
  judge: JudgeTable = judgeByNames,
): Promise<InspectedTable | undefined> {
  const head = await read().catch((error: unknown) => {
    // A damaged file must not be skipped. A file that is not a table may be.
    if (error instanceof Problem && error.slug !== "broken-file") return undefined;
    throw error;
  });
  if (head === undefined) return undefined;
  const { dialect, table, records } = head;
  return {
    ...(await judge({ ...table, tree: dialect.tree })),
    has_records: records.count > 0,
    form: formOf(dialect, table.header),
  };
}

/** Compares column names as the import does: without regard to case and blanks around them. */
export const comparableNames = (header: readonly string[]): string[] =>
  header.map((name) => name.normalize("NFC").trim().toLowerCase());

/** The columns of an XML or JSON file are found in its records, so two such files are never known to have the same columns. */
function formOf(dialect: Dialect, header: readonly string[]): string | undefined {
  const { delimiter, quote, escape, escapes_itself, padded, rewritten, line_ending, tree } = dialect;
  if (tree !== undefined || header.length === 0) return undefined;
  const crEnds = line_ending === "cr" || line_ending === "mixed";
  const form = [delimiter, quote, escape, escapes_itself, padded, rewritten, crEnds, line_ending === "row"];
  return JSON.stringify([...form, dialect.sheets !== undefined, comparableNames(header)]);
}
