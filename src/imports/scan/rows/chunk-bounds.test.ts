import fc from "fast-check";
import { expect, test } from "vitest";
import { layoutOf } from "../../layout.ts";
import { createRecords, growRecords, RECORD_FAULTS, type Records } from "../../read/records.ts";
import { Bits } from "./bits.ts";
import { ChunkBounds } from "./chunk-bounds.ts";

const TOO_LONG = RECORD_FAULTS.indexOf("record_too_long");
const layoutOfWidth = (width: number) =>
  layoutOf(
    [
      { name: "sku", target: "sku" as const },
      { name: "name", target: "name" as const },
    ].slice(0, width),
  );

/** Returns records of these sizes in bytes, each followed by a line end. A negative size makes a record that is too long. */
function recordsOfSizes(sizes: readonly number[]): Records {
  const records = createRecords();
  while (records.start.length < sizes.length) growRecords(records);
  let at = 0;
  sizes.forEach((size, r) => {
    records.start[r] = at;
    at += Math.abs(size);
    records.end[r] = at++;
    records.line[r] = r + 2;
    records.fault[r] = size < 0 ? TOO_LONG : 0;
  });
  records.count = sizes.length;
  return records;
}

const chunksOf = (sizes: readonly number[], width: number, maxRecords: number, perCall: number) => {
  const bounds = new ChunkBounds(layoutOfWidth(width), maxRecords);
  let offset = 1000;
  for (let row = 0; row < sizes.length; row += perCall) {
    const part = recordsOfSizes(sizes.slice(row, row + perCall));
    for (let r = 0; r < part.count; r++) part.line[r] = row + r + 2;
    bounds.add(part, offset, row, part.count);
    offset += (part.end[part.count - 1] as number) + 1;
  }
  const skip = new Bits();
  skip.grow(sizes.length);
  return { chunks: bounds.chunks(offset, skip), textEnd: offset };
};

const MEGABYTE = 1 << 20;
const someSizes = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.nat(50) },
    { weight: 2, arbitrary: fc.integer({ min: MEGABYTE, max: 5 * MEGABYTE }) },
    { weight: 1, arbitrary: fc.integer({ min: -9, max: -1 }) },
  ),
  { minLength: 1, maxLength: 40 },
);

test("chunks are the same however many records are added at once, and contain every record that is not too long", () => {
  fc.assert(
    fc.property(
      someSizes,
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 9 }),
      (sizes, width, maxRecords) => {
        const { chunks } = chunksOf(sizes, width, maxRecords, 1);
        expect(chunksOf(sizes, width, maxRecords, sizes.length).chunks).toEqual(chunks);
        expect(chunksOf(sizes, width, maxRecords, 3).chunks).toEqual(chunks);
        const rows = chunks.flatMap(({ first_row, records }) =>
          Array.from({ length: records }, (_, i) => first_row + i),
        );
        expect(rows).toEqual(sizes.flatMap((size, row) => (size < 0 ? [] : [row + 1])));
        for (const { records, byte_start, byte_end } of chunks) {
          expect(records).toBeLessThanOrEqual(maxRecords);
          // A single record may be larger than a chunk.
          if (records > 1) expect(byte_end - byte_start).toBeLessThanOrEqual(4 * MEGABYTE + 1);
        }
      },
    ),
  );
});

test("a chunk of a table with several columns ends with its last record", () => {
  const { chunks } = chunksOf([3, 4, 5, 6], 2, 2, 4);
  expect(chunks.map(({ byte_start, byte_end, first_line }) => [byte_start, byte_end, first_line])).toEqual([
    [1000, 1008, 2],
    [1009, 1021, 4],
  ]);
});

test("a chunk of a table with one column extends to the next record, so that a blank line at its end is a record", () => {
  const { chunks, textEnd } = chunksOf([3, 0, 5, 0], 1, 2, 4);
  expect(chunks.map(({ byte_start, byte_end }) => [byte_start, byte_end])).toEqual([
    [1000, 1005],
    [1005, textEnd],
  ]);
});
