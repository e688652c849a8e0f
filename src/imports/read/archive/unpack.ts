// Unpacks files that are compressed by gzip, zstd, bzip2 or xz, as a stream.
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { Readable, pipeline } from "node:stream";
import { ReadableStream } from "node:stream/web";
import { setImmediate } from "node:timers/promises";
import {
  constants,
  createGunzip,
  createZstdDecompress,
  zstdDecompressSync,
  type Gunzip,
  type ZstdDecompress,
} from "node:zlib";
import type * as xz from "xz-decompress";
import { Problem } from "../../../../contract/problems.ts";
import type { PackedFormat } from "../detect/detect-format.ts";
import { unpackBzip2 } from "./bzip2.ts";

export type CompressedFormat = Exclude<PackedFormat, "zip">;

export const FORMAT_NAMES: Record<PackedFormat, string> = {
  gzip: "gzip",
  zstd: "zstd",
  bzip2: "bzip2",
  xz: "xz",
  zip: "zip",
};

/** Loads the WebAssembly decoder of xz, a CommonJS module, when the first file needs it. */
const require = createRequire(import.meta.url);

const CHUNK_BYTES = 1 << 18;

export interface Unpacker {
  /** The unpacked bytes. @throws Problem broken-file, and the errors of the source */
  chunks: AsyncIterable<Buffer>;
  /** Returns the number of packed bytes that have been consumed. */
  consumed: () => number;
}

/** The packed bytes. */
export interface PackedSource {
  size: number;
  /** Opens a stream of the bytes from this offset on. */
  open: (start: number) => Readable;
}

export const packedFile = (path: string, size: number): PackedSource => ({
  size,
  open: (start) => createReadStream(path, { start, highWaterMark: CHUNK_BYTES }),
});

export const packedBytes = (bytes: Buffer): PackedSource => ({
  size: bytes.length,
  open: (start) => Readable.from([bytes.subarray(start)]),
});

export function openUnpacker(format: CompressedFormat, source: PackedSource): Unpacker {
  switch (format) {
    case "gzip": {
      const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
      return { chunks: refuseDamage(format, unpackGzip(source, gunzip)), consumed: () => gunzip.bytesWritten };
    }
    case "zstd": {
      const count = { bytes: 0 };
      return { chunks: refuseDamage(format, unpackZstd(source, count)), consumed: () => count.bytes };
    }
    case "bzip2":
    case "xz": {
      const count = { bytes: 0 };
      const counted = countBytes(source, count);
      const chunks = format === "bzip2" ? unpackBzip2(counted) : unpackXz(counted);
      return { chunks: refuseDamage(format, chunks), consumed: () => count.bytes };
    }
  }
}

// Each generator below opens its source only when the generator is first read. A stream that was opened earlier could fail before anything
// handles its errors, and it would stay open if nothing reads it.

async function* unpackGzip(source: PackedSource, gunzip: Gunzip): AsyncGenerator<Buffer> {
  yield* pipeline(source.open(0), gunzip, () => undefined) as AsyncIterable<Buffer>;
}

/** A frame with fewer packed bytes counts as small. Parallel compressors also write many frames, but larger frames. */
const SMALL_FRAME_BYTES = 1 << 16;
/** Maximum number of small frames in a zstd file. An empty frame has only 9 bytes and takes about 50 microseconds, so without this limit, a
 * small file could keep a CPU core busy for minutes. */
const MAX_SMALL_FRAMES = 10_000;

/** Number of small frames after which other work of the process gets a turn. Each frame takes about 50 microseconds. */
const FRAMES_PER_TURN = 100;
/** Maximum size of the window of a frame that is unpacked at once, as a power of 2. A larger window takes up to a millisecond, however small
 * the frame is. */
const MAX_WINDOW_LOG = 21;

/** Packed bytes that are in memory. */
interface Window {
  start: number;
  bytes: Buffer;
}

