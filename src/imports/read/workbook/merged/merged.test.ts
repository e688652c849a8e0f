// Workbooks with merged cells, from the bytes of the file to lines of CSV: names of columns, values of rows, and hostile ranges.
// Long because it is a list of headers, rows and hostile ranges.
import { describe, expect, test } from "vitest";
import { makeWorkbook, textRow, type WorkbookInput } from "../../../../../tests/support/files/make-workbook.ts";
import type { DialectOverrides } from "../../../../../contract/imports/imports.ts";
import { convertHead } from "../convert-workbook.ts";
import { createMergedFill } from "./fill-merged.ts";
import { rangeOf, readMerged, unpackColumn } from "./read-merged.ts";

async function textOf(input: WorkbookInput, overrides: DialectOverrides = {}): Promise<string> {
  return (await convertHead(await makeWorkbook(input), 100_000_000, overrides)).text.toString();
}

const sheet = (ranges: string[], rows: string[][], firstRow = 1): WorkbookInput => ({
  sheets: { S: rows.map((cells, index) => textRow(firstRow + index, ...cells)).join("") },
  merged: { S: ranges },
});

/** Returns the names of the columns, and the number of lines above them. */
async function namesOf(input: WorkbookInput, overrides?: DialectOverrides): Promise<[names: string[], above: number]> {
  const lines = (await textOf(input, overrides)).split("\n");
  const above = lines.findIndex((line) => line !== "");
  return [(lines[above] ?? "").split(",").map((cell) => cell.replaceAll('"', "")), above];
}

const DATA = ["A-1", "Lamp", "3", "4"];

describe("a header with merged cells", () => {
  test.each<[title: string, ranges: string[], rows: string[][], names: string[]]>([
    [
      "names the columns below an upper name",
      ["A1:A2", "B1:B2", "C1:D1"],
      [["SKU", "Name", "Price", ""], ["", "", "net", "gross"], DATA],
      ["SKU", "Name", "Price net", "Price gross"],
    ],
    [
      "needs no vertically merged cells",
      ["C1:D1"],
      [["", "", "Price", ""], ["SKU", "Name", "net", "gross"], DATA],
      ["SKU", "Name", "Price net", "Price gross"],
    ],
    [
      "may have a title, also one that is merged over all columns",
      ["A1:D1", "A3:A4", "B3:B4", "C3:D3"],
      [["Price list"], [], ["SKU", "Name", "Price", ""], ["", "", "net", "gross"], DATA],
      ["SKU", "Name", "Price net", "Price gross"],
    ],
    [
      "may have three rows",
      ["A1:A3", "B1:D1", "C2:D2"],
      [["SKU", "Article", "", ""], ["", "Name", "Price", ""], ["", "", "net", "gross"], DATA],
      ["SKU", "Article Name", "Article Price net", "Article Price gross"],
    ],
    [
      "may have upper names without merged cells",
      ["B1:C1"],
      [
        ["SKU", "Price", "", "Name"],
        ["", "net", "gross", ""],
        ["A-1", "3", "4", "Lamp"],
      ],
      ["SKU", "Price net", "Price gross", "Name"],
    ],
    [
      "may have one upper name above the first columns",
      ["A1:B1"],
      [
        ["Article", "", ""],
        ["Number", "Name", "Colour"],
        ["A-1", "Lamp", "red"],
      ],
      ["Article Number", "Article Name", "Colour"],
    ],
    [
      "may have one upper name above all columns",
      ["A1:C1"],
      [
        ["Article", "", ""],
        ["Number", "Name", "Colour"],
        ["A-1", "Lamp", "red"],
      ],
      ["Article Number", "Article Name", "Article Colour"],
    ],
    [
      "of one row names the further columns of a merged cell, if they have values",
      ["C1:D1"],
      [["SKU", "Name", "Size", ""], DATA],
      ["SKU", "Name", "Size", "Size"],
    ],
    [
      "keeps the lowest names if only these show the SKU and the name",
      ["A1:B1", "C1:D1"],
      [["Master data", "", "Prices", ""], ["SKU", "Name", "net", "gross"], DATA],
      ["SKU", "Name", "net", "gross"],
    ],
  ])("%s", async (_, ranges, rows, names) => {
    const [found, above] = await namesOf(sheet(ranges, rows));
    expect([found, above]).toEqual([names, rows.length - 2]);
  });

  test.each<[title: string, ranges: string[], rows: string[][], above: number]>([
    ["a title above one of the columns", ["A1:C1"], [["Price list"], ["SKU", "Name", "net", "gross"], DATA], 1],
    [
      "a row of values below a name over two columns",
      ["C1:D1"],
      [["SKU", "Name", "Size", ""], DATA, ["A-2", "Desk", "5", "6"]],
      0,
    ],
    [
      "a label beside the table",
      ["A1:A3"],
      [
        ["Spring", "SKU", "Name"],
        ["", "A-1", "Lamp"],
        ["", "A-2", "Desk"],
      ],
      0,
    ],
    [
      "cells merged in every row for their width",
      ["B1:C1", "B2:C2"],
      [
        ["SKU", "Name", "", "net"],
        ["A-1", "Lamp", "", "3"],
      ],
      0,
    ],
  ])("does not include %s", async (_, ranges, rows, above) => {
    const [names, found] = await namesOf(sheet(ranges, rows));
    expect(found).toBe(above);
    expect(names.join(" ")).toContain("SKU");
    expect(names).not.toContain("SKU A-1");
  });

  test("is made of the given lines", async () => {
    const rows = [["Article", "", "Price"], ["note"], ["Number", "Name", "net"], ["A-1", "Lamp", "3"]];
    const overrides = { preamble: 0, header: true, header_at: [1, 3] };
    expect(await namesOf(sheet(["A1:B1"], rows), overrides)).toEqual([
      ["Article Number", "Article Name", "Price net"],
      2,
    ]);
    expect(await namesOf(sheet(["A1:B1"], rows), { preamble: 2, header: true, header_at: [3] })).toEqual([
      ["Number", "Name", "net"],
      2,
    ]);
  });

  test("chooses the sheet if no other one names the SKU, and is continued on further sheets and pages", async () => {
    const header = textRow(1, "Article", "", "Price") + textRow(2, "Number", "Name", "net");
    const repeated = textRow(5, "Article", "", "Price") + textRow(6, "Number", "Name", "net");
    const text = await textOf({
      sheets: {
        Cover: textRow(1, "Spring", "2027"),
        One: header + textRow(3, "A-1", "Lamp", "3") + repeated + textRow(7, "A-2", "Desk", "4"),
        Two: header + textRow(3, "A-3", "Bed", "5"),
      },
      merged: { One: ["A1:B1"], Two: ["A1:B1"] },
    });
    const names = '"Article Number","Article Name","Price net"\n';
    expect(text).toBe(`\n${names}"A-1","Lamp","3"\n\n\n${names}"A-2","Desk","4"\n\n\n"A-3","Bed","5"\n`);
  });
});

