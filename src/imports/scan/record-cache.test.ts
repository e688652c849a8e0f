import { expect, test } from "vitest";
import type { Chunk } from "../chunk-store.ts";
import { createRecordCache } from "./record-cache.ts";
import { recordTexts } from "../read/field-text.ts";
import { createRecords, type Records } from "../read/records.ts";
import { splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";

const dialect: Dialect = {
  ...{ format: "text", encoding: "utf-8", delimiter: ",", quote: '"', escape: '"', line_ending: "lf" },
  ...{ header: false, preamble: 0, formula_escape: false },
};
const lines = Array.from({ length: 40 }, (_, i) => (i % 7 === 0 ? `"a""${i}\n",b` : `sku-${i},name ${i},"c"`));
const text = Buffer.from(`${lines.join("\n")}\n`);
const starts = [0, ...lines.map((_, i) => Buffer.byteLength(`${lines.slice(0, i + 1).join("\n")}\n`))];

/** What a scan sees of lines [first, end): a window that begins `before` bytes earlier. */
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

/** Notes all lines as import 1, in windows that end before the given lines. */
function noteAll(known: ReturnType<typeof createRecordCache>, ...ends: number[]): void {
  const notes = known.begin(1, 1);
  let [first, line] = [0, 1];
  for (const end of [...ends, lines.length]) {
    const window = windowOf(first, end, line);
    notes.note(window.records, window.offset);
    [first, line] = [end, window.line];
  }
}

const chunkOf = (first: number, end: number): Chunk => ({
  ...{ chunk_no: 0, byte_start: starts[first] as number, byte_end: starts[end] as number },
  ...{ first_row: first + 1, first_line: 1, records: end - first, skip: Buffer.alloc(8) },
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
])("the records of a chunk of lines %d to %d are those that splitting it finds, across windows", (first, end) => {
  const known = createRecordCache();
  noteAll(known, 10, 12, 30);
  const bytes = text.subarray(starts[first], starts[end]);
  const recalled = createRecords();
  expect(known.recall({ import_id: 1, scan_token: 1 }, chunkOf(first, end), bytes, recalled)).toBe(true);
  const split = createRecords();
  const linesBefore = windowOf(0, first, 1).line;
  splitRecords(createSplitter(dialect, linesBefore), { bytes, from: 0, to: bytes.length, at_end: true }, split);
  expect(shown(recalled)).toEqual(shown(split));
});

test("what is not known is not made up: another import, another cut, dropped, too much", () => {
  const known = createRecordCache();
  noteAll(known, 10);
  const records = createRecords();
  const recall = (importId: number, chunk: Chunk, scanToken = 1): boolean =>
    known.recall({ import_id: importId, scan_token: scanToken }, chunk, text, records);
  expect(recall(2, chunkOf(0, 5))).toBe(false);
  expect(recall(1, chunkOf(0, 5), 2)).toBe(false);
  expect(recall(1, { ...chunkOf(0, 5), byte_start: 1 })).toBe(false);
  expect(recall(1, { ...chunkOf(0, 5), records: 60 })).toBe(false);
  expect(recall(1, chunkOf(0, 5))).toBe(true);
  known.drop(1);
  expect(recall(1, chunkOf(0, 5))).toBe(false);
  const small = createRecordCache(1000);
  noteAll(small, 2, 4);
  expect(small.recall({ import_id: 1, scan_token: 1 }, chunkOf(0, 2), text, records)).toBe(false);
});