/** Unpacks all frames of the file: parallel compressors write several, and Node's decompressor ends after the first one. */
async function* unpackZstd({ size, open }: PackedSource, count: { bytes: number }): AsyncGenerator<Buffer> {
  let small = 0;
  let window: Window = { start: 0, bytes: Buffer.alloc(0) };
  for (let start = 0; start < size;) {
    const windowEnd = window.start + window.bytes.length;
    if (windowEnd < Math.min(start + SMALL_FRAME_BYTES, size)) window = { start, bytes: await firstChunk(open(start)) };
    const at = start - window.start;
    const frame = unpackSmallFrame(window.bytes.subarray(at, at + SMALL_FRAME_BYTES));
    if (frame === undefined) {
      const decompress = createZstdDecompress({ chunkSize: CHUNK_BYTES });
      for await (const chunk of pipeline(open(start), decompress, () => undefined)) {
        count.bytes = start + decompress.bytesWritten;
        yield chunk as Buffer;
      }
      if (decompress.bytesWritten === 0) throw new Error("a frame is empty");
      start += decompress.bytesWritten;
      if (decompress.bytesWritten < SMALL_FRAME_BYTES) small++;
    } else {
      start += frame.packed_bytes;
      count.bytes = start;
      if (++small % FRAMES_PER_TURN === 0) await setImmediate();
      if (frame.unpacked.length > 0) yield frame.unpacked;
    }
    count.bytes = start;
    if (small > MAX_SMALL_FRAMES) throw tooManyFrames();
  }
}

/** Unpacks the first frame of the bytes at once: a stream for each frame takes a millisecond. If the frame unpacks to a multiple of 64 kB,
 * Node unpacks the next frame too, and both count as one. Returns undefined if the frame must be unpacked as a stream, because it is longer
 * than the bytes, unpacks to more than a chunk, has a large window, or is damaged. */
function unpackSmallFrame(packed: Buffer): { unpacked: Buffer; packed_bytes: number } | undefined {
  try {
    // The types of Node do not contain the result for `info`: https://nodejs.org/api/zlib.html#class-options
    const { buffer, engine } = zstdDecompressSync(packed, {
      info: true,
      chunkSize: SMALL_FRAME_BYTES,
      maxOutputLength: CHUNK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
    }) as unknown as { buffer: Buffer; engine: ZstdDecompress };
    // Copy the bytes: the buffer that Node returns keeps a whole chunk in memory.
    return engine.bytesWritten > 0 ? { unpacked: Buffer.from(buffer), packed_bytes: engine.bytesWritten } : undefined;
  } catch {
    return undefined;
  }
}

async function firstChunk(source: Readable): Promise<Buffer> {
  for await (const chunk of source) return chunk as Buffer;
  return Buffer.alloc(0);
}

const tooManyFrames = (): Problem =>
  new Problem(
    "unsupported-file",
    `The zstd file consists of more than ${MAX_SMALL_FRAMES.toLocaleString("en")} small frames. Unpack the file and compress it again as a whole, then send it.`,
  );

async function* countBytes(source: PackedSource, count: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of source.open(0) as AsyncIterable<Buffer>) {
    count.bytes += chunk.length;
    yield chunk;
  }
}

async function* unpackXz(packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await packed.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
  const { XzReadableStream } = require("xz-decompress") as typeof xz;
  const unpacked = new XzReadableStream(source);
  try {
    for await (const chunk of unpacked)
      // Copy the chunk, because the decompressor reuses its memory.
      yield Buffer.from(chunk);
  } finally {
    // If the caller stops early, the decompressor does not close its source.
    await packed.return(undefined);
  }
}

/** Turns the errors of the decompressor into a Problem. Errors of the file system have the property `syscall`. */
async function* refuseDamage(format: CompressedFormat, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    const { name, syscall } = error as NodeJS.ErrnoException;
    throw error instanceof Problem || name === "AbortError" || syscall !== undefined
      ? error
      : brokenPacked(format, error);
  }
}

export const brokenPacked = (format: PackedFormat, cause?: unknown): Problem => {
  const name = FORMAT_NAMES[format];
  return new Problem(
    "broken-file",
    `The ${name} file is damaged or incomplete. Create the ${name} file again, then send it.`,
    { cause },
  );
};
