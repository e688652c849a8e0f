// Tests quoted values in cells that contain several pairs of a name and a value.
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitQuoted, unquoted } from "./quoted-parts.ts";

const pairsOf = (text: string, split = ",", sign = "="): string[] => splitQuoted(text, split, sign).map(unquoted);

test("a separator within quotes does not end a part; a doubled quote is one quote", () => {
  const parts = splitQuoted('color=red,note="x, y=z",size=M,inch="5"" x 3"", long"', ",", "=");
  expect(parts).toEqual(["color=red", 'note="x, y=z"', "size=M", 'inch="5"" x 3"", long"']);
  expect(unquoted('"5"" x 3"", long"')).toBe('5" x 3", long');
});

test("quotes may enclose the whole part, and blanks may be around them", () => {
  expect(pairsOf('"a=1, 2" , b= "3, 4" ,c=5')).toEqual(["a=1, 2", ' b= "3, 4" ', "c=5"]);
  expect(pairsOf('a="1 2" b=3', " ")).toEqual(['a="1 2"', "b=3"]);
  expect(pairsOf('a: "1; 2"; b: 3', "; ", ": ")).toEqual(['a: "1; 2"', "b: 3"]);
});

test.each([
  ['size=5" hose,b=1', 'size=5" hose'],
  ['size="5,b=1', 'size="5'],
  ['size="5" hose,b=1', 'size="5" hose'],
  ['a "b,c" d,b=1', 'a "b'],
])("a quote that does not enclose a value is an ordinary character: %s", (text, first) => {
  expect(pairsOf(text)[0]).toBe(first);
});

test("a separator or sign that contains a quote is taken literally", () => {
  expect(splitQuoted('a="1","b="2"', '","', '="')).toEqual(['a="1', 'b="2"']);
});

test("quoted values with any characters are read as they were written", () => {
  const value = fc.string({ unit: fc.constantFrom('"', ",", "=", " ", "x", "\n"), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      const cell = values.map((text, i) => `n${i}="${text.replaceAll('"', '""')}"`).join(",");
      const parts = splitQuoted(cell, ",", "=");
      expect(parts.map((part) => unquoted(part.slice(part.indexOf("=") + 1)))).toEqual(values);
    }),
  );
});

test("a cell of a megabyte costs about as much per part as a short one, whatever its quotes", () => {
  // If the search of each part continued to the end of the cell, each of these texts would take minutes.
  for (const part of ['a="""x,', 'a="x,', 'a=""x,', '"a="x" ,', '"""a,', `a="x"${" ".repeat(50)}y,`])
    expect(splitQuoted(part.repeat(1_000_000 / part.length), ",", "=").length).toBeGreaterThan(0);
});