describe("a cell merged over several rows", () => {
  const HEADER = ["Group", "SKU", "Name"];

  test("is the value of each row that has other cells", async () => {
    const rows = [
      HEADER,
      ["Home", "A-1", "Lamp"],
      ["", "A-2", "Desk"],
      [],
      ["hidden", "A-3", "Bed"],
      ["", "A-4", "Cup"],
    ];
    expect(await textOf(sheet(["A2:A5"], rows))).toBe(
      '"Group","SKU","Name"\n"Home","A-1","Lamp"\n"Home","A-2","Desk"\n\n"Home","A-3","Bed"\n,"A-4","Cup"\n',
    );
  });

  test("fills only the first column of its range, and nothing if it is merged over one row", async () => {
    const rows = [HEADER, ["Home", "", "Lamp"], ["", "A-2", "Desk"], ["Garden", "", ""], ["", "A-3", "Bed"]];
    expect(await textOf(sheet(["A2:B3", "A4:C4"], rows))).toBe(
      '"Group","SKU","Name"\n"Home",,"Lamp"\n"Home","A-2","Desk"\n"Garden",,\n,"A-3","Bed"\n',
    );
  });
});

test("the name of the element may be the text of a cell", async () => {
  const rows = [
    ["SKU", "mergeCells"],
    ["A-1", "x:mergeCells mergeCells=&lt;mergeCells"],
    ["", "Desk"],
  ];
  expect(await textOf(sheet(["A2:A3"], rows))).toBe(
    '"SKU","mergeCells"\n"A-1","x:mergeCells mergeCells=<mergeCells"\n"A-1","Desk"\n',
  );
});

