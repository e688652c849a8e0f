import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCells, readCellsAt } from "../../../../tests/support/read-cells.ts";
import { formatOf } from "./detect-format.ts";

const hex = (digits: string): Buffer => Buffer.concat([Buffer.from(digits, "hex"), Buffer.alloc(300)]);
const sample = (name: string): string => join(import.meta.dirname, "../archive/samples", name);

describe("the message names the type of a file that is not a table:", () => {
  test.each<[string, Buffer, string]>([
    ["Excel 4", hex("0904060000"), "a workbook of Excel 4 or older"],
    ["encrypted Parquet", Buffer.from("PARE\x15\0"), "an encrypted Parquet file"],
    ["ORC", Buffer.from("ORC\n\x03\0"), "an ORC file"],
    ["MP3", Buffer.from("ID3\x03\0"), "a sound file (MP3)"],
    ["SYLK", Buffer.from('ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K"sku"\r\nE\r\n'), "(SYLK)"],
    ["SQL", Buffer.from("-- Products\nCREATE TABLE products (sku text);\n"), "an SQL script"],
    ["Avro", hex("4f626a01"), "Avro"],
    ["SQLite", Buffer.from("SQLite format 3\0"), "SQLite"],
    ["7z", hex("377abcaf271c"), "7z archive. Unpack it"],
    ["RAR", hex("526172211a0700"), "RAR archive. Unpack it"],
    ["tar", Buffer.concat([Buffer.alloc(257), Buffer.from("ustar\0")]), "tar archive. Unpack it"],
    ["PNG", hex("89504e470d0a1a0a"), "picture (PNG)"],
    ["JPEG", hex("ffd8ffe0"), "picture (JPEG)"],
    ["WebP", Buffer.from("RIFF\x01\x02\x03\x04WEBPVP8 "), "picture (WebP)"],
    ["HEIC", Buffer.from("\0\0\0\x18ftypheic"), "HEIC"],
    ["PDF", Buffer.from("%PDF-1.7"), "PDF"],
    ["RTF", Buffer.from("{\\rtf1\\ansi"), "RTF"],
    ["a program", hex("4d5a9000"), "program (.exe)"],
    ["ELF", hex("7f454c46"), "program (ELF)"],
    ["UTF-32", hex("fffe00007300000075000000"), "UTF-32"],
    ["XML", Buffer.from('<?xml version="1.0"?><products/>'), "XML without records"],
    [
      "XML without a declaration",
      Buffer.from("\n<products>\n  <product>A</product>\n</products>"),
      "XML without records",
    ],
    [
      "XML in UTF-16",
      Buffer.from('\ufeff<?xml version="1.0" encoding="utf-16"?>\n<a>\n<b/></a>\n', "utf16le"),
      "XML without records",
    ],
    [
      "XML of Excel 2003",
      Buffer.from('<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>'),
      "XML format of 2003",
    ],
    ["an empty JSON list", Buffer.from("[]"), "JSON without records"],
    ["a JSON list of numbers", Buffer.from("[1,2]"), "JSON without records"],
    ["a web page without a table", Buffer.from("<!DOCTYPE html><html><p>Log in</p></html>"), "web page (HTML) without"],
  ])("%s", async (_, bytes, message) => {
    await expect(readCells(bytes)).rejects.toMatchObject({
      slug: "unsupported-file",
      message: expect.stringContaining(message) as string,
    });
  });

  test("JSON with the ending .csv", async () => {
    const { dialect, cells } = await readCellsAt(sample("b39b-json.csv"));
    expect(dialect.format).toBe("json");
    expect(cells).toEqual([
      ["b39b-1", "Lamp"],
      ["b39b-2", "Desk"],
    ]);
  });
});

test.each([
  "sku,name\nA,B\n",
  "[sku],[name]\nA,B\n",
  "<sku>;<name>\nA;B\n",
  "BZhang,1\n",
  "ID3,x\n",
  "ID;Preis;Artikelnummer\n1;3,50;A\n",
  "ORCHID,sku\nx,A\n",
  "PAR1,sku\nx,A\n",
  "Create date,sku\n2024-01-31,A\n",
  "Drop shipping;sku\nyes;A\n",
  'sku,name,description\nA,Lamp,"| Size | Weight |\n|---|---|\n| 1 | 2 |"\n',
  "{sku}\tname\nA\tB\n",
  "",
])("%j is delimited text", (text) => {
  expect(formatOf(Buffer.from(text))).toBe("text");
});

describe("a table in Markdown", () => {
  test("has no record for the rule below its header", async () => {
    const { dialect, header, cells, lines, faults } = await readCellsAt(sample("b29-markdown.md"));
    expect(dialect.format).toBe("markdown");
    expect(header).toEqual(["SKU", "Name", "Price"]);
    expect(cells).toEqual([
      ["b29-1", "Lamp", "3"],
      ["b29-2", "Desk", "4"],
    ]);
    expect(lines).toEqual([3, 4]);
    expect(faults).toEqual([]);
  });

  test("may follow text, and has escaped bars, line breaks, quotes and blank cells", async () => {
    const text = '# Price list\n\nsku | name | note\n:--|:-:|--:\nA \\| 1 | a "big"<br>one | \nB||x\n\nThe end.\n';
    const { cells, lines } = await readCells(text);
    expect(cells).toEqual([
      ["A | 1", 'a "big"\none', ""],
      ["B", "", "x"],
    ]);
    expect(lines).toEqual([5, 6]);
  });

  test.each([
    [
      "with lines of + around it",
      "+-----+------+\n| sku | name |\n+-----+------+\n| A   | Lamp |\n+-----+------+\n",
      4,
    ],
    ["with a double rule", "+-----+------+\n| sku | name |\n+=====+======+\n| A   | Lamp |\n+-----+------+\n", 4],
    ["with one rule", " sku | name \n-----+------\n A   | Lamp\n(1 row)\n", 3],
  ])("may be printed by a database program, %s", async (_, text, line) => {
    const { dialect, header, cells, lines } = await readCells(text);
    expect(dialect.format).toBe("markdown");
    expect([header, cells, lines]).toEqual([["sku", "name"], [["A", "Lamp"]], [line]]);
  });

  test("in windows-1252", async () => {
    const bytes = Buffer.from("| sku | name |\r\n|---|---|\r\n| A | T\xfcr f\xfcr K\xfcche |\r\n", "latin1");
    expect((await readCells(bytes)).cells).toEqual([["A", "Tür für Küche"]]);
  });
});

test("a bzip2 file is recognized by its first bytes", () => {
  expect(formatOf(readFileSync(sample("table.csv.bz2")))).toBe("bzip2");
});
