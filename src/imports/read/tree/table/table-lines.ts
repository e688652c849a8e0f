// Reads the records of an XML or JSON file, and yields the lines of their table.
import type { DetectedEncoding } from "../../detect/detect-encoding.ts";
import { JsonLines } from "../../json/json-lines.ts";
import { JsonReader } from "../../json/json-reader.ts";
import { outsideVisitor } from "../../json/outside.ts";
import { TextLength } from "../../text/utf16-length.ts";
import { createXmlRecords } from "../../xml/xml-records.ts";
import { Ancestors } from "../around/ancestors.ts";
import type { TableCollector } from "../around/collect-tables.ts";
import { decodeBytes, decodeSource, type TreeSource } from "../decode-file.ts";
import type { CollectedTables } from "../lookup-entries.ts";
import type { OnRecord } from "../nodes.ts";
import type { Outline } from "../outline.ts";
import type { TableWriter } from "./table-writer.ts";

/** Appends pages to the file that stores the positions of the records (source/source-positions.ts). */
export type WritePositions = (pages: readonly Buffer[]) => Promise<void>;

export interface TreeFile {
  source: TreeSource;
  encoding: DetectedEncoding;
  found: Outline;
  tables: CollectedTables | undefined;
  /** Names of the elements that contain the records, if the mapping reads values of these elements. Undefined if the mapping only reads
   * values of the records. */
  around: ReadonlySet<string> | undefined;
  /** Undefined if the positions of the records are not needed. */
  positions: WritePositions | undefined;
}

/** Yields the lines of the table, and writes the positions of the records. */
export function tableLines(file: TreeFile, writer: TableWriter): AsyncGenerator<Buffer> {
  const { has_lines, record } = file.found;
  return has_lines && namesOf(record).length === 0 ? linesOfJsonLines(file, writer) : linesOfTree(file, writer);
}

/** Yields the lines of the table of a JSON Lines file, whose values are copied as bytes where possible. */
async function* linesOfJsonLines(
  { source, encoding: { encoding }, positions }: TreeFile,
  writer: TableWriter,
): AsyncGenerator<Buffer> {
  const reader = new JsonLines(
    (record) => writer.add(record),
    writer.takes_plain_rows ? writer.addPlainRow : undefined,
  );
  const length = new TextLength();
  for await (const { bytes, before } of decodeBytes(source, encoding)) {
    writer.positions.addChunk(length.characters, before);
    length.add(bytes);
    reader.write(bytes);
    yield* completedLines(writer, positions);
  }
  if (source.is_whole) reader.end();
  yield* lastLines(writer, positions);
}

async function* linesOfTree(
  { source, encoding: { encoding }, found, tables, around, positions }: TreeFile,
  writer: TableWriter,
): AsyncGenerator<Buffer> {
  const above = around === undefined ? undefined : new Ancestors(around);
  const reader = readerOf(found, (record) => writer.add(record), { tables: tables?.start(), above });
  let bytes = 0;
  let characters = 0;
  for await (const text of decodeSource(source, encoding)) {
    writer.positions.addChunk(characters, bytes);
    bytes = source.consumed;
    characters += text.length;
    reader.write(text);
    yield* completedLines(writer, positions);
  }
  if (source.is_whole) reader.end();
  yield* lastLines(writer, positions);
}

/** Yields the chunks of lines that are complete, and writes the pages of positions that are complete. */
async function* completedLines(writer: TableWriter, positions: WritePositions | undefined): AsyncGenerator<Buffer> {
  yield* writer.take();
  const pages = writer.positions.take();
  if (pages.length > 0) await positions?.(pages);
}

async function* lastLines(writer: TableWriter, positions: WritePositions | undefined): AsyncGenerator<Buffer> {
  writer.end();
  yield* writer.take();
  await positions?.([...writer.positions.take(), writer.positions.end()]);
}

interface AroundRecords {
  tables: TableCollector | undefined;
  above: Ancestors | undefined;
}

const namesOf = (record: string | null): string[] => (record ?? "").split("/").filter((name) => name !== "");

function readerOf({ format, record }: Outline, onRecord: OnRecord, { tables, above }: AroundRecords): Reader {
  const names = namesOf(record);
  if (format === "xml") return createXmlRecords(names, onRecord, { tables, above });
  return new JsonReader(record === null ? undefined : names, onRecord, outsideVisitor(tables, above));
}

interface Reader {
  write(chunk: string): void;
  end(): void;
}
