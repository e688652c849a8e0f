import { expect, test } from "vitest";
import type { Chunk } from "./chunk-store.ts";
import { createRecordCache, type RecordCache } from "./record-cache.ts";
import { recordTexts } from "./read/field-text.ts";
import { createRecords, type Records } from "./read/records.ts";
import { splitRecords } from "./read/split-records.ts";
import { createSplitter } from "./read/splitter.ts";
import type { Dialect } from "../../contract/imports/imports.ts";
import { CSV } from "../../tests/support/records/csv-dialect.ts";

const dialect: Dialect = { ...CSV, header: false };
const lines = Array.from({ length: 40 }, (_, i) => (i % 7 === 0 ? `"a""${i}\n",b` : `sku-${i},name ${i},"c"`));
const text = Buffer.from(`${lines.join("\n")}\n`);
const starts = [0, ...lines.map((_, i) => Buffer.byteLength(`${lines.slice(0, i + 1).join("\n")}\n`))];

/** Lines [first, end) as a window of a scan. `line` is the number of the first line. */
function windowOf(first: number, end: number, line: number): { records: Records; offset: number; line: number } {
  const splitter = createSplitter(dialect, line);
  const records = createRecords();
  splitRecords(
    splitter,
    { bytes: text, from: starts[first] as number, to: starts[end] as number, at_end: true },
    records,
  );
  return { records, offset: 0, line: splitter.line };
}

/** Caches all lines for import 1, in windows that end before the given lines. */
function putAll(cache: RecordCache, ends: number[], textSize?: number): void {
  const writer = cache.begin(1, 1, textSize);
  let [first, line] = [0, 1];
  for (const end of [...ends, lines.length]) {
    const window = windowOf(first, end, line);
    writer.put(window.records, window.offset);
    [first, line] = [end, window.line];
  }
}

const chunkOf = (first: number, end: number): Chunk => ({
  chunk_no: 0,
  byte_start: starts[first] as number,
  byte_end: starts[end] as number,
  first_row: first + 1,
  first_line: 1,
  records: end - first,
  skip: Buffer.alloc(8),
});

function shown(records: Records): unknown[] {
  return Array.from({ length: records.count }, (_, r) => ({
    bounds: [records.start[r], records.end[r]],
    line: records.line[r],
    fault: records.fault[r],
    texts: recordTexts(records, r, dialect),
  }));
}

test.each([
  [0, 40],
  [0, 11],
  [11, 13],
  [9, 33],
  [39, 40],
])("a chunk of lines %d to %d has the same records as if it were split again", (first, end) => {
  const cache = createRecordCache();
  putAll(cache, [10, 12, 30]);
  const bytes = text.subarray(starts[first], starts[end]);
  const cached = createRecords();
  expect(cache.get({ import_id: 1, scan_token: 1 }, chunkOf(first, end), bytes, cached)).toBe(true);
  const split = createRecords();
  const linesBefore = windowOf(0, first, 1).line;
  splitRecords(createSplitter(dialect, linesBefore), { bytes, from: 0, to: bytes.length, at_end: true }, split);
  expect(shown(cached)).toEqual(shown(split));
});

test("the cache misses for another import, another scan, another chunk boundary, a dropped import, and too many bytes", () => {
  const cache = createRecordCache();
  putAll(cache, [10]);
  const records = createRecords();
  const isCached = (importId: number, chunk: Chunk, scanToken = 1): boolean =>
    cache.get({ import_id: importId, scan_token: scanToken }, chunk, text, records);
  expect(isCached(2, chunkOf(0, 5))).toBe(false);
  expect(isCached(1, chunkOf(0, 5), 2)).toBe(false);
  expect(isCached(1, { ...chunkOf(0, 5), byte_start: 1 })).toBe(false);
  expect(isCached(1, { ...chunkOf(0, 5), records: 60 })).toBe(false);
  expect(isCached(1, chunkOf(0, 5))).toBe(true);
  cache.drop(1);
  expect(isCached(1, chunkOf(0, 5))).toBe(false);
  const small = createRecordCache(1000);
  putAll(small, [2, 4]);
  expect(small.get({ import_id: 1, scan_token: 1 }, chunkOf(0, 2), text, records)).toBe(false);
});

test("the cache discards the records of a text as soon as it is clear that it cannot hold all of them", () => {
  const records = createRecords();
  const isCached = (textSize: number): boolean => {
    const cache = createRecordCache(10_000);
    putAll(cache, [10], textSize);
    return cache.get({ import_id: 1, scan_token: 1 }, chunkOf(0, 5), text, records);
  };
  expect(isCached(text.length)).toBe(true);
  expect(isCached(text.length * 100)).toBe(false);
});