describe("hostile ranges", () => {
  const many = (count: number, make: (i: number) => string): string[] =>
    Array.from({ length: count }, (_, i) => make(i));

  test("that fill thousands of cells in each of a million rows are refused", async () => {
    const cells = many(1999, (i) => `<c t="str"><v>${i}</v></c>`).join("");
    const rows = `${textRow(1, "sku", "name")}<row r="2">${cells}</row>${"<row><c t='b'><v>1</v></c></row>".repeat(200_000)}`;
    const ranges = many(1999, (i) => `${columnName(i)}2:${columnName(i)}1048576`);
    await expect(textOf({ sheets: { S: rows }, merged: { S: ranges } })).rejects.toMatchObject({
      slug: "unpacks-too-large",
    });
  });

  test("that are too many are refused", async () => {
    const input = sheet(["A1:A2"], [["sku", "name"]]);
    const parts = {
      "xl/worksheets/sheet1.xml": `<worksheet><sheetData>${textRow(1, "sku", "name")}</sheetData><mergeCells>${'<mergeCell ref="A1:A3"/>'.repeat(1_100_000)}</mergeCells></worksheet>`,
    };
    await expect(textOf({ ...input, parts })).rejects.toThrow("more than 1,048,576 merged ranges");
  });

  test("that overlap or are not valid change nothing else", async () => {
    const rows = [
      ["SKU", "Name"],
      ["A-1", "Lamp"],
      ["", "Desk"],
    ];
    const ranges = [
      "A2:A3",
      "A2:A3",
      "A2:B3",
      "A1",
      "B3:",
      "A0:A5",
      "ZZZ1:ZZZ9",
      "A2:XFD1048576",
      "1:2",
      "A9999999:A1",
    ];
    expect(await textOf(sheet([...ranges, ...many(3000, () => "A2:XFD5")], rows))).toBe(
      '"SKU","Name"\n"A-1","Lamp"\n"A-1","Desk"\n',
    );
  });

  test("of long names do not make a header longer than a record may be", async () => {
    const long = "x".repeat(30_000);
    const rows = `${textRow(1, "sku", "name", long)}<row r="2">${many(2000, (i) => `<c t="str"><v>${i}</v></c>`).join("")}</row>`;
    const text = await textOf({ sheets: { S: rows }, merged: { S: ["C1:BXX1"] } });
    expect(text.slice(0, 30)).toBe('"sku","name","xxxxxxxxxxxxxxxx');
    expect(text.indexOf("\n")).toBeLessThan(40_000);
  });
});

test("ranges are packed without loss", async () => {
  const chunks = (xml: string): AsyncIterable<Buffer> => ({
    async *[Symbol.asyncIterator]() {
      // Yield one byte at a time, to test that the reader finds an element that is split between two chunks.
      for (const byte of Buffer.from(xml)) yield await Promise.resolve(Buffer.from([byte]));
    },
  });
  const xml = `<x:worksheet><x:sheetData/><x:mergeCells count="3"><x:mergeCell ref="BXX1048575:BXX1048576"/><x:mergeCell ref="A2:C9"/><x:mergeCell ref="D2:F2"/></x:mergeCells><x:pageMargins/></x:worksheet>`;
  const { near, columns } = await readMerged("part", chunks(xml), { first: 1, last: 5 }, { ...NO_LIMITS });
  expect(near).toEqual([
    { top: 2, bottom: 9, left: 0, right: 2 },
    { top: 2, bottom: 2, left: 3, right: 5 },
  ]);
  expect(Array.from(columns, unpackColumn)).toEqual([
    { top: 2, bottom: 9, column: 0 },
    { top: 1_048_575, bottom: 1_048_576, column: 1999 },
  ]);
});

test("a reference is read in any order", () => {
  expect(rangeOf("C5:B4")).toEqual({ top: 4, bottom: 5, left: 1, right: 2 });
  expect(rangeOf("A1:ZZZ9999999")).toEqual({ top: 1, bottom: 1_048_576, left: 0, right: 1999 });
});

test("the characters that are filled in are counted", async () => {
  const counted: number[] = [];
  const { columns } = await readMerged(
    "part",
    (async function* () {
      yield await Promise.resolve(Buffer.from('<mergeCells><mergeCell ref="A2:A9"/></mergeCells>'));
    })(),
    { first: 1, last: 1 },
    NO_LIMITS,
  );
  const fill = createMergedFill(columns, 1, { countRead: (length) => counted.push(length) });
  fill({ number: 2, cells: ["Home", "A-1"] });
  fill({ number: 3, cells: ["", "A-2"] });
  fill({ number: 4, cells: [] });
  expect(counted).toEqual([5]);
});

const NO_LIMITS = {
  countUnpacked: () => undefined,
  countElement: () => undefined,
  countRead: () => undefined,
  countStored: () => undefined,
};

function columnName(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : columnName(Math.floor(column / 26) - 1) + last;
}
