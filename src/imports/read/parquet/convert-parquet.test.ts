// Tables from Parquet files: the texts of all types, lists and groups, encodings, packed pages and requests of a mapping.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import type { TreeRequest } from "../../../../contract/imports/options.ts";
import { readCells } from "../../../../tests/support/read-cells.ts";
import { createTestScratch } from "../../../../tests/support/scratch-folder.ts";
import { readFileHead, readHead } from "../read-head.ts";
import { runs } from "../../../../tests/support/random-runs.ts";

type Options = Parameters<typeof parquetWriteBuffer>[0];
type Columns = Options["columnData"];
type SchemaElement = NonNullable<Options["schema"]>[number];

const parquet = (columnData: Columns, options: Partial<Options> = {}): Buffer =>
  Buffer.from(parquetWriteBuffer({ columnData, ...options }));

const request = (given: Partial<TreeRequest>): { tree: TreeRequest } => ({
  tree: { paths: [], objects: [], keeps: true, ...given },
});

const LIST: SchemaElement[] = [
  { name: "root", num_children: 4 },
  { name: "sku", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "tags", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "size", repetition_type: "OPTIONAL", num_children: 2 },
  { name: "w", type: "INT32", repetition_type: "OPTIONAL" },
  { name: "unit", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "variants", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
  { name: "code", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "prices", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type: "INT32", repetition_type: "OPTIONAL" },
];

const nested = (): Buffer =>
  parquet(
    [
      { name: "sku", data: ["A", "B", "C"] },
      { name: "tags", data: [["x", null, "[y"], [], null] },
      { name: "size", data: [{ w: 3, unit: "cm" }, null, { w: null, unit: "m" }] },
      {
        name: "variants",
        data: [
          [
            { code: "A1", prices: [1, 2] },
            { code: "A2", prices: [] },
            { code: "A3", prices: [3] },
          ],
          null,
          [{ code: "C1", prices: null }],
        ],
      },
    ],
    { schema: LIST },
  );

describe("groups and lists", () => {
  test("become paths and lists, as in JSON", async () => {
    const { header, cells, lines } = await readCells(nested());
    expect(header).toEqual(["sku", "tags[]", "size/w", "size/unit", "variants/code[]", "variants/prices[]"]);
    expect(cells).toEqual([
      ["A", '["x","[y"]', "3", "cm", '["A1","A2","A3"]', '["1","2","3"]'],
      ["B", "", "", "", "", ""],
      ["C", "", "", "m", "C1", ""],
    ]);
    expect(lines).toEqual([1, 2, 3]);
  });

  test("a mapping can read a row for each element of a list, and pairs as objects", async () => {
    const read = await readCells(nested(), request({ each: "variants/*", paths: ["../../sku"], keeps: false }));
    expect(read.header).toEqual(["../../sku"]);
    expect(read.cells.map(([sku]) => sku)).toEqual(["A", "A", "A", "C"]);
    const pairs = await readCells(nested(), request({ objects: ["variants"] }));
    expect(pairs.header).toContain("variants{}");
    expect(pairs.cells[0]?.at(-1)).toBe('[{"code":"A1","prices":["1","2"]},{"code":"A2"},{"code":"A3","prices":"3"}]');
  });

  test("a map becomes members with the names of its keys", async () => {
    const schema: SchemaElement[] = [
      { name: "root", num_children: 2 },
      { name: "sku", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
      { name: "features", repetition_type: "OPTIONAL", num_children: 1, converted_type: "MAP" },
      { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
      { name: "key", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
      { name: "value", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
    ];
    const features = [{ colour: "red", width: "3 m" }, null, { weight: "2 kg", colour: null }];
    const { header, cells } = await readCells(
      parquet(
        [
          { name: "sku", data: ["A", "B", "C"] },
          { name: "features", data: features },
        ],
        { schema },
      ),
    );
    expect(header).toEqual(["sku", "features/colour", "features/width", "features/weight"]);
    expect(cells).toEqual([
      ["A", "red", "3 m", ""],
      ["B", "", "", ""],
      ["C", "", "", "2 kg"],
    ]);
  });
});

test("a mapping that keeps no other columns reads only the columns that it names", async () => {
  const file = parquet([
    { name: "sku", data: ["A"] },
    { name: "Name", data: ["Lamp"] },
    { name: "stock", data: [3] },
  ]);
  const { header, cells } = await readCells(file, request({ keeps: false, paths: ["name", "sku"] }));
  expect([header, cells]).toEqual([["sku", "Name"], [["A", "Lamp"]]]);
  await expect(readCells(file, request({ keeps: false, paths: ["price"] }))).rejects.toMatchObject({
    extra: { reason: "parquet-empty" },
  });
});

test("rows continue over pages and row groups, and their numbers are those of the records", async () => {
  const count = 5000;
  const data = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? null : `value ${i}`));
  const tags = data.map((text, i) => (text === null ? null : Array.from({ length: i % 5 }, (_, n) => `${i}-${n}`)));
  const file = parquet(
    [
      { name: "sku", data: data.map((_, i) => `S${i}`) },
      { name: "v", data },
      { name: "tags", data: tags },
    ],
    { rowGroupSize: 1200, pageSize: 2000 },
  );
  const { cells, lines } = await readCells(file);
  expect(cells).toHaveLength(count);
  expect(cells[4999]).toEqual(["S4999", "value 4999", '["4999-0","4999-1","4999-2","4999-3"]']);
  expect(cells[3]).toEqual(["S3", "", ""]);
  expect(lines.slice(-1)).toEqual([count]);
});

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => gzipSync(bytes),
  BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes),
  ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes),
};
const ENCODINGS = [
  "PLAIN",
  "RLE_DICTIONARY",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "BYTE_STREAM_SPLIT",
] as const;
const BY_TYPE = {
  INT32: { value: fc.integer(), encodings: [0, 1, 2, 5] },
  INT64: { value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), encodings: [0, 1, 2, 5] },
  STRING: { value: fc.string({ unit: "grapheme", maxLength: 12 }), encodings: [0, 1, 3, 4] },
  BOOLEAN: { value: fc.boolean(), encodings: [0] },
} as const;

