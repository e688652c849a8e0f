// Reads several files of a zip file as one table: their texts are joined, without the headers of all files after the first one.
import { createReadStream } from "node:fs";
import { open, rm, stat, truncate, type FileHandle } from "node:fs/promises";
import { cutText } from "../../../../contract/faults.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import { CR, LF } from "../field-end.ts";
import { openTable, readRecords, wholeExtent, type Table } from "../read-records.ts";
import { createSplitter } from "../splitter.ts";
import { waitForSpace, type SpaceCheck } from "../text/new-file.ts";
import type { ChosenTables, Member } from "./choose-tables.ts";
import { comparableNames } from "./inspect-table.ts";
import type { PackedFile } from "./zip.ts";

const CHUNK_BYTES = 1 << 18;
/** Some programs of DOS end a text with this character. */
const CTRL_Z = 0x1a;
const MAX_NAME = 100;

/** Where the text of a file is written, and how the file is read. */
export interface PartTarget {
  target: string;
  overrides: DialectOverrides;
}

interface Join extends PartTarget {
  /** Converts a file to a UTF-8 text. */
  prepare: (file: PackedFile, part: PartTarget) => Promise<Dialect>;
  signal: AbortSignal | undefined;
  checkSpace: SpaceCheck | undefined;
}

/** Writes the text of the tables to `join.target`. @throws Problem bad-header, and the problems of \`join.prepare\` */
export async function joinTables({ read, members }: ChosenTables, join: Join): Promise<Dialect> {
  const { target, overrides, prepare } = join;
  const [first, ...others] = read as [PackedFile, ...PackedFile[]];
  const dialect = await prepare(first, { target, overrides });
  if (others.length === 0) return members === undefined ? dialect : { ...dialect, members };
  const lines = new Map([[first.name, { first_line: 1, skipped_lines: 0 }]]);
  let part = await openPart(first, target, dialect, overrides);
  const { table } = part;
  let line = 1 + part.lines;
  for (const file of others) {
    const partTarget = `${target}.part`;
    const partDialect = await prepare(file, { target: partTarget, overrides: overridesOfPart(dialect, overrides) });
    part = await openPart(file, partTarget, partDialect, overrides);
    requireSameHeader({ file: first, table }, part);
    lines.set(file.name, { first_line: line, skipped_lines: part.table.first_line - 1 });
    line += part.lines - (part.table.first_line - 1);
    await append(target, partTarget, part.table.start, join);
    await rm(partTarget, { force: true });
  }
  return { ...dialect, members: (members ?? []).map((member): Member => ({ ...member, ...lines.get(member.name) })) };
}

/** Assumes that all files of a joined table have the delimiter, quote and escape of the first file. The same applies to an encoding
 * other than UTF-8, because a short file may have too few letters to detect it. */
function overridesOfPart(
  { delimiter, quote, escape, encoding }: Dialect,
  overrides: DialectOverrides,
): DialectOverrides {
  return { ...overrides, delimiter, quote, escape, ...(encoding === "utf-8" ? {} : { encoding }) };
}

interface Part {
  file: PackedFile;
  table: Table;
  /** Number of lines of the text. */
  lines: number;
}

/** Reads the header and counts the lines of a text. Ends the text with a line end, so that another text can follow. */
async function openPart(file: PackedFile, path: string, dialect: Dialect, overrides: DialectOverrides): Promise<Part> {
  const text = await open(path, "r+");
  try {
    await endLine(text, path);
    const table = await openTable(text, dialect, undefined, overrides);
    const splitter = createSplitter(dialect, table.first_line, table.blank_is_record);
    const records = readRecords(text, splitter, table.start, wholeExtent(table.size));
    while ((await records.next()).done !== true);
    return { file, table, lines: splitter.line - 1 };
  } finally {
    await text.close();
  }
}

async function endLine(text: FileHandle, path: string): Promise<void> {
  let { size } = await text.stat();
  const last = Buffer.alloc(1);
  if (size > 0) await text.read(last, 0, 1, size - 1);
  if (last[0] === CTRL_Z) {
    await truncate(path, --size);
    if (size > 0) await text.read(last, 0, 1, size - 1);
  }
  if (size > 0 && last[0] !== LF && last[0] !== CR) await text.write("\n", size);
}

function requireSameHeader(first: Pick<Part, "file" | "table">, { file, table }: Part): void {
  const names = comparableNames(table.header);
  const isSame = comparableNames(first.table.header).every((name, column) => name === names[column]);
  if (isSame && names.length === first.table.header.length) return;
  const shown = { first: cutText(first.file.name, MAX_NAME), second: cutText(file.name, MAX_NAME) };
  throw new Problem(
    "bad-header",
    `The column names of "${shown.second}" cannot be read in the same way as those of "${shown.first}". Import these files one by one (option member).`,
    { extra: because("parts-differ", shown) },
  );
}

async function append(
  target: string,
  part: string,
  start: number,
  { signal, checkSpace }: Pick<Join, "signal" | "checkSpace">,
): Promise<void> {
  if (start >= (await stat(part)).size) return;
  const file = await open(target, "a");
  try {
    const chunks = createReadStream(part, { start, highWaterMark: CHUNK_BYTES });
    for await (const chunk of waitForSpace<Buffer>(chunks as AsyncIterable<Buffer>, checkSpace)) {
      signal?.throwIfAborted();
      await file.appendFile(chunk);
    }
  } finally {
    await file.close();
  }
}
