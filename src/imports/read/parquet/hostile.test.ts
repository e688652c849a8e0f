// Damaged and hostile Parquet files: each is read or refused with a problem, whatever sizes it declares.
import fc from "fast-check";
import { ByteWriter, parquetWriteBuffer } from "hyparquet-writer";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";
import { describe, expect, test } from "vitest";
import { Problem } from "../../../../contract/problems.ts";
import { convertParquetHead } from "./convert-parquet.ts";
import { checkThrift } from "./check-thrift.ts";
import { HybridReader } from "./values/hybrid-reader.ts";
import { DeltaReader } from "./values/delta-reader.ts";
import { unpackHadoopLz4, unpackLz4 } from "./pages/lz4.ts";
import { unpackSnappy } from "./pages/snappy.ts";
import { runs } from "../../../../tests/support/random-runs.ts";

const MB = 1 << 20;

const COUNT = 200;
const sample = Buffer.from(
  parquetWriteBuffer({
    columnData: [
      { name: "sku", data: Array.from({ length: COUNT }, (_, i) => `S-${i}`), encoding: "DELTA_BYTE_ARRAY" },
      { name: "brand", data: Array.from({ length: COUNT }, (_, i) => (i % 5 === 0 ? null : `Brand ${i % 3}`)) },
      { name: "stock", data: Array.from({ length: COUNT }, (_, i) => i * 7), encoding: "DELTA_BINARY_PACKED" },
      { name: "tags", data: Array.from({ length: COUNT }, (_, i) => ["a", `b${i}`].slice(0, i % 3)) },
    ],
    pageSize: 300,
  }),
);

/** Reads the file. Returns the slug of the problem; undefined if the file was read. */
async function slugOf(file: Buffer): Promise<string | undefined> {
  try {
    await convertParquetHead(file, 64 * MB, {});
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.slug;
    throw error;
  }
}

test("the sample is read", async () => {
  expect(await slugOf(sample)).toBeUndefined();
});

test("a file that was cut off anywhere is refused", async () => {
  for (let length = 0; length < sample.length; length += 13)
    expect(await slugOf(sample.subarray(0, length))).toBe("broken-file");
});

test("a file with changed bytes is read or refused", async () => {
  const change = fc.record({ at: fc.nat(sample.length - 1), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const file = Buffer.from(sample);
      for (const { at, byte } of changes) file[at] = byte;
      expect([undefined, "broken-file", "unsupported-file", "unpacks-too-large", "bad-header"]).toContain(
        await slugOf(file),
      );
    }),
    { numRuns: runs(500) },
  );
});

function thrift(value: Record<`field_${number}`, unknown>): Buffer {
  const writer = new ByteWriter();
  serializeTCompactProtocol(writer, value);
  return Buffer.from(writer.getBytes());
}

const INT32 = 1;
const REQUIRED = 0;
const OPTIONAL = 1;
const REPEATED = 2;

interface Lies {
  repetition?: number;
  rows?: bigint;
  values?: number;
  unpacked?: number;
  codec?: number;
  page?: Buffer;
  encoding?: number;
  /** Number of row groups that refer to the same bytes. */
  groups?: number;
  children?: number;
}

/** A file with a column of integers, and with the given values in its metadata. */
function lyingFile({
  repetition = REQUIRED,
  rows = 1n,
  values = 1,
  page = Buffer.alloc(4),
  unpacked = page.length,
  codec = 0,
  encoding = 0,
  groups = 1,
  children = 1,
}: Lies): Buffer {
  const header = thrift({
    field_1: 0,
    field_2: unpacked,
    field_3: page.length,
    field_5: { field_1: values, field_2: encoding, field_3: 3, field_4: 3 },
  });
  const chunk = {
    field_2: 4n,
    field_3: {
      field_1: INT32,
      field_2: [0],
      field_3: ["x"],
      field_4: codec,
      field_5: BigInt(values),
      field_6: BigInt(unpacked),
      field_7: BigInt(header.length + page.length),
      field_9: 4n,
    },
  };
  const metadata = thrift({
    field_1: 2,
    field_2: [
      { field_4: "root", field_5: children },
      { field_1: INT32, field_3: repetition, field_4: "x" },
    ],
    field_3: rows,
    field_4: Array.from({ length: groups }, () => ({ field_1: [chunk], field_2: 1n, field_3: rows })),
  });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  return Buffer.concat([Buffer.from("PAR1"), header, page, metadata, length, Buffer.from("PAR1")]);
}

/** A run of 2^31 - 1 equal numbers, with its length before it. */
const longRun = (value: number): Buffer => {
  const run = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, value]);
  return Buffer.concat([Buffer.from([run.length, 0, 0, 0]), run]);
};
const MANY = 2 ** 31 - 1;

