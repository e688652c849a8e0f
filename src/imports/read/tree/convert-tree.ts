// Converts an XML or JSON file to a table in CSV: a row for each record, and a column for each path in the records.
import { open, rm, stat } from "node:fs/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import type { TreeRequest } from "../../../../contract/imports/options.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";
import type { DetectedEncoding } from "../detect/detect-encoding.ts";
import type { Extent } from "../read-records.ts";
import { notJson } from "../json/not-json.ts";
import { createUnpackedCount } from "../text/unpacked-size.ts";
import { encodeXmlText } from "../xml/encode-xml.ts";
import { ancestorNames } from "./around/ancestors.ts";
import { decodeSource, detectTreeEncoding, fileSource, growingSource, type TreeSource } from "./decode-file.ts";
import { MAX_RECORD_LENGTH } from "./nodes.ts";
import { createTables, entryLines, groupEntries, tablesPath, type Entries } from "./lookup-entries.ts";
import { headSources, type RecordSource } from "./head-sources.ts";
import { outlineOf, type Outline, type TreeFormat } from "./outline.ts";
import { positionsPath } from "./source/source-positions.ts";
import { tableLines, type TreeFile, type WritePositions } from "./table/table-lines.ts";
import { TableWriter } from "./table/table-writer.ts";
import { writeFile, writeRows, writeTableFile, type TableTarget } from "./table/write-table.ts";

/** Writes the records of the file at `path` as a table to the new file `target.path`. @throws Problem unsupported-file, broken-file,
 * encoding-in-doubt, unpacks-too-large, bad-header */
export async function convertTree(
  format: TreeFormat,
  path: string,
  overrides: DialectOverrides,
  target: TableTarget,
): Promise<Dialect> {
  const source = fileSource(path, (await stat(path)).size);
  const encoding = await detectTreeEncoding(source, overrides.encoding);
  if (encoding.doubt !== undefined) throw encoding.doubt;
  return convertSource({ format, source, encoding }, overrides, target);
}

/**
 * Converts a file while it is being received, as convertTree does. Returns undefined if the detected encoding is in doubt, or if the whole
 * file has another encoding than its first part suggested. The file must then be converted again.
 * @param path the file, of which the first `extent.end` bytes have been received
 * @throws the errors of `extent.grow`
 */
export async function convertGrowingTree(
  format: TreeFormat,
  { path, extent }: { path: string; extent: Extent },
  overrides: DialectOverrides,
  target: TableTarget,
): Promise<Dialect | undefined> {
  const encoding = await detectTreeEncoding({ ...fileSource(path, extent.end), is_whole: false }, overrides.encoding);
  if (encoding.doubt !== undefined) return undefined;
  const dialect = await convertSource({ format, source: growingSource(path, extent), encoding }, overrides, target);
  const whole = await detectTreeEncoding(fileSource(path, extent.end), overrides.encoding);
  if (whole.doubt !== undefined || whole.encoding !== encoding.encoding) return undefined;
  const { encoding_alternatives: _alternatives, ...others } = dialect;
  return { ...others, ...encodingOfDialect(whole) };
}

interface SourceFormat {
  format: TreeFormat;
  source: TreeSource;
  encoding: DetectedEncoding;
}

async function convertSource(
  { format, source, encoding }: SourceFormat,
  overrides: DialectOverrides,
  target: TableTarget,
): Promise<Dialect> {
  const found = withRecord(await outlineOf(format, source, encoding), overrides.tree);
  const around = ancestorNames(overrides.tree);
  const tables = createTables(overrides.tree);
  const writer = await writeTableFile(target, createWriter(format, source, overrides.tree), (written) =>
    linesWithPositions(target.path, { source, encoding, found, tables, around }, written),
  );
  if (tables !== undefined) await writeFile(tablesPath(target.path), entryLines(tables.entries), target);
  requireRecords(found, writer, overrides.tree);
  return dialectOf(found, encoding);
}

/** Yields the lines of the table at `target`. Also creates a second file, which stores the position of each record in the source file. */
async function* linesWithPositions(
  target: string,
  file: Omit<TreeFile, "positions">,
  writer: TableWriter,
): AsyncGenerator<Buffer> {
  const path = positionsPath(target);
  await rm(path, { force: true });
  const opened = await open(path, "wx", 0o600);
  const positions: WritePositions = async (pages) => {
    for (const page of pages) await opened.writeFile(page);
  };
  try {
    yield* tableLines({ ...file, positions }, writer);
  } finally {
    await opened.close();
  }
}

