// The memory of a loader: about ten megabytes, which the loader reuses for all its chunks. `readChunk` reads a chunk's records into this
// memory.
import { ByteWriter } from "../../db/binary/copy-writer.ts";
import { createChunkScratch, type ChunkScratch } from "./chunk-rows.ts";
import type { Chunk } from "../chunk-store.ts";
import { releaseBuffer } from "../../db/binary/release-buffer.ts";
import { truncatedFile } from "../problems.ts";
import type { RecordCache } from "../record-cache.ts";
import { createFit, fitChunk, type RecordFit } from "../read/fit/fit-records.ts";
import { createRecords, type Records } from "../read/records.ts";
import { splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";
import type { TextFile } from "../read/text/text-file.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";

/** Initial size of a loader's output buffer: enough for a chunk of ordinary rows. It grows for longer rows. */
const WRITER_BYTES = 5 << 20;
/** Factor by which a buffer is larger than its chunk, so that a slightly larger next chunk needs no new buffer. */
const GROWTH = 1.2;

export interface LoaderMemory {
  records: Records;
  writer: ByteWriter;
  scratch: ChunkScratch;
  bytes: Buffer;
  fit: RecordFit | undefined;
}

export const createLoaderMemory = (): LoaderMemory => ({
  records: createRecords(),
  writer: new ByteWriter(WRITER_BYTES),
  scratch: createChunkScratch(),
  bytes: Buffer.alloc(0),
  fit: undefined,
});

/** Releases the memory. Call this only after the last transaction was committed: after a failure, a connection may still be
 * sending from these buffers. */
export function releaseLoaderMemory({ writer, scratch, bytes }: LoaderMemory): void {
  releaseBuffer(writer.buffer);
  releaseBuffer(scratch.texts);
  releaseBuffer(bytes);
}

export interface ChunkSource {
  import_id: number;
  /** Token of the scan that created the chunks. */
  scan_token: number;
  file: TextFile;
  dialect: Dialect;
  /** Number of columns of the table in the file. */
  width: number;
  /** Whether a blank line is a record, as in a table with a single column. */
  blank_is_record: boolean;
  record_cache: RecordCache | undefined;
}

/** Reads a chunk's bytes and returns its records, taken from the cache of the scan if they are there. Otherwise the function splits the
 * bytes into records, and fits these to the width of the table in the file (fit-records.ts). */
export async function readChunk(memory: LoaderMemory, chunk: Chunk, source: ChunkSource): Promise<Records> {
  const length = chunk.byte_end - chunk.byte_start;
  if (memory.bytes.length < length) {
    releaseBuffer(memory.bytes);
    memory.bytes = Buffer.allocUnsafe(Math.ceil(length * GROWTH));
  }
  const { bytes, records } = memory;
  let read = 0;
  while (read < length) {
    const { bytesRead } = await source.file.read(bytes, read, length - read, chunk.byte_start + read);
    if (bytesRead === 0) throw truncatedFile();
    read += bytesRead;
  }
  if (source.record_cache?.get(source, chunk, bytes, records) === true) return records;
  splitRecords(
    createSplitter(source.dialect, chunk.first_line, source.blank_is_record),
    { bytes, from: 0, to: length, at_end: true },
    records,
  );
  memory.fit ??= createFit(source.width, source.dialect);
  const fitted = fitChunk(records, memory.fit);
  if (fitted.count !== chunk.records) {
    throw new Error(`chunk ${chunk.chunk_no} has ${fitted.count} records, the scan found ${chunk.records}`);
  }
  return fitted;
}
