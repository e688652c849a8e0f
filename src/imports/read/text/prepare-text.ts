// Converts a file of any format and encoding to a file of UTF-8 text, which the splitter can read.
import { rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import type { Encoding } from "../../../../contract/imports/import-names.ts";
import { FORMAT_NAMES, openUnpacker, packedFile, type CompressedFormat, type Unpacker } from "../archive/unpack.ts";
import { openZip } from "../archive/zip.ts";
import { detectFormat, isPacked, type ContentFormat, type PackedFormat } from "../detect/detect-format.ts";
import { convertHtml } from "../html/convert-html.ts";
import { convertMarkdown } from "./markdown.ts";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "./new-file.ts";
import { detectFile, detectHeadOf } from "../detect/detect-file.ts";
import { convertParquet } from "../parquet/convert-parquet.ts";
import { convertTree } from "../tree/convert-tree.ts";
import { unpackedPath } from "../tree/source-text.ts";
import { rewriterOf } from "../rewrite/detect-rewriting.ts";
import { rewriteChunks } from "../rewrite/rewriter.ts";
import { transcode } from "./transcode.ts";
import { createUnpackedCount } from "./unpacked-size.ts";
import { convertWorkbook } from "../workbook/convert-workbook.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** Detects the dialect of a text file from its first bytes, while the file may still be arriving. Returns undefined for a file of another
 * format, because `prepareText` has to unpack it first. */
export async function detectText(
  path: string,
  overrides: DialectOverrides,
): Promise<{ dialect: Dialect; is_proven: boolean } | undefined> {
  if ((await detectFormat(path)) !== "text") return undefined;
  refuseSheet(overrides);
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
  return detectFile(path, overrides, signal);
}

/** Refuses the name of a sheet for a file that is not a workbook. @throws Problem no-such-sheet if the sender named a sheet */
export function refuseSheet({ sheet }: DialectOverrides): void {
  if (sheet !== undefined)
    throw new Problem(
      "no-such-sheet",
      `There is no sheet "${sheet}", because the file is not a workbook. Import the file without naming a sheet.`,
      { extra: because("not-a-workbook", { sheet }) },
    );
}

/** Whether the splitter can read the file itself. For any other file, `prepareText` writes a copy. */
export const isPlainText = ({ format, encoding, rewritten }: Dialect): boolean =>
  format === "text" && encoding === "utf-8" && rewritten === undefined;

/**
 * Writes the file at `path` as UTF-8 to the new file `target` and returns its dialect. Scratch files have names that begin with
 * `target`. If this function throws, the caller removes all these files.
 * @throws Problem unsupported-file, no-such-sheet, broken-file, broken-workbook, unpacks-too-large, empty-file, encoding-in-doubt
 */
export async function prepareText(
  path: string,
  target: string,
  overrides: DialectOverrides,
  signal?: AbortSignal,
  checkSpace?: SpaceCheck,
): Promise<Dialect> {
  const format = await detectFormat(path);
  const preparation = { target, overrides, signal, checkSpace, is_scratch: false } satisfies Preparation;
  if (!isPacked(format)) return prepareContent(format, path, preparation);
  const { size } = await stat(path);
  const content = format === "zip" ? await openZip(path) : undefined;
  if (content?.kind === "workbook") return convertWorkbook(path, target, overrides, signal, checkSpace);
  const unpacker = content?.unpacker ?? openUnpacker(format as CompressedFormat, packedFile(path, size));
  const unpacked = `${target}.unpacked`;
  try {
    await unpack(format, size, unpacker, { ...preparation, target: unpacked });
    const inner = await contentFormat(format, unpacked);
    const dialect = await prepareContent(inner, unpacked, { ...preparation, is_scratch: true });
    // The records of rejected rows are read from the unpacked file.
    if (dialect.tree !== undefined) await rename(unpacked, unpackedPath(target));
    return { ...dialect, format };
  } finally {
    content?.close();
    await rm(unpacked, { force: true });
  }
}

interface Preparation {
  target: string;
  overrides: DialectOverrides;
  signal: AbortSignal | undefined;
  checkSpace: SpaceCheck | undefined;
  /** Whether the file may be moved instead of being copied. */
  is_scratch: boolean;
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

export const packedTwice = (format: PackedFormat): Problem =>
  new Problem(
    "unsupported-file",
    `The ${FORMAT_NAMES[format]} file contains another packed file. Unpack the ${FORMAT_NAMES[format]} file and send the file that it contains.`,
    { extra: because("packed-file") },
  );

async function prepareContent(format: ContentFormat, path: string, preparation: Preparation): Promise<Dialect> {
  const { target, overrides, signal, checkSpace } = preparation;
  if (format !== "xlsx" && format !== "ods") refuseSheet(overrides);
  switch (format) {
    case "xlsx":
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

/** The dialect of the text that a table in Markdown is converted to. */
export const markdownDialect = (encoding: Encoding, { header = true, preamble = 0 }: DialectOverrides): Dialect => ({
  format: "markdown",
  encoding,
  delimiter: ",",
  quote: '"',
  escape: '"',
  line_ending: "row",
  header,
  preamble,
  formula_escape: false,
});

async function unpack(
  format: PackedFormat,
  packedSize: number,
  { chunks, consumed }: Unpacker,
  { target, signal, checkSpace }: Preparation,
): Promise<void> {
  const count = createUnpackedCount(packedSize, consumed);
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
