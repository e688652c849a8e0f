// Reads old workbooks of every kind.
// Long because every kind of record has its cases here.
import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import type { DialectOverrides } from "../../../../../contract/imports/imports.ts";
import {
  makeCompound,
  makeXls,
  sharedTexts,
  xlsBof,
  xlsCell,
  XLS_EOF,
  xlsRecord,
  xlsResult,
  xlsStream,
  xlsText,
  type XlsInput,
} from "../../../../../tests/support/files/make-xls.ts";
import { zipOf } from "../../../../../tests/support/files/make-workbook.ts";
import { runs } from "../../../../../tests/support/random-runs.ts";
import { readCells, type CellsRead } from "../../../../../tests/support/read-cells.ts";
import { readHead } from "../../read-head.ts";

const texts = (row: number, ...cells: string[]): Buffer[] =>
  cells.map((text, column) => xlsCell.text(row, column, text));
const HEADER = texts(0, "sku", "name", "x");
const products = (sku: string): Buffer[] => [...HEADER, ...texts(1, sku, "n", "x")];
const read = (input: XlsInput, overrides: DialectOverrides = {}): Promise<CellsRead> =>
  readCells(makeXls(input), overrides);

/** Returns the text of a cell in the third column of the second row. */
async function cellText(cells: Buffer | Buffer[], input: Partial<XlsInput> = {}): Promise<string | undefined> {
  const sheet = [...HEADER, ...texts(1, "A", "Lamp"), ...(Buffer.isBuffer(cells) ? [cells] : cells)];
  return (await read({ sheets: { S: sheet }, ...input })).cells[0]?.[2];
}
/** Returns the text of a number with a format. */
const shown = (value: number, code: string, input: Partial<XlsInput> = {}): Promise<string | undefined> =>
  cellText(xlsCell.number(1, 2, value, 1), { formats: [code], ...input });

