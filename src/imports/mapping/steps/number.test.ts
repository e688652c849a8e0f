import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convertNumber, parseNumberSample, type NumberFormat } from "./number.ts";

const convert = (sample: string, text: string, scale = 0): string | undefined => {
  const format = parseNumberSample(sample);
  if (typeof format === "string") throw new Error(format);
  return convertNumber(format, text, scale);
};

describe("a sample shows the separators", () => {
  test.each([
    ["1.234,56", ",", "."],
    ["1,234.56", ".", ","],
    ["1234,56", ",", ""],
    ["12.5", ".", ""],
    ["1 234,56", ",", " "],
    ["1\u00a0234,56", ",", " "],
    ["1'234.56", ".", "'"],
    ["1’234.56", ".", "'"],
    ["1,234", "", ","],
    ["1.234.567", "", "."],
    ["0,123", ",", ""],
    ["1234,567", ",", ""],
    ["1234", "", ""],
    ["12,34,567.00", ".", ","],
    ["€ 1.234,56", ",", "."],
    ["1.234,56 EUR", ",", "."],
    ["-2,5", ",", ""],
  ])("%s", (sample, decimal, group) => {
    expect(parseNumberSample(sample)).toMatchObject({ decimal, group });
  });

  test.each(["", "abc", "1.2.3", "1,2,3", "1.234,567.8", "1..5", "1,234,56", "12 5.5.5", "1".repeat(61)])(
    "the sample %j does not show the separators",
    (sample) => {
      expect(parseNumberSample(sample)).toBeTypeOf("string");
    },
  );
});

describe("a number of the sample's format is stored with a point and all its digits", () => {
  test.each([
    ["1.234,56", "1.234,56", "1234.56"],
    ["1.234,56", "1234,56", "1234.56"],
    ["1.234,56", "0,440", "0.440"],
    ["1.234,56", "1.000", "1000"],
    ["1.234,56", "-2,5", "-2.5"],
    ["1.234,56", "\u22122,5", "-2.5"],
    ["1.234,56", "- 2,5", "-2.5"],
    ["1.234,56", "+2,5", "2.5"],
    ["1.234,56", "-0,00", "0.00"],
    ["1.234,56", "€ 23,68", "23.68"],
    ["1.234,56", "38,20 €", "38.20"],
    ["1.234,56", "-€ 5,00", "-5.00"],
    ["1.234,56", "12,5 %", "12.5"],
    ["1.234,56", ",5", "0.5"],
    ["1.234,56", " 7 ", "7"],
    ["1,234", "1,230円", "1230"],
    ["1,234", "¥1,230", "1230"],
    ["1 234,56", "15\u00a0355,00", "15355.00"],
    ["1 234,56", "15\u202f355,00", "15355.00"],
    ["1'234.56", "1’234.50", "1234.50"],
    ["12,34,567.00", "1,23,456.78", "123456.78"],
    ["1.5", "9007199254740993.10", "9007199254740993.10"],
    ["1.234,56 EUR", "7,00 eur", "7.00"],
    ["5 kg", "12 kg", "12"],
    ["1.234,56 €", "7,00 €", "7.00"],
    ["1.234,56 €", "7,00", "7.00"],
    ["1.234,56", "12,- €", "12"],
    ["1.234,56", "12,--", "12"],
    ["1'234.50", "CHF 12.–".slice(4), "12"],
  ])("%s: %j is %s", (sample, text, expected) => {
    expect(convert(sample, text)).toBe(expected);
  });
});

describe("a number in another format is refused, not guessed", () => {
  test.each([
    ["1.234,56", "auf Anfrage"],
    ["1.234,56", "1,234.50"],
    ["1.234,56", "1.5"],
    ["1.234,56", "1.23,45"],
    ["1.234,56", "12.34.567"],
    ["1.234,56", "1234.567"],
    ["1.234,56", "12 EUR"],
    ["1.234,56", "12-15"],
    ["1.234,56 €", "$ 12"],
    ["1.234,56", "12,-5"],
    ["5 kg", "500 g"],
    ["1.234,56", "1,5,5"],
    ["1.234,56", "12,"],
    ["1.234,56", "-"],
    ["1.234,56", "--5"],
    ["1.234,56", "-5-"],
    ["1.234,56", "1e5"],
    ["1.234,56", "€"],
    ["1,234", "12.5"],
    ["1234", "1,234"],
    ["1 234,56", "1 234\u00a0567"],
    ["1.5", "1".repeat(401)],
  ])("%s: %j", (sample, text) => {
    expect(convert(sample, text)).toBeUndefined();
  });
});

test.each([
  ["12.34", 2, "1234"],
  ["12.345", 2, "1234.5"],
  ["12", 2, "1200"],
  ["1299", -2, "12.99"],
  ["5", -2, "0.05"],
  ["-5", -2, "-0.05"],
  ["0.5", 1, "5"],
  ["100", -2, "1.00"],
  ["0", 3, "0"],
])("scale: %s with %i is %s", (text, scale, expected) => {
  expect(convert("1.5", text, scale)).toBe(expected);
});

test("a number that is written in the format is read back with the same digits", () => {
  const format = fc.constantFrom<[string, string]>(
    ["1.234,56", "."],
    ["1 234,56", " "],
    ["1'234.56", "'"],
    ["1,234.56", ","],
  );
  fc.assert(
    fc.property(
      format,
      fc.bigInt({ min: 0n, max: 10n ** 30n }),
      fc.stringMatching(/^\d{1,12}$/),
      ([sample, group], whole, fraction) => {
        const grouped = whole.toString().replace(/\B(?=(\d{3})+$)/g, group);
        const { decimal } = parseNumberSample(sample) as NumberFormat;
        expect(convert(sample, grouped + decimal + fraction)).toBe(`${whole}.${fraction}`);
      },
    ),
  );
});

test("any text either becomes a plain number or is refused", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from("0123456789.,' -+€%")) }),
      fc.integer({ min: -12, max: 12 }),
      (text, scale) => {
        const number = convert("1.234,56", text, scale);
        if (number !== undefined) expect(number).toMatch(/^-?\d+(\.\d+)?$/);
      },
    ),
  );
});
