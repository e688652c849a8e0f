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
  // If quotes are malformed, no text is lost.
  ['"a"x,b', [["ax", "b"]]],
  ['"never closed,b', [['"never closed', "b"]]],
])("%j is split into records and fields", (text, records) => {
  expect(readRecords(text, CSV)).toEqual(records);
});

test("backslash escapes and delimiters of several characters are supported", () => {
  expect(readRecords("'it\\'s'||b", { delimiter: "||", quote: "'", escape: "\\" })).toEqual([["it's", "b"]]);
  expect(readRecords('"a",b', { delimiter: ",", quote: "", escape: "" })).toEqual([['"a"', "b"]]);
});

test("reading stops at the limit", () => {
  expect(readRecords("a\nb\nc", CSV, 2)).toEqual([["a"], ["b"]]);
});

test("records survive a round trip through text", () => {
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