describe("a file that declares false sizes is refused:", () => {
  test("the file without them is read", async () => {
    expect(await slugOf(lyingFile({}))).toBeUndefined();
  });

  test.each<[string, Lies, string]>([
    ["more rows than values", { rows: 2n }, "broken-file"],
    ["billions of rows", { rows: 2n ** 62n, values: MANY }, "broken-file"],
    ["a negative number of rows", { rows: -1n }, "broken-file"],
    ["a negative number of values", { values: -1 }, "broken-file"],
    ["a page that unpacks to more than the page has", { codec: 6, unpacked: MANY }, "unsupported-file"],
    ["pages that need more memory than there is", { codec: 1, unpacked: 200 * MB }, "unsupported-file"],
    [
      "billions of nulls as rows",
      { repetition: OPTIONAL, rows: 2n ** 40n, values: MANY, page: longRun(0) },
      "unpacks-too-large",
    ],
    [
      "billions of nulls in a list",
      {
        repetition: REPEATED,
        values: MANY,
        page: Buffer.concat([Buffer.from([7, 0, 0, 0, 2, 0]), Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]), longRun(1)]),
      },
      "broken-file",
    ],
    [
      "billions of values in a dictionary that is missing",
      { values: MANY, encoding: 8, page: Buffer.from([1, 3]) },
      "broken-file",
    ],
    [
      "billions of equal differences",
      {
        rows: 2n ** 40n,
        values: MANY,
        encoding: 5,
        page: Buffer.from([128, 1, 4, 255, 255, 255, 255, 7, 0, 0, 0, 0, 0, 0]),
      },
      "broken-file",
    ],
    ["a group that contains itself", { children: 2 }, "broken-file"],
    ["the same values for many row groups", { groups: 3000 }, "broken-file"],
    ["an encoding that does not exist", { encoding: 99 }, "unsupported-file"],
  ])("%s", async (_, lies, slug) => {
    expect(await slugOf(lyingFile(lies))).toBe(slug);
  });

  test("metadata that is longer than the file, and a list of billions of elements", () => {
    expect(() => checkThrift(Buffer.from([0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0]), 0, 100)).toThrow(
      "longer than",
    );
    expect(() => checkThrift(Buffer.alloc(100_000, 0x1c), 0, 1e6)).toThrow("levels deep");
    expect(() => checkThrift(Buffer.alloc(100_000, 0x11), 0, 1000)).toThrow("too many values");
    expect(() => checkThrift(Buffer.alloc(100, 0xff), 0, 1000)).toThrow();
  });

  test("an encrypted file names its encryption", async () => {
    const file = lyingFile({});
    file.write("PARE", file.length - 4);
    await expect(convertParquetHead(file, MB, {})).rejects.toMatchObject({ extra: { reason: "parquet-encrypted" } });
  });
});

describe("packed data", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });

  test("that is damaged ends, and has exactly the stated length", () => {
    fc.assert(
      fc.property(
        bytes,
        fc.nat(1000),
        fc.constantFrom(unpackSnappy, unpackLz4, unpackHadoopLz4),
        (packed, length, unpack) => {
          try {
            expect(unpack(Buffer.from(packed), length)).toHaveLength(length);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  test("in LZ4 is unpacked with and without the lengths of Hadoop", () => {
    // Three literals, a copy of nine bytes that overlaps itself, and five literals.
    const block = Buffer.from([0x35, ...Buffer.from("abc"), 3, 0, 0x50, ...Buffer.from("xyz12")]);
    const text = "abcabcabcabcxyz12";
    expect(unpackLz4(block, text.length).toString()).toBe(text);
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(text.length);
    lengths.writeUInt32BE(block.length, 4);
    expect(unpackHadoopLz4(Buffer.concat([lengths, block, lengths, block]), text.length * 2).toString()).toBe(
      text + text,
    );
    expect(unpackHadoopLz4(block, text.length).toString()).toBe(text);
    lengths.writeInt32BE(-8, 4);
    expect(() => unpackHadoopLz4(Buffer.concat([lengths, block]), text.length)).toThrow("LZ4");
  });

  test("in Snappy with a length of 32 bits ends", () => {
    expect(() => unpackSnappy(Buffer.from([4, 0xfc, 0xf0, 0xff, 0xff, 0xff, 1, 2, 3, 4]), 4)).toThrow("Snappy");
  });
});

test("readers of numbers end at the end of their bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(32), (numbers, width) => {
      const bytes = Buffer.from(numbers);
      for (const create of [
        () => new HybridReader(bytes, 0, bytes.length, width),
        () => new DeltaReader(bytes, 0, 32),
        () => new DeltaReader(bytes, 0, 64),
      ]) {
        try {
          const reader = create();
          for (let i = 0; i < 2000; i++) reader.next();
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }
    }),
    { numRuns: runs(1000) },
  );
});
