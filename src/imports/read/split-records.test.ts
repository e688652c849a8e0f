import { describe, expect, test } from "vitest";
import type { Dialect } from "../../../contract/imports/imports.ts";
import { fieldText } from "./field-text.ts";
import { createRecords, RECORD_FAULTS } from "./records.ts";
import { MAX_FIELDS, MAX_RECORD_BYTES, splitRecords } from "./split-records.ts";
import { createSplitter } from "./splitter.ts";
import { CSV } from "../../../tests/support/records/csv-dialect.ts";

const rfc4180: Dialect = { ...CSV, formula_escape: true };

interface Read {
  line: number;
  fault: string | null;
  cells: string[];
}

function readAll(text: string | Buffer, changes: Partial<Dialect> = {}): Read[] {
  const dialect = { ...rfc4180, ...changes };
  const bytes = Buffer.from(text);
  const out = createRecords();
  expect(splitRecords(createSplitter(dialect, 1), { bytes, from: 0, to: bytes.length, at_end: true }, out)).toBe(
    bytes.length,
  );
  return Array.from({ length: out.count }, (_, record) => ({
    line: out.line[record] as number,
    fault: RECORD_FAULTS[out.fault[record] as number] ?? null,
    cells: Array.from(
      { length: (out.first_field[record + 1] as number) - (out.first_field[record] as number) },
      (_, cell) => fieldText(out, (out.first_field[record] as number) + cell, dialect),
    ),
  }));
}

const rows = (text: string, changes: Partial<Dialect> = {}): string[][] =>
  readAll(text, changes).map(({ cells }) => cells);
const faults = (text: string | Buffer, changes: Partial<Dialect> = {}): string[] =>
  readAll(text, changes).flatMap(({ line, fault }) => (fault === null ? [] : [`${String(line)} ${fault}`]));

