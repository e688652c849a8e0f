import { expect, test } from "vitest";
import { csvLine, csvLineWithBlanks } from "./csv-line.ts";

test.each([
  [["a", "b"], "a,b\n"],
  [["a,b", 'say "hi"', "two\nlines", "cr\r"], '"a,b","say ""hi""","two\nlines","cr\r"\n'],
  [["", ""], ",\n"],
  [[""], '""\n'],
])("the cells %j are written as one record, and quoted only where necessary", (cells, line) => {
  expect(csvLine(cells)).toBe(line);
  expect(csvLineWithBlanks(cells)).toBe(line);
});

test.each([" a", "a\t", "\u00a0a", "\ufeffa"])(
  "csvLineWithBlanks quotes %j because of its leading or trailing white space",
  (cell) => {
    expect(csvLine([cell])).toBe(`${cell}\n`);
    expect(csvLineWithBlanks([cell])).toBe(`"${cell}"\n`);
  },
);