describe("a cell", () => {
  test.each<[string, Buffer | Buffer[], string]>([
    ["a text of digits", xlsCell.text(1, 2, "0017"), "0017"],
    ["a text with other letters", xlsCell.text(1, 2, "漢字 ä\n😀"), "漢字 ä\n😀"],
    ["a text with formatting", xlsCell.rich(1, 2, "rich"), "rich"],
    ["a number", xlsCell.number(1, 2, 17), "17"],
    ["a fraction", xlsCell.number(1, 2, 0.1 + 0.2), "0.3"],
    ["a large number", xlsCell.number(1, 2, 1e20), "100000000000000000000"],
    ["a number with 16 digits", xlsCell.number(1, 2, 1234567890123456), "1234567890123456"],
    ["a number that a double does not contain exactly", xlsCell.number(1, 2, 12345678901234567), "12345678901234600"],
    ["a small number", xlsCell.number(1, 2, 1.5e-7), "0.00000015"],
    ["the number minus zero", xlsCell.number(1, 2, -0), "0"],
    ["not a number", xlsCell.number(1, 2, Number.NaN), "#NUM!"],
    ["an integer in four bytes", xlsCell.rk(1, 2, (-5 << 2) | 2), "-5"],
    ["hundredths in four bytes", xlsCell.rk(1, 2, (1999 << 2) | 3), "19.99"],
    ["a double in four bytes", xlsCell.rk(1, 2, 0x3ff80000), "1.5"],
    ["a double in four bytes, divided by 100", xlsCell.rk(1, 2, 0x40590001), "1"],
    ["true", xlsCell.logical(1, 2, true), "true"],
    ["an error", xlsCell.error(1, 2, 0x2a), "#N/A"],
    ["another error", xlsCell.error(1, 2, 0x07), "#DIV/0!"],
    ["the result of a formula", xlsCell.formula(1, 2, 2.5), "2.5"],
    ["a boolean as the result", xlsCell.formula(1, 2, xlsResult.logical(false)), "false"],
    ["an error as the result", xlsCell.formula(1, 2, xlsResult.error(0x17)), "#REF!"],
    ["a blank result", xlsCell.formula(1, 2, xlsResult.blank), ""],
    ["a text as the result", [xlsCell.formula(1, 2, xlsResult.text), xlsText("Größe")], "Größe"],
    [
      "a text as the result of a shared formula",
      [xlsCell.formula(1, 2, xlsResult.text), xlsRecord(0x4bc, Buffer.alloc(12)), xlsText("shared")],
      "shared",
    ],
    [
      "a result that continues in the next record",
      [
        xlsCell.formula(1, 2, xlsResult.text),
        xlsRecord(0x207, Buffer.from([4, 0, 0]), Buffer.from("ab")),
        xlsRecord(0x3c, Buffer.from([1]), Buffer.from("漢字", "utf16le")),
      ],
      "ab漢字",
    ],
    ["a formula without a text", [xlsCell.formula(1, 2, xlsResult.text), xlsCell.blank(1, 3)], ""],
    ["nothing but a format", xlsCell.blank(1, 2), ""],
    ["a value that is written twice", [xlsCell.text(1, 2, "old"), xlsCell.number(1, 2, 3)], "3"],
  ])("with %s", async (_, cells, expected) => {
    expect(await cellText(cells)).toBe(expected);
  });

  test.each<[string, number, string, string]>([
    ["zeros", 17, "0000", "0017"],
    ["a prefix", 17, '"ART-"0000', "ART-0017"],
    ["a percent sign", 0.175, "0.0 %", "17.5 %"],
    ["decimals", 17.5, "0.00", "17.5"],
    ["a day", 46351, "dd.mm.yyyy", "2026-11-25"],
    ["a day and a time", 46351.5, "yyyy-mm-dd hh:mm", "2026-11-25 12:00:00"],
    ["a time", 0.25, "hh:mm", "06:00:00"],
    ["a day before the day that Excel invented", 1, "dd.mm.yyyy", "1900-01-01"],
    ["no date", 46351, "General", "46351"],
  ])("with a format that shows %s", async (_, value, code, expected) => {
    expect(await shown(value, code)).toBe(expected);
    expect(await shown(value, code, { code_page: 1252, sheets: latin(value) })).toBe(expected);
  });

  test("is a date of 1904 if the workbook counts from there", async () => {
    expect(await shown(44889, "dd.mm.yyyy", { is_1904: true })).toBe("2026-11-25");
  });

  test("has a format of its workbook, or one that all workbooks have", async () => {
    const styles = xlsRecord(0xe0, Buffer.from([0, 0, 14, 0]), Buffer.alloc(16));
    expect(await cellText(xlsCell.number(1, 2, 46351, 0), { globals: styles })).toBe("2026-11-25");
  });

  test("whose formula was never calculated fails the file and is named", async () => {
    await expect(cellText(xlsCell.formula(1, 2, 0, 3))).rejects.toThrow(
      'row 2, column 3 of "S" contains a formula that was never calculated',
    );
    expect(await cellText(xlsCell.formula(1, 2, 0, 2))).toBe("0");
  });

  test("that is a number or a date has no quotes in the table, as in other workbooks", async () => {
    const cells = [...texts(1, "A"), xlsCell.number(1, 1, 1.5), xlsCell.number(1, 2, 46351, 1)];
    const more = [
      ...texts(2, "B", "1.5"),
      xlsCell.logical(2, 2, true),
      ...texts(3, "C", "n"),
      xlsCell.number(3, 2, 7, 2),
    ];
    const head = await readHead(
      makeXls({ sheets: { S: [...HEADER, ...cells, ...more] }, formats: ["dd.mm.yyyy", "000"] }),
      true,
      {},
    );
    expect(head?.records.bytes.toString()).toContain('"A",1.5,2026-11-25\n"B","1.5",true\n"C","n",007\n');
    expect(head?.dialect).toMatchObject({ format: "xls", line_ending: "row" });
  });
});

