import fc from "fast-check";
import { expect, test } from "vitest";
import { listText, parseListText } from "./list-text.ts";

test("a list is edited with one element per line", () => {
  expect(listText(["red", " dark blue"])).toBe("red\n dark blue");
  expect(parseListText("red\n\r\nblue\n")).toEqual(["red", "blue"]);
});

test("a list is edited as JSON if an element contains a line break or looks like JSON", () => {
  expect(listText(["two\nlines", "x"])).toBe('["two\\nlines","x"]');
  expect(parseListText('["two\\nlines","x"]')).toEqual(["two\nlines", "x"]);
  expect(listText(['["x"]'])).toBe('["[\\"x\\"]"]');
  expect(parseListText("[x]\n[1]")).toEqual(["[x]", "[1]"]);
});

test("parsing the text of a list returns the same list", () => {
  const element = fc.string({ unit: fc.constantFrom(...Array.from('[]"\\\n\r, ab')), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(element, { minLength: 1, maxLength: 4 }), (list) => {
      expect(parseListText(listText(list))).toEqual(list);
    }),
  );
});
