import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines } from "./diff-lines.ts";

const differing = (left: string, right: string): string[][] =>
  diffLines(left, right).map((lines) => lines.filter(({ differs }) => differs).map(({ text }) => text));

test("only lines that the other text lacks differ", () => {
  expect(differing("a\nb\nc", "a\nc")).toEqual([["b"], []]);
  expect(differing("a\nb\nc", "a\nx\nc\nd")).toEqual([["b"], ["x", "d"]]);
  expect(differing("a", "a\nb")).toEqual([[], ["b"]]);
  expect(differing("a\nb", "b\na")).toEqual([["a"], ["a"]]);
});

test("the lines that do not differ are the same in both texts", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, text, (left, right) => {
      const [a, b] = diffLines(left, right);
      const common = (lines: typeof a): string[] => lines.filter(({ differs }) => !differs).map((line) => line.text);
      expect(common(a)).toEqual(common(b));
      expect(a.map((line) => line.text).join("\n")).toBe(left);
      if (left === right) expect(common(a)).toHaveLength(a.length);
    }),
  );
});