/** A sheet of Excel 95 with a number in the third column. */
function latin(value: number): XlsInput["sheets"] {
  const names = ["sku", "name", "x"].map((text, column) => xlsCell.bytes(0, column, Buffer.from(text)));
  const row = ["A", "n"].map((text, column) => xlsCell.bytes(1, column, Buffer.from(text)));
  return { S: [...names, ...row, xlsCell.number(1, 2, value, 1)] };
}

describe("shared texts", () => {
  test("are found by their numbers", async () => {
    const cells = [0, 1, 2].map((index, column) => xlsCell.shared(1, column, index));
    const strings = sharedTexts(["A", { text: "Lämp", runs: 3 }, { text: "漢字", runs: 1, extension: 10 }]);
    expect((await read({ sheets: { S: [...HEADER, ...cells] }, strings })).cells).toEqual([["A", "Lämp", "漢字"]]);
  });

  test("may continue in further records, with characters of another size", async () => {
    const text = fc.record({
      text: fc.oneof(
        fc.string({ unit: fc.constantFrom("a", "Z", "ä", "ÿ", "\n"), maxLength: 60 }),
        fc.string({ unit: fc.constantFrom("a", "ß", "漢", "€", "\ud83d\ude00"), maxLength: 60 }),
        fc
          .tuple(fc.string({ unit: fc.constantFrom("漢", "€"), maxLength: 20 }), fc.constant("abcdefghij".repeat(5)))
          .map((parts) => parts.join("")),
      ),
      runs: fc.integer({ min: 0, max: 20 }),
      extension: fc.constantFrom(0, 0, 7, 40),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 20, max: 120 }),
        async (given, limit) => {
          const rows = given.flatMap((_, i) => [
            ...texts(i + 1, `S-${i}`, "n"),
            xlsCell.shared(i + 1, 2, i),
            ...texts(i + 1, "", "", "", "end").slice(3),
          ]);
          const { cells } = await read({
            sheets: { S: [...texts(0, "sku", "name", "x", "y"), ...rows] },
            strings: sharedTexts(given, limit),
          });
          expect(cells.map(([, , cell]) => cell)).toEqual(given.map((one) => one.text));
        },
      ),
      { numRuns: runs(15) },
    );
  });

  test("of any number that the file states take no memory", async () => {
    const strings = sharedTexts(["A"], 8224, 0xffffffff);
    const sheet = [...HEADER, xlsCell.shared(1, 0, 0), ...texts(1, "", "n").slice(1)];
    expect((await read({ sheets: { S: sheet }, strings })).cells).toEqual([["A", "n", ""]]);
  });

  test("that do not exist fail the file", async () => {
    await expect(cellText(xlsCell.shared(1, 2, 4_000_000_000), { strings: sharedTexts(["A"]) })).rejects.toMatchObject({
      slug: "broken-workbook",
      message: expect.stringContaining("there are only 1") as string,
    });
  });
});

