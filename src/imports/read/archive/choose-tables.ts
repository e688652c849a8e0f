// Chooses the tables of a zip file that are imported. Tables with the same header are one table. Each table with a different header
// becomes a separate import: first the tables that create products, then the tables that only change products.
import { cutText } from "../../../../contract/faults.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import type { PackedFile } from "./zip.ts";

/** Results of inspecting the first records of a table. */
export interface InspectedTable {
  has_sku: boolean;
  has_name: boolean;
  has_records: boolean;
  /** Identifies the column names and the notation of the table, such as its delimiter and quote. Tables with the same `form` are read as
   * one table. Undefined if the table is always read alone. */
  form: string | undefined;
}

/** @returns undefined if the file is not a table, or can only be read whole */
export type InspectTable = (file: PackedFile) => Promise<InspectedTable | undefined>;

export type Member = NonNullable<Dialect["members"]>[number];

export interface ChosenTables {
  /** The files that are read as one table. */
  read: PackedFile[];
  /** The tables of the zip file. Undefined if it contains only one table, and the client has not named a file. */
  members: Member[] | undefined;
}

/** Files with these names are tables. */
const TABLE = /\.(?:csv|tsv|tab|xlsx|xls|ods|fods|parquet|html?)$/i;
/** Files with these names are often notes or settings. They count as tables if they can be imported. */
const POSSIBLE_TABLE = /\.(?:txt|md|xml|json|jsonl|ndjson)$/i;
const NOTES = /\.(?:txt|md)$/i;
/** Maximum number of tables that are inspected. Each takes about 10 ms. */
const MAX_TABLES = 1000;
/** Maximum number of imports that one zip file leads to. */
const MAX_IMPORTS = 20;
const LISTED_FILES = 20;
const MAX_NAME = 100;

/**
 * @param request `member` is the file that the client has chosen, and `members` are the tables that an earlier scan has chosen
 * @throws Problem unsupported-file, no-such-member
 */
export async function chooseTables(
  files: readonly PackedFile[],
  { member, members }: Pick<DialectOverrides, "member" | "members">,
  inspect: InspectTable,
): Promise<ChosenTables> {
  if (member !== undefined) return chosenByClient(files, member);
  if (members !== undefined) return chosenBefore(files, members);
  const candidates = candidatesOf(files);
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return { read: [only], members: undefined };
  const groups = groupTables(await inspectAll(candidates, inspect));
  const fallback = candidates.find(({ name }) => TABLE.test(name)) ?? candidates.find(({ name }) => !NOTES.test(name));
  const best = groups[0]?.[0]?.rank ?? UNFIT;
  if (best === UNFIT && fallback === undefined) throw noTable(files);
  return best === UNFIT ? chosenBlindly(groups, fallback as PackedFile) : chosenInOrder(groups);
}

function chosenByClient(files: readonly PackedFile[], member: string): ChosenTables {
  const found = files.find(({ name }) => name === member);
  if (found !== undefined) return { read: [found], members: [{ name: member, read: true, order: 0 }] };
  throw new Problem(
    "no-such-member",
    `The zip file contains no file "${cutText(member, MAX_NAME)}". Its files are: ${listed(files)}.`,
    { extra: because("member-missing", { member: cutText(member, MAX_NAME), members: listed(files) }) },
  );
}

function chosenBefore(files: readonly PackedFile[], members: readonly Member[]): ChosenTables {
  const names = new Set(members.filter(({ read }) => read).map(({ name }) => name));
  const read = files.filter(({ name }) => names.has(name)).sort(byName);
  return { read, members: [...members] };
}

/** Returns the files that may be tables, in the order of their names. */
function candidatesOf(files: readonly PackedFile[]): PackedFile[] {
  const candidates =
    files.length === 1 ? files : files.filter(({ name }) => TABLE.test(name) || POSSIBLE_TABLE.test(name));
  if (candidates.length === 0) throw noTable(files);
  if (candidates.length > MAX_TABLES)
    throw new Problem(
      "unsupported-file",
      `The zip file contains ${candidates.length.toLocaleString("en")} tables, and at most ${MAX_TABLES.toLocaleString("en")} are read. Choose one of them (option member), or send several smaller zip files.`,
      { extra: because("zip-with-tables", { count: candidates.length }) },
    );
  return candidates.toSorted(byName);
}