const column = fc.constantFrom(...(Object.keys(BY_TYPE) as (keyof typeof BY_TYPE)[])).chain((type) =>
  fc.record({
    type: fc.constant(type),
    encoding: fc.constantFrom(...BY_TYPE[type].encodings).map((index) => ENCODINGS[index]),
    codec: fc.constantFrom(
      "SNAPPY" as const,
      "UNCOMPRESSED" as const,
      "GZIP" as const,
      "BROTLI" as const,
      "ZSTD" as const,
    ),
    few: fc.boolean(),
    isNullable: fc.boolean(),
    values: fc.array(fc.option<string | number | bigint | boolean>(BY_TYPE[type].value, { freq: 4 }), {
      minLength: 1,
      maxLength: 400,
    }),
  }),
);

test("the values of each encoding and each compression are those that were written", async () => {
  await fc.assert(
    fc.asyncProperty(
      column,
      fc.integer({ min: 20, max: 4000 }),
      async ({ type, encoding, codec, few, isNullable, values }, pageSize) => {
        const filled = values.filter((value) => value !== null);
        const known = few ? filled.slice(0, 3) : filled;
        const data = (isNullable ? values : filled).map((value, i) =>
          value === null ? null : (known[i % known.length] ?? value),
        );
        fc.pre(data.length > 0 && known.length > 0);
        const file = parquet(
          [
            { name: "row", data: data.map((_, i) => i) },
            { name: "x", data, type, nullable: isNullable, codec, encoding },
          ],
          { pageSize, compressors: COMPRESSORS },
        );
        const { cells } = await readCells(file);
        expect(cells.map(([, text]) => text)).toEqual(data.map((value) => (value === null ? "" : String(value))));
      },
    ),
    { numRuns: runs(100) },
  );
});

describe("a preview", () => {
  const file = parquet([
    { name: "sku", data: ["A", "B"] },
    { name: "name", data: ["Lamp", "Desk"] },
  ]);

  test("reads a whole file in memory or on disk, and packed", async () => {
    expect((await readHead(file, true, {}))?.table.header).toEqual(["sku", "name"]);
    const packed = await readHead(gzipSync(file), true, {});
    expect(packed?.dialect).toMatchObject({ format: "gzip" });
    expect(packed?.records.count).toBe(2);
    const scratch = await createTestScratch();
    try {
      const path = join(scratch.path, "file");
      writeFileSync(path, file);
      expect((await readFileHead(path, file.subarray(0, 20), false, {}))?.records.count).toBe(2);
    } finally {
      await scratch.remove();
    }
  });

  test("needs the whole file, because its table of contents is at its end", async () => {
    expect(await readHead(file.subarray(0, 100), false, {})).toBeUndefined();
  });

  test("has no sheets", async () => {
    await expect(readHead(file, true, { sheet: "A" })).rejects.toMatchObject({ slug: "no-such-sheet" });
  });
});
