// The memory of a lane, some ten megabytes, used again for each of its chunks; and how a chunk's records come into it.
import type { FileHandle } from "node:fs/promises";
import { ByteWriter } from "../../db/binary/copy-writer.ts";
import { createChunkScratch, type ChunkScratch } from "./chunk-rows.ts";
import type { Chunk } from "../chunk-store.ts";
import { releaseBuffer } from "../../db/binary/release-buffer.ts";
import type { RecordCache } from "../scan/record-cache.ts";
import { createRecords, type Records } from "../read/records.ts";
import { splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";
import { Problem } from "../../../contract/problems.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";

/** First size of a lane's output buffer: a chunk of ordinary rows. It grows where rows are longer. */
const WRITER_BYTES = 5 << 20;
/** More room than a chunk needs: the next one may be a little larger, and would otherwise need a new buffer. */
const SPARE = 1.2;

export interface LoaderMemory {
  records: Records;
  writer: ByteWriter;
  scratch: ChunkScratch;
  bytes: Buffer;
}

export const createLoaderMemory = (): LoaderMemory => ({
  records: createRecords(),
  writer: new ByteWriter(WRITER_BYTES),
  scratch: createChunkScratch(),
  bytes: Buffer.alloc(0),
});

/** Only for a lane whose last transaction has ended well: of one that broke off, a connection may still be sending. */
export function releaseLoaderMemory({ writer, scratch, bytes }: LoaderMemory): void {
  releaseBuffer(writer.buffer);
  releaseBuffer(scratch.texts);
  releaseBuffer(bytes);
}

export interface ChunkSource {
  import_id: number;
  /** Of the scan that made the file's chunks. */
  scan_token: number;
  file: FileHandle;
  dialect: Dialect;
  /** A blank line is a record where there is but one column. */
  blank_is_record: boolean;
  known: RecordCache | undefined;
}

/** Reads a chunk's bytes and finds the records in them, or takes what the scan has found. */
export async function readChunk(memory: LoaderMemory, chunk: Chunk, source: ChunkSource): Promise<Records> {
  const length = chunk.byte_end - chunk.byte_start;
  if (memory.bytes.length < length) {
    releaseBuffer(memory.bytes);
    memory.bytes = Buffer.allocUnsafe(Math.ceil(length * SPARE));
  }
  const { bytes, records } = memory;
  let read = 0;
  while (read < length) {
    const { bytesRead } = await source.file.read(bytes, read, length - read, chunk.byte_start + read);
    if (bytesRead === 0) throw truncatedFile();
    read += bytesRead;
  }
  if (source.known?.recall(source, chunk, bytes, records) === true) return records;
  splitRecords(
    createSplitter(source.dialect, chunk.first_line, source.blank_is_record),
    { bytes, from: 0, to: length, at_end: true },
    records,
  );
  if (records.count !== chunk.records) {
    throw new Error(`chunk ${chunk.chunk_no} has ${records.count} records, the scan found ${chunk.records}`);
  }
  return records;
}

export const truncatedFile = (): Problem =>
  new Problem("file-missing", "The stored file no longer has the size that was received and read. Send it again.");
