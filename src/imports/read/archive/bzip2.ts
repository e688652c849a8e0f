// Unpacks bzip2 with the decoder of unbzip2-stream. Its own stream collects each block in an array of numbers, which takes 400 MB for
// 45 bytes of a hostile file; here, a block is cut into chunks while it is decoded.
import { createRequire } from "node:module";

interface BitReader {
  (bits: number): number;
  bytesRead: number;
}
interface Decoder {
  /** Reads the header of a stream and returns the size of its blocks in units of 100,000 bytes. */
  header(bits: BitReader): number;
  /** Decodes a block. Returns the checksum of the stream so far, or null at the end of the stream. */
  decompress(
    bits: BitReader,
    put: (byte: number) => void,
    buffer: Int32Array,
    size: number,
    crc: number,
  ): number | null;
}

const require = createRequire(import.meta.url);
const decoder = require("unbzip2-stream/lib/bzip2.js") as Decoder;
const createBitReader = require("unbzip2-stream/lib/bit_iterator.js") as (next: () => Buffer | undefined) => BitReader;

const UNIT = 100_000;
/** Maximum number of bytes by which a packed block can be longer than the text that it decodes to. */
const BLOCK_MARGIN = 25_000;
const CHUNK_BYTES = 1 << 18;
/** Maximum number of bytes of a decoded block that are collected. Because of run-length coding, a block of 900 kB can decode to 45 MB. */
const MAX_BLOCK_BYTES = 48 << 20;

export async function* unpackBzip2(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const queue: Buffer[] = [];
  const input = { bytes: 0, ended: false };
  const bits = { reader: undefined as BitReader | undefined };
  const state: State = { block_size: 0, crc: 0, buffer: new Int32Array(0) };
  const decodeAvailable = function* (): Generator<Buffer> {
    bits.reader ??= createBitReader(() => {
      const next = queue.shift();
      if (next === undefined) throw new Error("unexpected end of the file");
      return next;
    });
    const { reader } = bits;
    while (input.ended ? input.bytes > reader.bytesRead : input.bytes - reader.bytesRead >= BLOCK_MARGIN + UNIT * 9)
      yield* decodeBlock(reader, state);
  };
  for await (const chunk of packed) {
    if (chunk.length === 0) continue;
    queue.push(chunk);
    input.bytes += chunk.length;
    yield* decodeAvailable();
  }
  input.ended = true;
  if (input.bytes > 0) yield* decodeAvailable();
  if (state.block_size !== 0) throw new Error("unexpected end of the file");
}

interface State {
  /** Size of the blocks of the current stream in units of 100,000 bytes; 0 between two streams. */
  block_size: number;
  /** Checksum of the current stream so far. */
  crc: number | null;
  /** Buffer of the decoder, reused for all blocks. Allocating a buffer takes milliseconds. A hostile file can consist of very many empty
   * streams of 14 bytes each, which would each allocate one. */
  buffer: Int32Array;
}

function* decodeBlock(reader: BitReader, state: State): Generator<Buffer> {
  if (state.block_size === 0) {
    state.block_size = decoder.header(reader);
    state.crc = 0;
    return;
  }
  const size = state.block_size * UNIT;
  if (state.buffer.length < size) state.buffer = new Int32Array(size);
  const chunks: Buffer[] = [];
  let chunk = Buffer.alloc(0);
  let length = 0;
  const put = (byte: number): void => {
    if (length === chunk.length) {
      chunks.push(chunk);
      if (chunks.length * CHUNK_BYTES > MAX_BLOCK_BYTES) throw new Error("a block is too large");
      chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      length = 0;
    }
    chunk[length++] = byte;
  };
  state.crc = decoder.decompress(reader, put, state.buffer, size, state.crc ?? 0);
  if (state.crc === null) state.block_size = 0;
  chunks.push(chunk.subarray(0, length));
  yield* chunks.filter((bytes) => bytes.length > 0);
}
