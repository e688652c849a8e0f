// Reads Parquet files of several writers. `samples/expected.json` was not made by reading Parquet: it contains the values that a Python
// program passed to the writers, as texts. The versions of the writers are in `WRITERS`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCellsAt } from "../../../../tests/support/read-cells.ts";

const SAMPLES = join(import.meta.dirname, "samples");
const expected = JSON.parse(readFileSync(join(SAMPLES, "expected.json"), "utf8")) as Record<
  string,
  string | string[]
>[];

const WRITERS = [
  // Encodings DELTA_BYTE_ARRAY, DELTA_LENGTH_BYTE_ARRAY, DELTA_BINARY_PACKED and BYTE_STREAM_SPLIT; data pages V2, Zstandard.
  ["pyarrow-encodings.parquet", "pyarrow 25.0"],
  ["pyarrow-pages.parquet", "pyarrow 25.0, many small pages, gzip"],
  ["polars-lz4.parquet", "Polars 1.44, LZ4"],
  ["duckdb-v1.parquet", "DuckDB 1.5, Snappy"],
  ["duckdb-v2.parquet", "DuckDB 1.5, version 2, Brotli"],
  ["arrow-rs-v2.parquet", "arrow-rs (parquet-wasm 0.8), version 2, Zstandard"],
  ["fastparquet.parquet", "fastparquet 2026.9, LZ4_RAW, without nested values"],
] as const;

/** Returns the texts of a cell: the elements of a list, or a single text. */
const textsOf = (cell: string): string[] =>
  cell === "" ? [] : cell.startsWith("[") ? (JSON.parse(cell) as string[]) : [cell];

test.each(WRITERS)("%s (%s)", async (file) => {
  const { header, cells, faults } = await readCellsAt(join(SAMPLES, file));
  expect(faults).toEqual([]);
  expect(header.length).toBeGreaterThan(7);
  const names = header.map((name) => name.replace("[]", ""));
  const wanted = expected.map((row) => names.map((name) => row[name]));
  const read = cells.map((row, i) => row.map((cell, c) => (Array.isArray(wanted[i]?.[c]) ? textsOf(cell) : cell)));
  expect(read).toEqual(wanted);
});