describe("rows", () => {
  test("have the numbers that Excel shows, and blank rows count", async () => {
    const sheet = [
      ...texts(2, "sku", "name"),
      ...texts(4, "A", "a"),
      xlsCell.blanks(5, 0, 3),
      ...texts(9, "B", "b"),
      xlsCell.text(65_535, 0, "C"),
      xlsCell.text(65_535, 1, "c"),
    ];
    const { cells, lines, header } = await read({ sheets: { S: sheet } });
    expect(header).toEqual(["sku", "name"]);
    expect(cells).toEqual([
      ["A", "a"],
      ["B", "b"],
      ["C", "c"],
    ]);
    expect(lines).toEqual([5, 10, 65_536]);
  });

  test("may have several numbers in one record", async () => {
    const sheet = [
      ...texts(0, "sku", "name", "a", "b", "c"),
      ...texts(1, "A", "n"),
      xlsCell.rks(1, 2, [(1 << 2) | 2, (250 << 2) | 3, 0x3ff80000]),
    ];
    expect((await read({ sheets: { S: sheet } })).cells).toEqual([["A", "n", "1", "2.5", "1.5"]]);
  });

  test("are sorted if the cells were written column by column", async () => {
    const count = 60_000;
    const column = (at: number, name: string, make: (row: number) => Buffer): Buffer[] => [
      xlsCell.text(0, at, name),
      ...Array.from({ length: count }, (_, i) => make(i + 1)),
    ];
    const sheet = [
      ...column(0, "sku", (row) => xlsCell.number(row, 0, row)),
      ...column(1, "name", (row) => xlsCell.text(row, 1, `N${row}`)),
      ...Array.from({ length: 6 }, (_, i) =>
        column(i + 2, `c${i}`, (row) => xlsCell.rk(row, i + 2, (i << 2) | 2)),
      ).flat(),
    ];
    const { cells, lines } = await read({ sheets: { S: sheet } });
    expect(cells.length).toBe(count);
    expect(cells.every(([sku, name], i) => sku === String(i + 1) && name === `N${i + 1}`)).toBe(true);
    expect(cells.at(-1)).toEqual([String(count), `N${count}`, "0", "1", "2", "3", "4", "5"]);
    expect(lines.at(-1)).toBe(count + 1);
  });

  test("that are merged have the value in each row, and names of a merged header are joined", async () => {
    const sheet = [
      ...texts(0, "sku", "name", "Price"),
      xlsCell.text(1, 2, "net"),
      xlsCell.text(1, 3, "gross"),
      ...texts(2, "A", "Lamp", "1", "2"),
      xlsCell.text(3, 0, "B"),
      xlsCell.text(3, 2, "3"),
      xlsCell.text(3, 3, "4"),
      xlsCell.merged([0, 1, 0, 0], [0, 1, 1, 1], [0, 0, 2, 3]),
      xlsCell.merged([2, 3, 1, 1]),
    ];
    const { header, cells, lines } = await read({ sheets: { S: sheet } });
    expect(header).toEqual(["sku", "name", "Price net", "Price gross"]);
    expect(cells).toEqual([
      ["A", "Lamp", "1", "2"],
      ["B", "Lamp", "3", "4"],
    ]);
    expect(lines).toEqual([3, 4]);
  });
});

describe("sheets", () => {
  const input: XlsInput = {
    sheets: { Notes: texts(0, "Read me"), Chart: [], Öne: products("A"), 漢字: products("B"), Hidden: products("C") },
    states: { Hidden: 2 },
    kinds: { Chart: 2 },
  };

  test("with the same header are read, and all are reported", async () => {
    const { dialect, cells, lines } = await read(input);
    expect(cells.map(([sku]) => sku)).toEqual(["A", "B"]);
    expect(lines).toEqual([2, 4]);
    expect(dialect).toMatchObject({
      format: "xls",
      sheets: [
        { name: "Notes", read: false, has_sku: false },
        { name: "Öne", read: true, has_sku: true },
        { name: "漢字", read: true, has_sku: true },
        { name: "Hidden", read: false, hidden: true },
      ],
    });
  });

  test("can be chosen by name", async () => {
    expect((await read(input, { sheet: "Hidden" })).cells).toEqual([["C", "n", "x"]]);
    await expect(read(input, { sheet: "Three" })).rejects.toMatchObject({ slug: "no-such-sheet" });
  });

  test("may contain charts, which have cells of their own", async () => {
    const chart = [xlsBof(0x20), ...texts(1, "chart", "chart", "chart"), XLS_EOF];
    expect((await read({ sheets: { S: [...HEADER, ...chart, ...texts(1, "A", "n", "x")] } })).cells).toEqual([
      ["A", "n", "x"],
    ]);
  });
});

