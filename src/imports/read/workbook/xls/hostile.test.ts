// Damaged and hostile old workbooks, and other files in the same container: each is read or refused with a problem that names the remedy.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  makeCompound,
  makeXls,
  sharedTexts,
  xlsBof,
  xlsCell,
  xlsRecord,
  xlsStream,
  type XlsInput,
} from "../../../../../tests/support/files/make-xls.ts";
import { runs } from "../../../../../tests/support/random-runs.ts";
import { Problem } from "../../../../../contract/problems.ts";
import { convertHead } from "../convert-workbook.ts";

const MB = 1 << 20;
const texts = (row: number, ...cells: string[]): Buffer[] =>
  cells.map((text, column) => xlsCell.text(row, column, text));
const HEADER = texts(0, "sku", "name");
const ROWS = Array.from({ length: 500 }, (_, i) => texts(i + 1, `S-${i}`, `Name ${i}`)).flat();
const INPUT: XlsInput = { sheets: { S: [...HEADER, ...ROWS] } };
const VALID = makeXls(INPUT);
/** Offset of the directory's first sector in VALID, as its header states. */
const DIRECTORY = (VALID.readUInt32LE(48) + 1) * 512;
const TABLE = (VALID.readUInt32LE(76) + 1) * 512;

const convert = (bytes: Buffer): Promise<unknown> => convertHead(bytes, 64 * MB, {});
const changed = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(VALID);
  change(bytes);
  return bytes;
};

describe("refused as broken:", () => {
  test.each<[string, () => Buffer, string]>([
    ["a file of 8 bytes", () => VALID.subarray(0, 8), "incomplete"],
    ["half of a file", () => VALID.subarray(0, VALID.length / 2), "incomplete"],
    [
      "a chain of sectors that is a circle",
      () => changed((bytes) => bytes.writeUInt32LE(0, TABLE + 4 * 10)),
      "has no end",
    ],
    [
      "a chain that ends early",
      () => changed((bytes) => bytes.writeUInt32LE(0xfffffffe, TABLE + 4 * 10)),
      "incomplete",
    ],
    [
      "a sector after the end of the file",
      () => changed((bytes) => bytes.writeUInt32LE(0x00ffffff, TABLE)),
      "incomplete",
    ],
    [
      "a list of allocation tables that is a circle",
      () =>
        changed((bytes) => {
          bytes.fill(0xff, 76, 512);
          bytes.writeUInt32LE(0, 68);
        }),
      "incomplete",
    ],
    ["sectors of 2^30 bytes", () => changed((bytes) => bytes.writeUInt16LE(30, 30)), "2^30"],
    ["a directory without a root", () => changed((bytes) => bytes.writeUInt8(2, DIRECTORY + 66)), "no root"],
    [
      "no list of sheets",
      () => makeCompound({ Workbook: Buffer.concat([xlsBof(0x10), ...HEADER, xlsRecord(0x0a)]) }),
      "no list of sheets",
    ],
    ["no worksheet", () => makeXls({ sheets: { Chart: [] }, kinds: { Chart: 2 } }), "no worksheet"],
    ["an empty stream", () => makeCompound({ Workbook: Buffer.alloc(0) }), "incomplete"],
    [
      "two sheets at the same place",
      () => makeXls({ sheets: { A: HEADER, B: HEADER }, offsets: { A: 300, B: 300 } }),
      "same part",
    ],
    [
      "a sheet after the end of the file",
      () => makeXls({ sheets: { A: HEADER }, offsets: { A: 0x7fffffff } }),
      "has no end",
    ],
    ["a sheet within the list of sheets", () => makeXls({ sheets: { A: HEADER }, offsets: { A: 24 } }), "not where"],
    ["a sheet without an end", () => makeCompound({ Workbook: xlsStream(INPUT).subarray(0, -4) }), "has no end"],
    ["a record without an end", () => makeCompound({ Workbook: xlsStream(INPUT).subarray(0, -20) }), "within a record"],
    [
      "parts within parts",
      () => makeXls({ sheets: { S: Array.from({ length: 100_000 }, () => xlsBof(0x10)) } }),
      "has no end",
    ],
    [
      "a cell without a value",
      () => makeXls({ sheets: { S: [...HEADER, xlsRecord(0x203, Buffer.alloc(6))] } }),
      "at least 14",
    ],
    [
      "a text that is longer than its record",
      () =>
        makeXls({ sheets: { S: [...HEADER, xlsRecord(0x204, Buffer.alloc(6), Buffer.from([0xff, 0xff, 0, 0x41]))] } }),
      "before its last character",
    ],
    [
      "shared texts of which the last one is incomplete",
      () => makeXls({ ...INPUT, strings: xlsRecord(0xfc, Buffer.from([1, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0x41])) }),
      "before its last character",
    ],
    [
      "a character between two records",
      () =>
        makeXls({
          ...INPUT,
          strings: Buffer.concat([
            xlsRecord(0xfc, Buffer.from([1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0x41])),
            xlsRecord(0x3c, Buffer.from([1, 0, 0x41, 0])),
          ]),
        }),
      "divided between",
    ],
    [
      "more sheets than a workbook may have",
      () => makeXls({ sheets: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`S${i}`, HEADER])) }),
      "more than 1,000 sheets",
    ],
    [
      "too many merged ranges in one sheet",
      () => makeXls({ sheets: { S: [...HEADER, ...ROWS, ...mergedRanges(600)] } }),
      "merged ranges",
    ],
    [
      "too many merged ranges in all sheets together",
      () =>
        makeXls({
          sheets: Object.fromEntries(["S", "T", "U"].map((name) => [name, [...HEADER, ...mergedRanges(200)]])),
        }),
      "merged ranges",
    ],
  ])("%s", async (_, make, message) => {
    await expect(convert(make())).rejects.toMatchObject({
      slug: "broken-workbook",
      message: expect.stringContaining(message) as string,
    });
  });

  test("a cell beyond the last column", async () => {
    await expect(convert(makeXls({ sheets: { S: [...HEADER, xlsCell.rk(1, 256, 6)] } }))).rejects.toThrow("column 257");
  });

  test("cells that repeat a long shared text", async () => {
    const cells = Array.from({ length: 20_000 }, (_, i) => xlsCell.shared(i + 1, 0, 0));
    const strings = sharedTexts(["a".repeat(32_000)]);
    await expect(convert(makeXls({ sheets: { S: [...HEADER, ...cells] }, strings }))).rejects.toMatchObject({
      slug: "unpacks-too-large",
    });
  });
});

