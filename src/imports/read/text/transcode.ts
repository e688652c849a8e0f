// Rewrites a file of another encoding as UTF-8, as a stream. Bytes that are not text in that encoding become the byte FF, which
// is never valid in UTF-8: the reader then rejects exactly the records that contain it, as in any other file.
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Encoding } from "../../../../contract/imports/import-names.ts";
import { createDecoder } from "./decoders.ts";
import { checkNewFile, createNewFile, waitForSpace, type SpaceCheck } from "./new-file.ts";

const CHUNK_BYTES = 262_144;

/** Returns the length of the byte order mark at the start of a file in this encoding, or 0. */
export function bomLength(head: Buffer, encoding: Encoding): number {
  switch (encoding) {
    case "utf-8":
      return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
    case "utf-16le":
      return head[0] === 0xff && head[1] === 0xfe ? 2 : 0;
    case "utf-16be":
      return head[0] === 0xfe && head[1] === 0xff ? 2 : 0;
    default:
      return 0;
  }
}

export interface TranscodeOptions {
  signal?: AbortSignal | undefined;
  checkSpace?: SpaceCheck | undefined;
  /** Converts the UTF-8 text before it is written, such as a table in Markdown to CSV. */
  convert?: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
}

/** Writes the file at `sourcePath` to the new file `targetPath` as UTF-8 without a byte order mark. A UTF-8 file is copied. Throws
 * the file system's errors, and an AbortError; the caller then removes the incomplete target. */
export async function transcode(
  sourcePath: string,
  encoding: Encoding,
  targetPath: string,
  { signal, checkSpace, convert = (chunks) => chunks }: TranscodeOptions = {},
): Promise<void> {
  const target = await createNewFile(targetPath);
  // Open the source only now: if opening fails while nothing reads the stream yet, its error ends the process.
  const source = createReadStream(sourcePath, { highWaterMark: CHUNK_BYTES });
  await pipeline(
    source,
    (chunks) => waitForSpace(convert(transcodeChunks(chunks, encoding)), checkSpace),
    target,
    signal ? { signal } : {},
  );
  await checkNewFile(target);
}

/** Converts bytes in memory, such as the head of a file, to UTF-8. With `whole`, a character that is incomplete at the end is a
 * fault. */
export function transcodeHead(head: Buffer, encoding: Encoding, whole: boolean): Buffer {
  const text = head.subarray(bomLength(head, encoding));
  const decoder = createDecoder(encoding);
  const decoded = decoder.decode(text);
  return whole ? Buffer.concat([decoded, decoder.end()]) : decoded;
}

async function* transcodeChunks(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = createDecoder(encoding);
  let first = true;
  for await (const chunk of chunks) {
    const bytes = first ? chunk.subarray(bomLength(chunk, encoding)) : chunk;
    first = false;
    yield decoder.decode(bytes);
  }
  yield decoder.end();
}