describe("a workbook of Excel 5 or 95", () => {
  test.each<[number, string, string]>([
    [1252, "windows-1252", "Größe €"],
    [1251, "windows-1251", "Лампа"],
    [1250, "windows-1250", "Żarówka"],
    [437, "cp437", "Größe"],
    [932, "shift_jis", "電球"],
    [950, "big5", "燈泡"],
    [10_000, "macintosh", "Größe"],
    [32_768, "macintosh", "Größe"],
    [0, "windows-1252", "Größe"],
  ])("has texts in code page %i", async (page, encoding, text) => {
    const bytes = iconv.encode(text, encoding);
    const names = ["sku", "name", "x"].map((name, column) => xlsCell.bytes(0, column, Buffer.from(name)));
    const sheet = [
      ...names,
      xlsCell.bytes(1, 0, Buffer.from("A")),
      xlsCell.bytes(1, 1, bytes),
      xlsCell.formula(1, 2, xlsResult.text),
      xlsRecord(0x207, Buffer.from([bytes.length, 0]), bytes),
    ];
    const { cells, dialect } = await read({ sheets: { Sheet1: sheet }, code_page: page });
    expect(cells).toEqual([["A", text, text]]);
    expect(dialect).toMatchObject({ format: "xls", sheets: [{ name: "Sheet1", read: true }] });
  });

  test("is refused if its code page is unknown", async () => {
    const sheet = [xlsCell.bytes(0, 0, Buffer.from("sku")), xlsCell.bytes(1, 0, Buffer.from("\xe4", "latin1"))];
    await expect(read({ sheets: { S: sheet }, code_page: 9999 })).rejects.toMatchObject({
      slug: "unsupported-file",
      message: expect.stringContaining("code page 9999") as string,
    });
  });

  test("may be in one file with a workbook of Excel 97, which is read", async () => {
    const streams = {
      Book: xlsStream({ sheets: latin(1), code_page: 1252 }),
      Workbook: xlsStream({ sheets: { S: products("A") } }),
    };
    expect((await readCells(makeCompound(streams))).cells).toEqual([["A", "n", "x"]]);
  });
});

describe("a file", () => {
  const rows = Array.from({ length: 3000 }, (_, i) => texts(i + 1, `S-${i}`, `Name ${i}`, "漢字".repeat(20))).flat();

  test("of any size is read, whether its stream is short or long", async () => {
    expect((await read({ sheets: { S: products("A") } })).cells).toEqual([["A", "n", "x"]]);
    expect((await read({ sheets: { S: [...HEADER, ...rows] } })).cells.length).toBe(3000);
  });

  test("of more than 7 MB is read, whose allocation table does not fit in the header", async () => {
    const long = Array.from({ length: 1200 }, (_, i) => texts(i + 1, `S-${i}`, "n", "漢".repeat(4000))).flat();
    const bytes = makeXls({ sheets: { S: [...HEADER, ...long] } });
    expect(bytes.length).toBeGreaterThan(8_000_000);
    expect((await readCells(bytes)).cells.length).toBe(1200);
  });

  test("is read without its container too", async () => {
    expect((await readCells(xlsStream({ sheets: { S: products("A") } }))).cells).toEqual([["A", "n", "x"]]);
  });

  test("is read if its last sector is incomplete", async () => {
    const bytes = makeXls({ sheets: { S: [...HEADER, ...rows] } });
    const stream = xlsStream({ sheets: { S: [...HEADER, ...rows] } });
    // The stream is the first one in the file; the allocation table is the last part.
    expect(bytes.length).toBeGreaterThan(stream.length);
    expect((await readCells(Buffer.concat([bytes, Buffer.alloc(100)]))).cells.length).toBe(3000);
  });

  test("is read from a zip file, and from a preview of one", async () => {
    const bytes = await zipOf({ "list.xls": makeXls({ sheets: { S: [...HEADER, ...rows] } }), "readme.txt": "Hello" });
    expect((await readCells(bytes)).cells.length).toBe(3000);
    expect((await readHead(bytes, true, {}))?.records.count).toBeGreaterThan(1000);
  });

  test("cannot be previewed from its first bytes only", async () => {
    const bytes = makeXls({ sheets: { S: [...HEADER, ...rows] } });
    expect(await readHead(bytes.subarray(0, 70_000), false, {})).toBeUndefined();
  });
});
