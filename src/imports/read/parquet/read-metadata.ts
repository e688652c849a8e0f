// Reads the metadata of a Parquet file, which is at its end: its schema, and where the values of each column are.
import { parquetMetadata, type ColumnMetaData, type FileMetaData } from "hyparquet";
import { because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";
import { checkThrift } from "./check-thrift.ts";
import type { FileBytes } from "../text/file-bytes.ts";
import { brokenParquet } from "./parquet-fault.ts";
import type { ColumnChunk } from "./pages/column-reader.ts";
import { leavesOf, type Leaf } from "./schema.ts";

export interface RowGroup {
  rows: number;
  /** Where the bytes of each column are, in the order of `ParquetContent.leaves`. */
  chunks: ColumnChunk[];
}

export interface ParquetContent {
  leaves: Leaf[];
  groups: RowGroup[];
}

const MAGIC = "PAR1";
const ENCRYPTED = "PARE";
/** Number of bytes at the end of the file: the length of the metadata, and the mark `PAR1`. */
const TAIL = 8;
/** Maximum number of bytes of the metadata. A file of 2,000 columns and 50 row groups has about 15 MB. */
const MAX_METADATA = 32 << 20;
/** Maximum number of values in the metadata. A column has about 25 values for each row group. */
const MAX_VALUES = 3_000_000;

/** @throws Problem broken-file, unsupported-file */
export function readMetadata(file: FileBytes): ParquetContent {
  const metadata = parseMetadata(file);
  const leaves = leavesOf(metadata.schema);
  const byPath = new Map(leaves.map((leaf, index) => [JSON.stringify(leaf.path), index]));
  const groups = metadata.row_groups.map((group): RowGroup => {
    const chunks: ColumnChunk[] = [];
    for (const [position, column] of group.columns.entries()) {
      if (column.file_path !== undefined) throw brokenParquet("Its columns are in other files.");
      const { meta_data: meta } = column;
      if (meta === undefined || column.crypto_metadata !== undefined) throw encrypted();
      const isInOrder = JSON.stringify(leaves[position]?.path) === JSON.stringify(meta.path_in_schema);
      const index = isInOrder ? position : byPath.get(JSON.stringify(meta.path_in_schema));
      if (index === undefined || chunks[index] !== undefined)
        throw brokenParquet("Its row groups have columns that its schema does not have.");
      chunks[index] = chunkOf(meta, file.size);
    }
    if (leaves.some((_, index) => chunks[index] === undefined))
      throw brokenParquet("Its row groups lack columns of its schema.");
    const rows = Number(group.num_rows);
    if (!(rows >= 0)) throw brokenParquet("A row group has a negative number of rows.");
    return { rows, chunks };
  });
  separate(groups, file.size);
  return { leaves, groups };
}

function parseMetadata(file: FileBytes): FileMetaData {
  const tail = file.size < TAIL + MAGIC.length ? Buffer.alloc(0) : file.read(file.size - TAIL, file.size);
  const mark = tail.toString("latin1", 4);
  if (mark === ENCRYPTED) throw encrypted();
  if (mark !== MAGIC) throw brokenParquet("It does not end as a Parquet file does; it may be incomplete.");
  const length = tail.readUInt32LE(0);
  if (length > MAX_METADATA || length > file.size - TAIL - MAGIC.length)
    throw brokenParquet(`It declares metadata of ${length.toLocaleString("en")} bytes, which is too many.`);
  const bytes = file.read(file.size - TAIL - length, file.size);
  checkThrift(bytes.subarray(0, length), 0, MAX_VALUES);
  return parquetMetadata(bytes, { geoparquet: false });
}

function chunkOf(meta: ColumnMetaData, size: number): ColumnChunk {
  const { data_page_offset: data, dictionary_page_offset: dictionary, total_compressed_size: length } = meta;
  // Some programs write the offset 0 for a column without a dictionary, and others an offset after the values.
  const start = Number(dictionary !== undefined && dictionary > 0n && dictionary < data ? dictionary : data);
  const end = start + Number(length);
  if (!(start >= MAGIC.length) || !(end >= start) || start > size)
    throw brokenParquet(
      `Its column "${meta.path_in_schema.join("/").slice(0, 100)}" is beyond its end; the file may be incomplete.`,
    );
  return { start, end, codec: meta.codec };
}

/** Makes each column end no later than the next one begins, because some programs state sizes that are too large. Refuses columns that
 * begin at the same place, because a file could otherwise contain the same values thousands of times. */
function separate(groups: readonly RowGroup[], size: number): void {
  const chunks = groups.flatMap(({ chunks: each }) => each).sort((a, b) => b.start - a.start);
  let next = size;
  for (const chunk of chunks) {
    if (chunk.start >= next) throw brokenParquet("Its columns overlap.");
    chunk.end = Math.min(chunk.end, next);
    next = chunk.start;
  }
}

const encrypted = (): Problem =>
  new Problem("unsupported-file", "The Parquet file is encrypted. Export it without encryption, or as CSV.", {
    extra: because("parquet-encrypted"),
  });