const createWriter =
  (format: TreeFormat, source: TreeSource, request: TreeRequest | undefined) =>
  (lists: ReadonlySet<string>): TableWriter =>
    new TableWriter(
      createUnpackedCount(source.size, () => source.consumed),
      request,
      lists,
      format === "xml" ? encodeXmlText : undefined,
    );

interface ConvertedHead {
  dialect: Dialect;
  text: Buffer;
  entries: Entries | undefined;
  sources: RecordSource;
  doubt: Problem | undefined;
}

/** Converts the first bytes of a file, or all of it, in memory. Returns undefined if no record ends within the first bytes.
 * @throws Problem as convertTree does */
export async function convertTreeHead(
  format: TreeFormat,
  source: TreeSource,
  overrides: DialectOverrides,
): Promise<ConvertedHead | undefined> {
  const encoding = await detectTreeEncoding(source, overrides.encoding);
  const found = withRecord(await outlineOf(format, source, encoding), overrides.tree);
  let lines: Buffer[] = [];
  let pages: Buffer[] = [];
  const tables = createTables(overrides.tree);
  const writer = await writeRows(createWriter(format, source, overrides.tree), async (written) => {
    lines = [];
    pages = [];
    const around = ancestorNames(overrides.tree);
    const positions: WritePositions = (completed) => {
      pages.push(...completed);
      return Promise.resolve();
    };
    const file = { source, encoding, found, tables, around, positions };
    for await (const chunk of tableLines(file, written)) lines.push(chunk);
  });
  if (!source.is_whole && writer.records === 0) return undefined;
  requireRecords(found, writer, overrides.tree);
  const text = Buffer.concat([writer.header(), ...lines]);
  const entries = tables === undefined ? undefined : groupEntries(tables.entries);
  const sources = headSources(await decodedText(source, encoding), pages);
  return { dialect: dialectOf(found, encoding), text, entries, sources, doubt: encoding.doubt };
}

async function decodedText(source: TreeSource, { encoding }: DetectedEncoding): Promise<string> {
  let text = "";
  for await (const chunk of decodeSource(source, encoding)) text += chunk;
  return text;
}

/** Replaces the detected path of the records by the path in the mapping, if there is one. With a mapping for JSON Lines, a file of one
 * object is one record. */
function withRecord(found: Outline, request: TreeRequest | undefined): Outline {
  const { lists: _lists, similar_lists: _similar, ...other } = found;
  if (request?.record !== undefined) return { ...other, record: request.record };
  return request?.is_lines === true && found.has_root_object && found.record !== "" ? { ...other, record: "" } : found;
}

/** @throws Problem unsupported-file if the file has no records */
function requireRecords(
  { format, record }: Outline,
  { records, width, first_broken: broken }: TableWriter,
  request: TreeRequest | undefined,
): void {
  if (records > 0 && width > 0) return;
  if (broken?.kind === "long") throw tooLong(broken.line);
  if (broken?.kind === "line") throw notJson(broken.reason, broken.line);
  const kind = format === "xml" ? "XML" : "JSON";
  throw new Problem(
    "unsupported-file",
    request?.record === undefined
      ? `The file is ${kind} without records: it contains no list of ${format === "xml" ? "elements" : "objects"} that could be products. Export the products from the program that made the file.`
      : `The file is ${kind}, and it contains no "${record ?? ""}" with values. Check the path of the records in the mapping, or whether this is the right file.`,
    {
      extra:
        request?.record === undefined
          ? because("tree-no-records")
          : because("tree-record-missing", { record: record ?? "" }),
    },
  );
}

const tooLong = (line: number): Problem =>
  new Problem(
    "unsupported-file",
    `Each record of the file is longer than ${MAX_RECORD_LENGTH >> 20} MB; the first one begins in line ${line.toLocaleString("en")}. Check whether this is the right file, or name the path of the records in a mapping.`,
    { extra: because("tree-long-records", { limit: MAX_RECORD_LENGTH >> 20, line }) },
  );

const encodingOfDialect = ({
  encoding,
  alternatives,
}: DetectedEncoding): Pick<Dialect, "encoding" | "encoding_alternatives"> => ({
  encoding,
  ...(alternatives === undefined ? {} : { encoding_alternatives: alternatives }),
});

const dialectOf = (
  { format, record, root, namespaces, elements, lists, similar_lists }: Outline,
  encoding: DetectedEncoding,
): Dialect => ({
  format,
  tree: {
    record,
    root,
    namespaces,
    elements,
    ...(lists === undefined ? {} : { lists }),
    ...(similar_lists === undefined ? {} : { similar_lists }),
  },
  ...encodingOfDialect(encoding),
  delimiter: ",",
  quote: '"',
  escape: '"',
  line_ending: "row",
  header: true,
  preamble: 0,
  formula_escape: false,
});
