// Brings a file of any format and encoding to what the splitter takes: text in UTF-8, on disk.
import { createReadStream } from "node:fs";
import { rename, stat, unlink } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { detectFormat } from "../detect/detect-format.ts";
import { asRoomAllows, checkNewFile, createNewFile, type RoomCheck } from "./new-file.ts";
import { detectFile } from "../read-records.ts";
import { transcode } from "./transcode.ts";
import { createUnpackedCount } from "./unpacked-size.ts";
import { convertWorkbook } from "../workbook/convert-workbook.ts";

/** How the file at `path` is written, as far as its first bytes say; undefined = it must be whole, and prepared, first. */
export async function detectText(path: string, overrides: DialectOverrides): Promise<Dialect | undefined> {
  if ((await detectFormat(path)) !== "text") return undefined;
  refuseSheet(overrides);
  return detectFile(path, overrides);
}

/** Only workbooks have any. @throws Problem no-such-sheet */
export function refuseSheet({ sheet }: DialectOverrides): void {
  if (sheet !== undefined)
    throw new Problem("no-such-sheet", `There is no sheet "${sheet}": the file is no workbook. Leave the sheet out.`);
}

/** Whether the file is itself the text that is read; else `prepareText` has made another. */
export const isPlainText = ({ format, encoding }: Dialect): boolean => format === "text" && encoding === "utf-8";

/** Writes the file at `path`, which is not plain text, as UTF-8 to the new file `target`, and returns how it is written. Scratch files
 * have names that begin with `target`. What was written when it throws is the caller's to remove.
 * @throws Problem unsupported-file, no-such-sheet, broken-file, broken-workbook, unpacks-too-large, empty-file */
export async function prepareText(
  path: string,
  target: string,
  overrides: DialectOverrides,
  signal?: AbortSignal,
  room?: RoomCheck,
): Promise<Dialect> {
  const format = await detectFormat(path);
  if (format === "xlsx") return convertWorkbook(path, target, overrides, signal, room);
  refuseSheet(overrides);
  if (format === "text") {
    const dialect = await detectFile(path, overrides);
    await transcode(path, dialect.encoding, target, signal, room);
    return dialect;
  }
  const unpacked = `${target}.unpacked`;
  await unpack(path, unpacked, signal, room);
  if ((await detectFormat(unpacked)) !== "text")
    throw new Problem("unsupported-file", "The gzip file holds another packed file. Send that one as it is.");
  const dialect = await detectFile(unpacked, overrides);
  if (dialect.encoding === "utf-8") await rename(unpacked, target);
  else {
    await transcode(unpacked, dialect.encoding, target, signal, room);
    await unlink(unpacked);
  }
  return { ...dialect, format };
}

async function unpack(
  path: string,
  target: string,
  signal: AbortSignal | undefined,
  room: RoomCheck | undefined,
): Promise<void> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const count = createUnpackedCount((await stat(path)).size, () => gunzip.bytesWritten);
  const file = await createNewFile(target);
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 18 }),
      gunzip,
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          count(piece.length);
          yield piece;
        }
      },
      (pieces) => asRoomAllows(pieces, room),
      file,
      signal ? { signal } : {},
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith("Z_") !== true) throw error;
    throw new Problem("broken-file", "The gzip file is damaged or ends too early. Pack and send it again.", {
      cause: error,
    });
  }
  if ((await checkNewFile(file)) === 0)
    throw new Problem("empty-file", "The gzip file holds nothing. Check the export that made it.");
}
