import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTemplate, matchTemplate } from "./match-template.ts";
import { parseTemplate } from "./template.ts";

const match = (template: string, text: string): Record<string, string> | undefined => {
  const tokens = parseTemplate(template);
  if (typeof tokens === "string") throw new Error(tokens);
  const holes = matchTemplate(compileTemplate(tokens), text);
  return holes && Object.fromEntries(holes);
};

test.each([
  ["{value:number} {currency:letters}", "12.50 EUR", { value: "12.50", currency: "EUR" }],
  ["{value:number} {currency:letters}", "1 234,50 EUR", { value: "1 234,50", currency: "EUR" }],
  ["EUR {value:digits}", "EUR 1250", { value: "1250" }],
  ["{value}#{*}", "a#b#c", { value: "a" }],
  ["[{kind}]{name}={value}", "[RB]Size=XL=2", { kind: "RB", name: "Size", value: "XL=2" }],
  ["{name}:{value}:{n:digits}", "Made in:EU:12:3", { name: "Made in", value: "EU:12", n: "3" }],
  ["{name}:{value}:{n:digits}", "Colour:moss:0", { name: "Colour", value: "moss", n: "0" }],
  ["stand{*}", "stand", {}],
  ['="{value}"', '="0017"', { value: "0017" }],
  ["{value}", "anything", { value: "anything" }],
  ["{a:letters}-{b:letters}", "Größe-Höhe", { a: "Größe", b: "Höhe" }],
  ["{value:letters}", "𝒳", { value: "𝒳" }],
  ["literal", "literal", {}],
])("%s matches %s", (template, text, holes) => {
  expect(match(template, text)).toEqual(holes);
});

test.each([
  ["{value:number} {currency:letters}", "on request"],
  ["{value:number} {currency:letters}", "12.50EUR"],
  ["EUR {value:digits}", "EUR 12.50"],
  ["EUR {value:digits}", "EUR "],
  ["{value}#{*}", "a"],
  ["literal", "literally"],
  ["{a}x", "abx "],
])("%s does not match %s", (template, text) => {
  expect(match(template, text)).toBeUndefined();
});

describe("a template that is not valid", () => {
  test.each([
    ["{a}{b}", "two placeholders need a text between them"],
    ["{a}-{a}", "the placeholder {a} occurs twice"],
    ["{*}-".repeat(21), "it has more than 40 parts"],
  ])("%s", (template, reason) => {
    expect(parseTemplate(template)).toBe(reason);
  });
});

test("a template finds the parts that it was filled with, if the parts do not contain its literals", () => {
  const part = fc.stringMatching(/^[a-z0-9 ]{0,8}$/);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
      const template = parts.map((_, i) => `{h${i}}`).join("|");
      expect(match(template, parts.join("|"))).toEqual(Object.fromEntries(parts.map((text, i) => [`h${i}`, text])));
    }),
  );
});

test("a template that is filled with the placeholders of a match gives the text again", () => {
  const literal = fc.constantFrom("a", ",", "1", "-1", "a,");
  const hole = fc.constantFrom("{value}", "{value:digits}", "{value:letters}", "{value:number}");
  fc.assert(
    fc.property(
      literal,
      hole,
      literal,
      fc.string({ unit: fc.constantFrom(...Array.from("a,1-x")) }),
      (before, middle, after, text) => {
        const found = match(before + middle + after, text);
        const regex = {
          "{value}": ".*",
          "{value:digits}": "[0-9]+",
          "{value:letters}": "[a-z]+",
          "{value:number}": "[0-9,-]+",
        }[middle];
        expect(found !== undefined).toBe(new RegExp(`^${before}${regex}${after}$`, "s").test(text));
        if (found !== undefined) expect(before + (found["value"] ?? "") + after).toBe(text);
      },
    ),
  );
});

test("a long text that nearly matches takes little time", () => {
  const template = `${"{*}1,".repeat(15)}{value:digits}`;
  expect(match(template, "1,".repeat(100_000))).toBeUndefined();
});
