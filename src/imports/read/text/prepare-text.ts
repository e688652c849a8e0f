// Converts a file of any format and encoding to a file of UTF-8 text, which the splitter can read.
import { createReadStream } from "node:fs";
import { rename, stat, unlink } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { detectFormat } from "../detect/detect-format.ts";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "./new-file.ts";
import { detectFile, detectHeadOf } from "../read-records.ts";
import { transcode } from "./transcode.ts";
import { createUnpackedCount } from "./unpacked-size.ts";
import { convertWorkbook } from "../workbook/convert-workbook.ts";

const CHUNK_BYTES = 1 << 18;

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

/** Detects the dialect of a text file that is complete. Returns undefined as `detectText` does. @throws Problem encoding-in-doubt */
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
    );
}

/** Whether the splitter can read the file itself. For any other file, `prepareText` writes a copy. */
export const isPlainText = ({ format, encoding }: Dialect): boolean => format === "text" && encoding === "utf-8";

/**
 * Writes the file at `path` as UTF-8 to the new file `target` and returns its dialect. Scratch files have names that begin with
 * `target`. If this function throws, the caller removes all these files.
 * @throws Problem unsupported-file, no-such-sheet, broken-file, broken-workbook, unpacks-too-large, empty-file
 */
export async function prepareText(
  path: string,
  target: string,
  overrides: DialectOverrides,
  signal?: AbortSignal,
  checkSpace?: SpaceCheck,
): Promise<Dialect> {
  const format = await detectFormat(path);
  switch (format) {
    case "xlsx":
      return convertWorkbook(path, target, overrides, signal, checkSpace);
    case "gzip": {
      refuseSheet(overrides);
      const unpacked = `${target}.unpacked`;
      await unpack(path, unpacked, signal, checkSpace);
      if ((await detectFormat(unpacked)) !== "text")
        throw new Problem(
          "unsupported-file",
          "The gzip file contains another packed file. Unpack the gzip file and send the file that it contains.",
        );
      const dialect = await detectFile(unpacked, overrides, signal);
      if (dialect.encoding === "utf-8") await rename(unpacked, target);
      else {
        await transcode(unpacked, dialect.encoding, target, signal, checkSpace);
        await unlink(unpacked);
      }
      return { ...dialect, format };
    }
    case "text": {
      refuseSheet(overrides);
      const dialect = await detectFile(path, overrides, signal);
      await transcode(path, dialect.encoding, target, signal, checkSpace);
      return dialect;
    }
  }
}

async function unpack(
  path: string,
  target: string,
  signal: AbortSignal | undefined,
  checkSpace: SpaceCheck | undefined,
): Promise<void> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const count = createUnpackedCount((await stat(path)).size, () => gunzip.bytesWritten);
  const file = await createNewFile(target);
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: CHUNK_BYTES }),
      gunzip,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          count(chunk.length);
          yield chunk;
        }
      },
      (chunks) => waitForSpace(chunks, checkSpace),
      file,
      signal ? { signal } : {},
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code?.startsWith("Z_") === true ? brokenGzip(error) : error;
  }
  if ((await checkNewFile(file)) === 0)
    throw new Problem("empty-file", "The gzip file contains no data. Check the export that made it.");
}

export const brokenGzip = (cause: unknown): Problem =>
  new Problem("broken-file", "The gzip file is damaged or incomplete. Create the gzip file again, then send it.", {
    cause,
  });
