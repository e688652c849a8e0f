import fc from "fast-check";
import { expect, test } from "vitest";
import { guessDelimiter, readRecords, writeRecords } from "./records.ts";

const CSV = { delimiter: ",", quote: '"', escape: '"' };

test.each([
  [
    "a,b\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a,b\r\nc,d\r\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ['"a,1","say ""hi"""', [["a,1", 'say "hi"']]],
  ['"two\nlines",x', [["two\nlines", "x"]]],
  ["\n\na,b\n\n", [["a", "b"]]],
  [
    "a,\n,",
    [
      ["a", ""],
      ["", ""],
    ],
  ],
  // Faulty quotes lose nothing.
  ['"a"x,b', [["ax", "b"]]],
  ['"never closed,b', [['"never closed', "b"]]],
])("%j is read as a person would", (text, records) => {
  expect(readRecords(text, CSV)).toEqual(records);
});

test("backslashes and long delimiters are read too", () => {
  expect(readRecords("'it\\'s'||b", { delimiter: "||", quote: "'", escape: "\\" })).toEqual([["it's", "b"]]);
  expect(readRecords('"a",b', { delimiter: ",", quote: "", escape: "" })).toEqual([['"a"', "b"]]);
});

test("no more is read than was asked for", () => {
  expect(readRecords("a\nb\nc", CSV, 2)).toEqual([["a"], ["b"]]);
});

test("what is written is read back", () => {
  const field = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "ü", "\\") });
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(table, (records) => {
      expect(readRecords(writeRecords(records), CSV)).toEqual(records);
    }),
  );
});

test.each([
  ["sku\tname, long\n", "\t"],
  ["sku;name, long;price\n", ";"],
  ["sku,name\n", ","],
  ["sku|name|x, y\n", "|"],
])("the delimiter of %j is %j", (text, delimiter) => {
  expect(guessDelimiter(text)).toBe(delimiter);
});