const collator = new Intl.Collator("en", { numeric: true });

/** `part-2.csv` comes before `part-10.csv`. */
const byName = (a: PackedFile, b: PackedFile): number => collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);

function noTable(files: readonly PackedFile[]): Problem {
  const content = files.length === 0 ? "contains no files" : `contains no table, but ${listed(files)}`;
  return new Problem("unsupported-file", `The zip file ${content}. Send a CSV file or a workbook (.xlsx).`, {
    extra: because("zip-without-table"),
  });
}

function listed(files: readonly PackedFile[]): string {
  const names = files.slice(0, LISTED_FILES).map(({ name }) => `"${cutText(name, MAX_NAME)}"`);
  const more = files.length > LISTED_FILES ? ` and ${files.length - LISTED_FILES} more` : "";
  return `${names.join(", ")}${more}`;
}

/** Ranks of tables: a table that creates products is imported before a table that only changes products. */
const CREATES = 0;
const CHANGES = 1;
/** A table without a recognized SKU column, or without records. */
const UNFIT = 2;

interface Inspected {
  file: PackedFile;
  table: InspectedTable | undefined;
  rank: typeof CREATES | typeof CHANGES | typeof UNFIT;
}

async function inspectAll(files: readonly PackedFile[], inspect: InspectTable): Promise<Inspected[]> {
  const inspected: Inspected[] = [];
  for (const file of files) {
    const table = await inspect(file);
    inspected.push({ file, table, rank: rankOf(table) });
  }
  return inspected;
}

function rankOf(table: InspectedTable | undefined): Inspected["rank"] {
  if (table?.has_sku !== true || !table.has_records) return UNFIT;
  return table.has_name ? CREATES : CHANGES;
}

/** Divides the tables into groups: tables of the same form are read as one table. Returns the groups in the order in which they are
 * imported. */
function groupTables(tables: readonly Inspected[]): Inspected[][] {
  const groups = Map.groupBy(tables, ({ file, table }) => table?.form ?? file);
  // A table without records belongs to its group, but does not determine the rank of the group.
  const ranked = [...groups.values()].map((group) => group.toSorted((a, b) => a.rank - b.rank));
  return ranked.sort((a, b) => (a[0] as Inspected).rank - (b[0] as Inspected).rank);
}

/** Without a recognized SKU column, reads the first table. The import then asks for the column. */
function chosenBlindly(groups: readonly Inspected[][], fallback: PackedFile): ChosenTables {
  const chosen = groups.find((group) => group.some(({ file }) => file === fallback)) ?? [];
  const others = groups
    .filter((group) => group !== chosen)
    .flat()
    .filter(({ file }) => TABLE.test(file.name));
  const members = [...chosen.map((table) => memberOf(table, 0)), ...others.map((table) => memberOf(table, undefined))];
  return { read: filesOf(chosen), members: members.length === 1 ? undefined : members };
}

function chosenInOrder(groups: readonly Inspected[][]): ChosenTables {
  const members = groups.flatMap((group, order) => {
    const isFit = (group[0] as Inspected).rank !== UNFIT;
    // A text without a SKU column, such as a note, is not a table that the user expects to be imported.
    return group
      .filter(({ file }) => isFit || TABLE.test(file.name))
      .map((table) => memberOf(table, isFit && order < MAX_IMPORTS ? order : undefined));
  });
  return { read: filesOf(groups[0] ?? []), members: members.length === 1 ? undefined : members };
}

const filesOf = (group: readonly Inspected[]): PackedFile[] => group.map(({ file }) => file).sort(byName);

const memberOf = ({ file, table }: Inspected, order: number | undefined): Member => ({
  name: file.name,
  read: order === 0,
  ...(order === undefined ? {} : { order }),
  ...(table === undefined ? {} : { has_sku: table.has_sku, has_name: table.has_name }),
});