describe("named as what it is:", () => {
  const stream = Buffer.from("content");
  test.each<[string, () => Buffer, string, string]>([
    [
      "a workbook with a password",
      () => makeXls({ ...INPUT, globals: xlsRecord(0x2f, Buffer.alloc(54)) }),
      "The workbook has a password. Save it without a password.",
      "workbook-password",
    ],
    [
      "an .xlsx with a password",
      () => makeCompound({ EncryptionInfo: stream, EncryptedPackage: stream }),
      "encrypted with a password",
      "workbook-password",
    ],
    [
      "a Word document",
      () => makeCompound({ WordDocument: stream, "1Table": stream }),
      "a Word document (.doc)",
      "office-document",
    ],
    [
      "a presentation",
      () => makeCompound({ "PowerPoint Document": stream }),
      "a presentation (.ppt)",
      "office-document",
    ],
    ["an email", () => makeCompound({ "__properties_version1.0": stream }), "an email of Outlook (.msg)", "document"],
    [
      "an installer",
      () => makeCompound({ Data: stream }, Buffer.from("84100c0000000000c000000000000046", "hex")),
      "an installer for Windows (.msi)",
      "not-a-table",
    ],
    ["another compound file", () => makeCompound({ Thumbs: stream }), 'Its parts are "Thumbs"', "document"],
    ["a compound file without streams", () => makeCompound({}), "It is empty", "document"],
    [
      "a workbook of Excel 4",
      () => makeCompound({ Book: xlsRecord(0x409, Buffer.alloc(6)) }),
      "a workbook of Excel 4 or older",
      "old-workbook",
    ],
  ])("%s", async (_, make, message, reason) => {
    await expect(convert(make())).rejects.toMatchObject({
      slug: "unsupported-file",
      message: expect.stringContaining(message) as string,
      extra: { reason },
    });
  });
});

test("a file with changed bytes, or one that was cut off, is read or refused with a problem", async () => {
  const strings = sharedTexts(["A", { text: "漢字 ".repeat(30), runs: 3, extension: 9 }], 60);
  const cells = [
    ...texts(1, "A", "Lamp"),
    xlsCell.shared(2, 0, 0),
    xlsCell.shared(2, 1, 1),
    xlsCell.rks(3, 0, [2, 6, 10]),
  ];
  const merged = xlsCell.merged([0, 1, 0, 0]);
  const files = [
    makeXls({ sheets: { S: [...HEADER, ...cells, merged], T: HEADER }, strings, formats: ["000", "dd.mm.yyyy"] }),
    makeXls({ sheets: { S: [...HEADER, ...cells, ...ROWS.slice(8), merged] }, strings }),
    makeXls({
      sheets: { S: texts(0, "a").concat(xlsCell.bytes(1, 0, Buffer.from("\xe4", "latin1"))) },
      code_page: 1251,
    }),
  ];
  const change = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(), { freq: 4 }),
      async (file, changes, cut) => {
        const bytes = Buffer.from(file);
        for (const { at, value } of changes) bytes[8 + (at % (bytes.length - 8))] = value;
        try {
          await convert(cut === null ? bytes : bytes.subarray(0, 8 + (cut % (bytes.length - 8))));
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      },
    ),
    { numRuns: runs(300) },
  );
});

/** @param thousands number of ranges, in thousands */
function mergedRanges(thousands: number): Buffer[] {
  const ranges = Array.from({ length: 1000 }, (): [number, number, number, number] => [1, 2, 0, 0]);
  return Array.from({ length: thousands }, () => xlsCell.merged(...ranges));
}