describe("a sound file", () => {
  test.each<[string, string, Partial<Dialect>, string[][]]>([
    [
      "plain",
      "a,b\n1,2\n",
      {},
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "no last line end",
      "a,b\n1,2",
      {},
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["nothing", "", {}, []],
    [
      "CRLF",
      "a,b\r\n1,2\r\n",
      {},
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a CR before the end of the file",
      "a,b\r\n1,2\r",
      {},
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "CR",
      "a,b\r1,2\r",
      { line_ending: "cr" },
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["CR, LF and CRLF mixed", "a\rb\nc\r\nd", { line_ending: "mixed" }, [["a"], ["b"], ["c"], ["d"]]],
    ["a lone CR is text where lines end in LF", "a\rb,c\n", {}, [["a\rb", "c"]]],
    ["blank lines", "a\n\n\r\nb\n\n", {}, [["a"], ["b"]]],
    [
      "empty fields",
      ",\n,,\n",
      {},
      [
        ["", ""],
        ["", "", ""],
      ],
    ],
    ["a delimiter at the end", "a,", {}, [["a", ""]]],
    [
      "quoted",
      '"a","b"\n"",""',
      {},
      [
        ["a", "b"],
        ["", ""],
      ],
    ],
    ["quoted delimiter and line end", '"a,b","c\r\nd"\n', {}, [["a,b", "c\r\nd"]]],
    ["doubled quotes", '"5"" hose",""""\n', {}, [['5" hose', '"']]],
    ["a quote inside an unquoted cell", '5" hose,a"b"\n', {}, [['5" hose', 'a"b"']]],
    ["blanks before a quote make the cell unquoted", ' "a",b\n', {}, [[' "a"', "b"]]],
    ["blanks after a closing quote are padding", '"a"  ,"b"\t\n', {}, [["a", "b"]]],
    ["blanks of an unquoted cell", " a , b \n", {}, [[" a ", " b "]]],
    ["backslash", '"5\\" hose","C:\\\\",C:\\n,"\\n"\n', { escape: "\\" }, [['5" hose', "C:\\", "C:\\n", "\\n"]]],
    ["doubled quotes where a backslash escapes", '"5"" hose",""\n', { escape: "\\" }, [['5" hose', ""]]],
    ["no quotes", '"a,b"\n', { quote: "", escape: "" }, [['"a', 'b"']]],
    ["apostrophes", "'a,b','it''s'\n", { quote: "'", escape: "'" }, [["a,b", "it's"]]],
    ["tab", 'a\t"b"\t\n', { delimiter: "\t" }, [["a", "b", ""]]],
    ["two characters", 'a, "b, c", d,e\n', { delimiter: ", " }, [["a", "b, c", "d,e"]]],
    ["characters of several bytes", "ä§ö§日本\n", { delimiter: "§" }, [["ä", "ö", "日本"]]],
  ])("%s", (_, text, changes, expected) => {
    expect(rows(text, changes)).toEqual(expected);
    expect(faults(text, changes)).toEqual([]);
  });

  test("a blank line can be a record, for files of one column", () => {
    const out = createRecords();
    const bytes = Buffer.from("a\n\nb\n");
    splitRecords(createSplitter(rfc4180, 1, true), { bytes, from: 0, to: bytes.length, at_end: true }, out);
    expect(out.count).toBe(3);
  });

  test("the line of a record counts line breaks inside quotes", () => {
    expect(readAll('a\n\n"b\n\nc"\nd').map(({ line }) => line)).toEqual([1, 3, 6]);
    expect(readAll('a\r"b\r\nc\rd\n"\r\re', { line_ending: "mixed" }).map(({ line }) => line)).toEqual([1, 2, 7]);
  });
});

describe("a fault affects only its own record", () => {
  test.each<[string, string, string[], string[][]]>([
    [
      "text after a closing quote",
      'a,"b"c,d\n1,2,3',
      ["1 text_after_quote"],
      [
        ["a", '"b"c', "d"],
        ["1", "2", "3"],
      ],
    ],
    [
      "an unescaped quote inside",
      'a,"5" hose, green",d\n1',
      ["1 text_after_quote"],
      [["a", '5" hose, green', "d"], ["1"]],
    ],
    [
      "an unescaped quote inside, over two lines",
      'a,"5" hose\ngreen",d\n1',
      ["1 text_after_quote"],
      [["a", '5" hose\ngreen', "d"], ["1"]],
    ],
    ["one quote too many", 'a,""b, c",d\n1', ["1 text_after_quote"], [["a", '"b, c', "d"], ["1"]]],
    ["a stray opening quote", 'a,"b,"c","d"\n1', ["1 text_after_quote"], [["a", '"b', "c", "d"], ["1"]]],
    [
      "unclosed",
      'a,"b,c\n1,2\n3,4',
      ["1 unclosed_quote"],
      [
        ["a", '"b', "c"],
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    [
      "unclosed, quoted fields below",
      'a,"b\n1,"2"\n3,4',
      ["1 unclosed_quote"],
      [
        ["a", '"b'],
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    ["unclosed as the last byte", 'a\n1,"', ["2 unclosed_quote"], [["a"], ["1", '"']]],
    [
      "a bad quote in a field without an end",
      'a,"b\nc" d\n1,2',
      ["1 text_after_quote"],
      [
        ["a", 'b\nc" d'],
        ["1", "2"],
      ],
    ],
    ["a NUL byte", "a\nb\0c\nd", ["2 nul_byte"], [["a"], ["b\0c"], ["d"]]],
  ])("%s", (_, text, expectedFaults, expectedRows) => {
    expect(faults(text)).toEqual(expectedFaults);
    expect(rows(text)).toEqual(expectedRows);
  });

  test("bytes that are not UTF-8", () => {
    expect(faults(Buffer.concat([Buffer.from("ä\nb"), Buffer.from([0xff]), Buffer.from("\nc\0\nd")]))).toEqual([
      "2 not_text",
      "3 nul_byte",
    ]);
  });

  test("a record of the maximum length is read, one byte more is a fault", () => {
    expect(faults(`a\n${"x".repeat(MAX_RECORD_BYTES)}\nb`)).toEqual([]);
    expect(faults(`a\n${"x".repeat(MAX_RECORD_BYTES + 1)}\nb`)).toEqual(["2 record_too_long"]);
    expect(faults(`a\n${"x".repeat(MAX_RECORD_BYTES + 1)}`)).toEqual(["2 record_too_long"]);
  });

  test("a cell of 10 MB", () => {
    const read = readAll(`a,b\n1,"${"x".repeat(10_000_000)}"\n3,4\n`);
    expect(read.map(({ line, fault }) => [line, fault])).toEqual([
      [1, null],
      [2, "record_too_long"],
      [3, null],
    ]);
    expect(read[2]?.cells).toEqual(["3", "4"]);
  });

  test("more fields than a record may have", () => {
    expect(faults(`${",".repeat(MAX_FIELDS - 1)}\n${",".repeat(MAX_FIELDS)}\n`)).toEqual(["2 too_many_fields"]);
  });
});
