// Converts a file of any format and encoding to a file of UTF-8 text, which the splitter can read.
import { rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { chooseTables, type InspectedTable } from "../archive/choose-tables.ts";
import type { JudgeTable } from "../archive/inspect-table.ts";
import { joinTables, type PartTarget } from "../archive/join-tables.ts";
import { FORMAT_NAMES, openUnpacker, packedFile, type Unpacker } from "../archive/unpack.ts";
import { openZip, type PackedFile } from "../archive/zip.ts";
import { detectFormat, isPacked, type ContentFormat, type PackedFormat } from "../detect/detect-format.ts";
import { convertHtml } from "../html/convert-html.ts";
import { convertMarkdown, markdownDialect } from "./markdown.ts";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "./new-file.ts";
import { detectFile, detectHeadOf } from "../detect/detect-file.ts";
import { convertParquet } from "../parquet/convert-parquet.ts";
import { inspectFile } from "../read-head.ts";
import type { Extent } from "../read-records.ts";
import { packedTwice, refuseMember, refuseSheet } from "./refusals.ts";
import { convertGrowingTree, convertTree } from "../tree/convert-tree.ts";
import { unpackedPath } from "../tree/source/source-text.ts";
import { rewriterOf } from "../rewrite/detect-rewriting.ts";
import { rewriteChunks } from "../rewrite/rewriter.ts";
import { transcode } from "./transcode.ts";
import { createUnpackedCount, type CountUnpacked } from "./unpacked-size.ts";
import { convertWorkbook } from "../workbook/convert-workbook.ts";
import { isWorkbook } from "../detect/workbook-format.ts";

/** Detects the dialect of a text file from its first bytes, while the file may still be arriving. Returns undefined for a file of another
 * format, because `prepareText` has to unpack it first. */
export async function detectText(
  path: string,
  overrides: DialectOverrides,
): Promise<{ dialect: Dialect; is_proven: boolean } | undefined> {
  if ((await detectFormat(path)) !== "text") return undefined;
  refuseSheet(overrides);
  refuseMember(overrides);
  return detectHeadOf(path, overrides);
}

/** Detects the dialect of a text file that is complete. Returns undefined for a file of another format.
 * @throws Problem encoding-in-doubt */
export async function detectWholeText(
  path: string,
  overrides: DialectOverrides,
  signal?: AbortSignal,
): Promise<Dialect | undefined> {
  if ((await detectFormat(path)) !== "text") return undefined;
  refuseSheet(overrides);
  refuseMember(overrides);
  return detectFile(path, overrides, signal);
}

/** Whether the splitter can read the file itself. For any other file, `prepareText` writes a copy. */
export const isPlainText = ({ format, encoding, rewritten }: Dialect): boolean =>
  format === "text" && encoding === "utf-8" && rewritten === undefined;

export interface PrepareOptions {
  signal?: AbortSignal | undefined;
  checkSpace?: SpaceCheck | undefined;
  /** Decides whether a table of a zip file has SKUs and names. */
  judge?: JudgeTable | undefined;
}

/**
 * Writes the file at `path` as UTF-8 to the new file `target` and returns its dialect. Scratch files have names that begin with
 * `target`. If this function throws, the caller removes all these files.
 * @throws Problem unsupported-file, no-such-sheet, no-such-member, broken-file, broken-workbook, unpacks-too-large, empty-file, bad-header,
 * encoding-in-doubt
 */
export async function prepareText(
  path: string,
  target: string,
  overrides: DialectOverrides,
  options: PrepareOptions = {},
): Promise<Dialect> {
  const format = await detectFormat(path);
  const preparation: Preparation = { target, overrides, ...options, is_scratch: false };
  if (format === "zip") return prepareZip(path, preparation);
  refuseMember(overrides);
  if (!isPacked(format)) return prepareContent(format, path, preparation);
  const { size } = await stat(path);
  const unpacker = openUnpacker(format, packedFile(path, size));
  return prepareUnpacked(format, unpacker, createUnpackedCount(size, unpacker.consumed), preparation);
}

/**
 * Converts an XML or JSON file to the new file `target` while it is being received. Returns undefined if the file has another format, or if
 * its encoding can only be detected from the whole file. In both cases, call `prepareText` when the file has been received.
 * @param extent how much of the file has been received
 * @throws Problem as prepareText does, and the errors of `extent.grow`
 */
export async function prepareGrowingText(
  { path, extent }: { path: string; extent: Extent },
  target: string,
  overrides: DialectOverrides,
  { signal, checkSpace }: Pick<PrepareOptions, "signal" | "checkSpace">,
): Promise<Dialect | undefined> {
  const format = await detectFormat(path);
  if (format !== "xml" && format !== "json" && format !== "jsonl") return undefined;
  refuseSheet(overrides);
  refuseMember(overrides);
  return convertGrowingTree(format, { path, extent }, overrides, { path: target, signal, checkSpace });
}

interface Preparation extends PrepareOptions {
  target: string;
  overrides: DialectOverrides;
  /** Whether the file may be moved instead of being copied. */
  is_scratch: boolean;
}

async function prepareZip(path: string, preparation: Preparation): Promise<Dialect> {
  const { target, overrides, signal, checkSpace, judge } = preparation;
  const content = await openZip(path);
  if (content.kind === "workbook") {
    refuseMember(overrides);
    return convertWorkbook(path, target, overrides, signal, checkSpace);
  }
  try {
    const inspect = async (file: PackedFile): Promise<InspectedTable | undefined> => {
      signal?.throwIfAborted();
      return inspectFile(file, overrides, judge);
    };
    const { read, members } = await chooseTables(content.files, overrides, inspect);
    const { size } = await stat(path);
    const counted = countAll(size);
    const prepare = async (file: PackedFile, given: PartTarget): Promise<Dialect> => {
      const unpacker = await file.unpack();
      return prepareUnpacked("zip", unpacker, counted(unpacker), { ...preparation, ...given });
    };
    return await joinTables({ read, members }, { target, overrides, prepare, signal, checkSpace });
  } finally {
    content.close();
  }
}

/** Counts the unpacked bytes of all files of a zip file together. Otherwise each of thousands of small files could unpack to 32 MB. */
function countAll(size: number): (unpacker: Unpacker) => CountUnpacked {
  let current: Unpacker | undefined;
  let before = 0;
  const count = createUnpackedCount(size, () => before + (current?.consumed() ?? 0));
  return (unpacker) => {
    before += current?.consumed() ?? 0;
    current = unpacker;
    return count;
  };
}

async function prepareUnpacked(
  format: PackedFormat,
  unpacker: Unpacker,
  count: CountUnpacked,
  preparation: Preparation,
): Promise<Dialect> {
  const unpacked = `${preparation.target}.unpacked`;
  try {
    await unpack(format, unpacker, count, { ...preparation, target: unpacked });
    const inner = await contentFormat(format, unpacked);
    const dialect = await prepareContent(inner, unpacked, { ...preparation, is_scratch: true });
    // Keep an unpacked file of XML or JSON: while its rows are loaded, the records of rejected rows are read from it. The records of other
    // files, such as Parquet, are not texts.
    if (inner === "xml" || inner === "json" || inner === "jsonl")
      await rename(unpacked, unpackedPath(preparation.target));
    return { ...dialect, format };
  } finally {
    await rm(unpacked, { force: true });
  }
}

/** Returns the format of an unpacked file. @throws Problem unsupported-file if the file is packed again */
async function contentFormat(packed: PackedFormat, path: string): Promise<ContentFormat> {
  const format = await detectFormat(path);
  if (!isPacked(format)) return format;
  if (format === "zip") {
    const content = await openZip(path);
    if (content.kind === "workbook") return "xlsx";
    content.close();
  }
  throw packedTwice(packed);
}

async function prepareContent(format: ContentFormat, path: string, preparation: Preparation): Promise<Dialect> {
  const { target, overrides, signal, checkSpace } = preparation;
  if (!isWorkbook(format)) refuseSheet(overrides);
  switch (format) {
    case "xlsx":
    case "xls":
    case "ods":
      return convertWorkbook(path, target, overrides, signal, checkSpace);
    case "html":
      return convertHtml(path, target, overrides, signal, checkSpace);
    case "xml":
    case "json":
    case "jsonl":
      return convertTree(format, path, overrides, { path: target, signal, checkSpace });
    case "parquet":
      return convertParquet(path, overrides, { path: target, signal, checkSpace });
    case "markdown": {
      const { encoding } = await detectFile(path, overrides, signal);
      await transcode(path, encoding, target, { signal, checkSpace, convert: convertMarkdown });
      return markdownDialect(encoding, overrides);
    }
    case "text": {
      const dialect = await detectFile(path, overrides, signal);
      const rewriter = rewriterOf(dialect);
      if (rewriter !== undefined)
        await transcode(path, dialect.encoding, target, {
          signal,
          checkSpace,
          convert: (chunks) => rewriteChunks(chunks, rewriter),
        });
      else if (preparation.is_scratch && dialect.encoding === "utf-8") await rename(path, target);
      else await transcode(path, dialect.encoding, target, { signal, checkSpace });
      return dialect;
    }
  }
}

async function unpack(
  format: PackedFormat,
  { chunks }: Unpacker,
  count: CountUnpacked,
  { target, signal, checkSpace }: Preparation,
): Promise<void> {
  const file = await createNewFile(target);
  await pipeline(
    chunks,
    async function* (unpacked: AsyncIterable<Buffer>) {
      for await (const chunk of unpacked) {
        count(chunk.length);
        yield chunk;
      }
    },
    (counted) => waitForSpace(counted, checkSpace),
    file,
    signal ? { signal } : {},
  );
  if ((await checkNewFile(file)) === 0)
    throw new Problem(
      "empty-file",
      `The ${FORMAT_NAMES[format]} file contains no data. Check the export that made it.`,
    );
}
