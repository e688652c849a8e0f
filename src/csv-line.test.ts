import { expect, test } from "vitest";
import { csvLine, csvLineWithBlanks } from "./csv-line.ts";

test.each([
  [["a", "b"], "a,b\n"],
  [["a,b", 'say "hi"', "two\nlines", "cr\r"], '"a,b","say ""hi""","two\nlines","cr\r"\n'],
  [["", ""], ",\n"],
  [[""], '""\n'],
])("%j is one line, quoted only where it must be", (cells, line) => {
  expect(csvLine(cells)).toBe(line);
  expect(csvLineWithBlanks(cells)).toBe(line);
});

test.each([" a", "a\t", "\u00a0a", "\ufeffa"])(
  "white space at the start or end of %j is quoted for other programs",
  (cell) => {
    expect(csvLine([cell])).toBe(`${cell}\n`);
    expect(csvLineWithBlanks([cell])).toBe(`"${cell}"\n`);
  },
);
