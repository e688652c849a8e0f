import fc from "fast-check";
import { expect, test } from "vitest";
import { checkJsonBounds, MAX_JSON_DEPTH, MAX_JSON_VALUES } from "./json-bounds.ts";

test("brackets and commas inside strings are not counted", () => {
  const text = fc.string({ unit: fc.constantFrom('"', "\\", "[", "{", ",", "a") });
  const bracketed = (inner: string): string => `${"[".repeat(MAX_JSON_DEPTH)}${inner}${"]".repeat(MAX_JSON_DEPTH)}`;
  fc.assert(
    fc.property(text, (value) => {
      const string = JSON.stringify(value);
      expect(() => {
        checkJsonBounds(bracketed(string));
      }).not.toThrow();
      expect(() => {
        checkJsonBounds(bracketed(`${string},[]`));
      }).toThrow("nested deeper than 64 levels");
    }),
  );
});

test("a body may have up to MAX_JSON_VALUES values and MAX_JSON_DEPTH levels, but not more", () => {
  const values = (count: number): string => `[${Array.from({ length: count }, () => '"a,[{"').join(",")}]`;
  const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  checkJsonBounds(values(MAX_JSON_VALUES - 1));
  checkJsonBounds(nested(MAX_JSON_DEPTH));
  const cases = [
    [values(MAX_JSON_VALUES), "has more than 25,000 values"],
    [`{"a":${'{"b":'.repeat(100)}`, "nested deeper than 64 levels"],
    [nested(5000), "nested deeper than 64 levels"],
  ] as const;
  for (const [text, message] of cases)
    expect(() => {
      checkJsonBounds(text);
    }).toThrow(message);
});

test("invalid JSON is not reported, because the parser reports it", () => {
  for (const text of ["", '{"a":', '"', "]]]]", "{'a'}", '"\\', "nul"]) checkJsonBounds(text);
});
