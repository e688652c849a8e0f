import { expect, test } from "vitest";
import { locateFaults, parseText } from "./json-text.ts";

const TEXT = `{
  "key": "sku",
  "attributes": {
    "a/b": { "from": "x", "number": 5 }
  },
  "ignore": [
    { "blank": "Pos" },
    { "like": 1 }
  ]
}
`;

test("a valid text is parsed; a syntax error has a line", () => {
  expect(parseText(TEXT)).toMatchObject({ value: { key: "sku" }, syntax: null });
  expect(parseText('{\n  "key": "a",\n}')).toMatchObject({ syntax: { name: "PropertyNameExpected", line: 3 } });
  expect(parseText('{\n  "key": "a"\n  "name": "b"\n}')).toMatchObject({ syntax: { name: "CommaExpected", line: 3 } });
  expect(parseText("[]")).toMatchObject({ syntax: { name: "NotAnObject", line: 1 } });
  expect(parseText("")).toMatchObject({ syntax: { line: 1 } });
  expect(parseText('{ "key": "a" } // note')).toMatchObject({ value: null });
});

test("a fault is located by its pointer, or at the member that should contain the missing one", () => {
  const located = locateFaults(TEXT, [
    { pointer: "/attributes/a~1b/number", detail: "1" },
    { pointer: "/ignore/1/like", detail: "2" },
    { pointer: "/attributes/missing", detail: "3" },
    { pointer: "", detail: "4" },
  ]);
  expect(located.map(({ line, path }) => [line, path])).toEqual([
    [4, "attributes › a/b › number"],
    [8, "ignore › 1 › like"],
    [3, "attributes › missing"],
    [1, ""],
  ]);
});
