import fc from "fast-check";
import { expect, test } from "vitest";
import { addTerms, formatQuery, lastToken, parseQuery, extractOperators, type Term } from "./query-language.ts";

test.each<[string, Term[]]>([
  ["", []],
  ["   ", []],
  ["lamp", [{ field: null, value: "lamp" }]],
  [
    "sku:AB* active:no",
    [
      { field: "sku", value: "AB*" },
      { field: "active", value: "no" },
    ],
  ],
  ['brand:"Acme Ltd"', [{ field: "brand", value: "Acme Ltd" }]],
  ['"Net weight":5', [{ field: "Net weight", value: "5" }]],
  ['"table lamp" red', ["table lamp", "red"].map((value) => ({ field: null, value }))],
  ['say:"5"" hose"', [{ field: "say", value: '5" hose' }]],
  ["ratio:16:9", [{ field: "ratio", value: "16:9" }]],
  ["https://example.com/a", [{ field: null, value: "https://example.com/a" }]],
  [":odd", [{ field: null, value: ":odd" }]],
  ["brand:", [{ field: null, value: "brand:" }]],
  ['"left open', [{ field: null, value: "left open" }]],
])("%j is parsed into its terms", (text, terms) => {
  expect(parseQuery(text)).toEqual(terms);
});

test("terms survive formatting and parsing", () => {
  const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== "");
  const operator = fc.record({ field: word, value: word });
  const plain = fc.record({ field: fc.constant(null), value: word });
  fc.assert(
    fc.property(fc.array(fc.oneof(operator, plain), { maxLength: 6 }), (terms) => {
      const usable = terms.filter(({ field, value }) => field === null || !value.startsWith("//"));
      expect(parseQuery(formatQuery(usable))).toEqual(usable);
    }),
  );
});

test("each field occurs only once; field names are not case-sensitive", () => {
  const terms = addTerms(parseQuery("active:no lamp"), parseQuery("ACTIVE:yes lamp red"));
  expect(formatQuery(terms)).toBe("ACTIVE:yes lamp red");
});

test("an operator followed by a blank is extracted, words stay in the box", () => {
  const sku = { field: "sku", value: "AB*" };
  expect(extractOperators("sku:AB* lam", false)).toEqual({ operators: [sku], rest: "lam" });
  expect(extractOperators("red sku:AB* ", false)).toEqual({ operators: [sku], rest: "red " });
  expect(extractOperators("red sku:AB*", false)).toEqual({ operators: [], rest: "red sku:AB*" });
  expect(extractOperators("red sku:AB*", true)).toEqual({ operators: [sku], rest: "red" });
  expect(extractOperators('brand:"Acme L', false)).toEqual({ operators: [], rest: 'brand:"Acme L' });
  expect(extractOperators("red  lamp ", false)).toEqual({ operators: [], rest: "red  lamp " });
});

test("a name before a colon that is not a field is part of the word, also in quotes", () => {
  const isField = (name: string): boolean => name === "sku";
  const word = { field: null, value: "GmbH:4700" };
  expect(parseQuery("Südwind GmbH:4700 sku:A", isField)).toEqual([
    { field: null, value: "Südwind" },
    word,
    { field: "sku", value: "A" },
  ]);
  expect(extractOperators("Südwind GmbH:4700", true, isField)).toEqual({ operators: [], rest: "Südwind GmbH:4700" });
  const whole = { field: null, value: "Südwind GmbH:4700" };
  expect(parseQuery('"Südwind GmbH:4700"', isField)).toEqual([whole]);
  expect(parseQuery('"Südwind GmbH":4700', isField)).toEqual([whole]);
  expect(parseQuery(formatQuery([word]))).toEqual([word]);
});

test("suggestions are for the last token", () => {
  expect(["lamp bra", 'lamp brand:"Acme L', "lamp ", ""].map(lastToken)).toEqual(["bra", 'brand:"Acme L', "", ""]);
});
