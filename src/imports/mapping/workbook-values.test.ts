// Tests that a mapping reads texts in the format of its samples, but numbers and dates of a workbook independently of the samples, and that
// it compares numbers, dates and booleans of a workbook by their values.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Condition, MappedValue } from "../../../contract/mapping/mapping.ts";
import { CSV } from "../../../tests/support/records/csv-dialect.ts";
import { mapRows, recordsOf, type Cell } from "../../../tests/support/records/map-rows.ts";
import { compileMapping } from "./compile.ts";
import { createMapper } from "./mapper.ts";
import { recordTexts } from "../read/field-text.ts";

const WORKBOOK = { ...CSV, format: "xlsx" } as const;

/** Maps cells with a value that reads the column `a`; returns each attribute, or the fault of its row. */
function mapped(value: MappedValue, cells: readonly Cell[], dialect: typeof CSV = WORKBOOK): unknown[] {
  const rows = cells.map((cell, r) => [`S-${r}`, cell, "EUR"]);
  const results = (["scan", "load"] as const).map((mode) =>
    mapRows({ key: "sku", attributes: { v: value }, keep: false }, ["sku", "a", "b"], rows, mode, dialect),
  );
  const [scan, load] = results.map((result) => result.rows);
  expect(scan?.map(({ fault }) => fault)).toEqual(load?.map(({ fault }) => fault));
  return load?.map(({ attributes, fault }) => fault ?? attributes["v"]) ?? [];
}

const number = (value: string): Cell => ({ value });

test.each<[string, MappedValue, Cell, string]>([
  ["a price", { from: "a", number: "1.234,56" }, number("1635.88"), "1635.88"],
  ["a number that looks like a group", { from: "a", number: "1.234,56" }, number("1.234"), "1.234"],
  ["a text that looks like a group", { from: "a", number: "1.234,56" }, "1.234", "1234"],
  ["a negative number", { from: "a", number: "1.234,56" }, number("-1234.5"), "-1234.5"],
  ["a fraction and a sample without decimal places", { from: "a", number: "1.234" }, number("12.5"), "12.5"],
  ["a fraction like a group and such a sample", { from: "a", number: "1.234" }, number("1.234"), "1.234"],
  ["a fraction and a sample of digits", { from: "a", number: "1234" }, number("1.5"), "1.5"],
  ["a fraction and a sample with commas", { from: "a", number: "1,234" }, number("1.234"), "1.234"],
  ["a scale", { from: "a", number: "1.234,5", scale: -2 }, number("1.234"), "0.01234"],
  ["a scale and a sample without decimal places", { from: "a", number: "1.234", scale: 3 }, number("1.234"), "1234"],
  ["a sample with a currency", { from: "a", number: "1.234,56 €" }, number("1.234"), "1.234"],
  ["a join with a unit", { from: ["a", "b"], join: " ", number: "1.234,56 EUR" }, number("1.234"), "1.234"],
  ["an inner value", { from: [{ from: "a", trim: true }], number: "1.234,56" }, number("1.234"), "1.234"],
  ["a template", { from: "a", like: "{value:number}", number: "1.234,56" }, number("1.234"), "1.234"],
  [
    "replaced separators",
    {
      from: "a",
      replace: [
        [".", ""],
        [",", "."],
      ],
      number: "1234.56",
    },
    number("1234.56"),
    "1234.56",
  ],
  ["a date", { from: "a", date: "31.12.2026" }, number("2026-11-05"), "2026-11-05"],
  [
    "a date with a time that the sample lacks",
    { from: "a", date: "31.12.2026" },
    number("2026-11-05 13:45:00"),
    "2026-11-05",
  ],
  [
    "a date without the time of the sample",
    { from: "a", date: "31.12.2026 12:00" },
    number("2026-11-05"),
    "2026-11-05T00:00",
  ],
  ["a date of another century", { from: "a", date: "31.12.26" }, number("1950-11-05"), "1950-11-05"],
  ["a text in the form of the sample", { from: "a", date: "31.12.2026" }, "05.11.2026", "2026-11-05"],
  ["a date as a number", { from: "a", date: "20261231" }, number("20261105"), "2026-11-05"],
  ["a percentage", { from: "a", number: "12,5 %" }, number("17.5%"), "17.5"],
  ["a percentage and a sample without a percent sign", { from: "a", number: "1.234,56" }, number("17.5 %"), "17.5"],
  ["a percentage and a sample without decimal places", { from: "a", number: "12 %" }, number("17.5%"), "17.5"],
  ["a percentage with the sign in front", { from: "a", number: "12 %" }, number("%17"), "17"],
  ["a percentage as a fraction", { from: "a", number: "12,5 %", scale: -2 }, number("17.5%"), "0.175"],
  ["a percentage without steps", { from: "a" }, number("17.5%"), "17.5%"],
  ["a number without a percent format", { from: "a", number: "12,5 %" }, number("0.17"), "0.17"],
  ["a boolean", { from: "a", yes_no: { yes: ["WAHR"], no: ["FALSCH"] } }, number("true"), "yes"],
])("%s", (_, value, cell, expected) => {
  expect(mapped(value, [cell])).toEqual([expected]);
});

test.each<[string, MappedValue, Cell]>([
  ["a text in the spelling of a workbook's number", { from: "a", number: "1.234,56" }, "1635.88"],
  ["a text in the spelling of a workbook's date", { from: "a", date: "31.12.2026" }, "2026-11-05"],
  ["a date for a number", { from: "a", number: "1.234,56" }, number("2026-11-05")],
  ["a percentage for a date", { from: "a", date: "31.12.2026" }, number("17%")],
])("%s is rejected", (_, value, cell) => {
  expect(mapped(value, [cell])).toEqual([expect.stringMatching(/ is not a (?:number|date) like /)]);
});

/** A cell of a workbook, and the text that a spreadsheet program shows for the cell and writes into a CSV file. */
const SPELLINGS: [cell: Cell, seen: string][] = [
  [number("true"), "WAHR"],
  [number("false"), "FAUX"],
  [number("true"), "TRUE"],
  [number("1.5"), "1,5"],
  [number("1.5"), "1,50"],
  [number("1.5"), "1.50"],
  [number("-1.5"), "-1,5"],
  [number("0"), "0,00"],
  [number("1234.5"), "1.234,50"],
  [number("1234.5"), "1,234.50"],
  [number("1234567"), "1.234.567"],
  [number("12.5"), "12,50 €"],
  [number("17%"), "17 %"],
  [number("17.5 %"), "17,50%"],
  [number("2026-11-25"), "25.11.2026"],
  [number("2026-11-25"), "25/11/2026"],
  [number("2026-11-25"), "11/25/2026"],
  [number("2026-11-25 13:45:00"), "25.11.2026 13:45"],
];

test.each(SPELLINGS)("a mapping compares the cell %j by its value with %j", (cell, seen) => {
  const byMap: MappedValue = { from: "a", map: { [seen]: "found" }, else: "blank" };
  expect(mapped(byMap, [cell])).toEqual(["found"]);
  expect(mapped(byMap, [seen], CSV)).toEqual(["found"]);
  expect(mapped({ ...byMap, case: "upper" }, [cell])).toEqual(["found"]);
  expect(mapped({ from: [byMap], prefix: "p" }, [cell])).toEqual(["pfound"]);
  expect(mapped({ from: "a", yes_no: { yes: [seen], no: [] } }, [cell])).toEqual(["yes"]);
  expect(mapped({ from: "a", yes_no: { yes: [], no: [seen] } }, [cell])).toEqual(["no"]);
  const isIgnored = (condition: Condition): boolean | undefined =>
    mapRows({ key: "sku", ignore: [condition] }, ["sku", "a"], [["S", cell]], "scan", WORKBOOK).rows[0]?.ignored;
  expect(isIgnored({ of: "a", is: seen })).toBe(true);
  expect(isIgnored({ of: "a", not: seen })).toBe(false);
  expect(isIgnored({ of: "a", like: seen })).toBe(true);
  expect(isIgnored({ of: "a", is: "other" })).toBe(false);
  const erased = mapRows(
    { key: "sku", attributes: { v: "a" }, keep: false, empty: [seen] },
    ["sku", "a"],
    [["S", cell]],
    "load",
    WORKBOOK,
  );
  expect(erased.rows[0]?.attributes).toEqual({ v: null });
});

test("texts that are not the value of a cell do not equal it", () => {
  const equals = (text: string, cell: string, others: Record<string, string> = {}): boolean =>
    mapped({ from: "a", map: { ...others, [text]: "found" }, else: "blank" }, [number(cell)])[0] === "found";
  expect(equals("0017", "17")).toBe(false);
  expect(equals("+49", "49")).toBe(false);
  expect(equals("12-34", "1234")).toBe(false);
  expect(equals("123-456", "123456")).toBe(false);
  expect(equals("17", "17%")).toBe(false);
  expect(equals("17 %", "0.17")).toBe(false);
  expect(equals("17 kg", "17")).toBe(false);
  expect(equals("01/02/2026", "2026-02-01")).toBe(false);
  expect(equals("01/02/2026", "2026-02-01", { "31/12/2026": "end" })).toBe(true);
  // In `1,234`, the comma may separate decimal places or groups. The other texts of the value map decide which.
  expect(equals("1,234", "1234")).toBe(false);
  expect(equals("1,234", "1.234")).toBe(false);
  expect(equals("1,234", "1.234", { "1,5": "x" })).toBe(true);
  expect(equals("1,234", "1234", { "1.5": "x" })).toBe(true);
  expect(equals("1.234", "1234", { "1,5": "x" })).toBe(true);
  expect(equals("1.234", "1.234", { "1,5": "x" })).toBe(false);
  expect(equals("1.234", "1.234")).toBe(true);
  // `equals` adds its first argument to the value map, so each map below has two texts for the same number, with different results. In such
  // a map, only a text that is spelled like the cell matches the cell.
  expect(equals("1,50 €", "1.5", { "1,50 $": "x" })).toBe(false);
  expect(equals("1,5", "1.5", { "1.5": "x" })).toBe(false);
  expect(equals("1.5", "1.5", { "1,5": "x" })).toBe(true);
});

test("a word for yes or no decides, even if the cell means the opposite by itself", () => {
  const value: MappedValue = { from: "a", yes_no: { yes: ["FALSCH"], no: ["WAHR"] } };
  expect(mapped(value, [number("false"), number("true")])).toEqual(["yes", "no"]);
});

test("a value map and a number sample read the same cells", () => {
  const value: MappedValue = { from: "a", map: { "0,00": "9,99", "1.000,00": "1,00" }, number: "1.234,56" };
  const cells = [number("0"), number("1000"), number("1234.5"), number("1.234"), number("5")];
  expect(mapped(value, cells)).toEqual(["9.99", "1.00", "1234.5", "1.234", "5"]);
  const texts = ["0,00", "1.000,00", "1.234,50", "1,234", "5,00"];
  expect(mapped(value, texts, CSV)).toEqual(["9.99", "1.00", "1234.50", "1.234", "5.00"]);
});

test("values without a pair are compared by their value", () => {
  const pairs = [{ each: "n{n}", value: "v{n}", without: ["0,00", "FALSCH"] }];
  const row = ["S", "a", number("0"), "b", number("false"), "c", number("1.5")];
  const header = ["sku", "n1", "v1", "n2", "v2", "n3", "v3"];
  const { rows } = mapRows({ key: "sku", pairs, keep: false }, header, [row], "load", WORKBOOK);
  expect(rows[0]?.attributes).toEqual({ c: "1.5" });
});

test("a number does not get the remembered value of an equal text, nor a text that of a number", () => {
  const value: MappedValue = { from: "a", number: "1.234,56", prefix: "p" };
  const cells = ["1.234", number("1.234"), "1.234", number("1.234"), number("1.234")];
  expect(mapped(value, cells)).toEqual(["p1234", "p1.234", "p1234", "p1.234", "p1.234"]);
});

test("in a text file, quotes do not matter", () => {
  expect(mapped({ from: "a", number: "1.234,56" }, ["1.234", number("1.234")], CSV)).toEqual(["1234", "1234"]);
});

/** A number as the sample writes it. */
const writtenAs = (value: string, decimal: string): string => value.replace(".", decimal);
const anyNumber = fc
  .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 1, max: 9999 }), fc.boolean())
  .map(([whole, fraction, isWhole]) => (isWhole ? `${whole}` : `${whole}.${fraction}`));

test("a table gives the same values from a workbook and from a text file", () => {
  const samples = fc.constantFrom<[string, string]>(
    ["1.234,56", ","],
    ["1,234.56", "."],
    ["1234,5", ","],
    ["1 234,5", ","],
    ["1'234.50 CHF", "."],
    ["1.234,56 €", ","],
  );
  const steps = fc.record(
    { scale: fc.integer({ min: -3, max: 3 }), prefix: fc.constant("p"), like: fc.constant("{value}") },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(samples, steps, fc.array(fc.tuple(anyNumber, fc.boolean())), ([sample, decimal], extra, cells) => {
      const value: MappedValue = { ...extra, from: "a", number: sample };
      const texts = cells.map(([cell]) => writtenAs(cell, decimal));
      const mixed = cells.map(([cell, isText], r) => (isText ? (texts[r] as string) : number(cell)));
      expect(mapped(value, mixed)).toEqual(mapped(value, texts, CSV));
    }),
  );
});

test("numbers that are written from bytes equal those that are computed as texts", () => {
  const samples = fc.constantFrom("1.234,56", "1,234.56", "1234", "1.234", "1,234", "12,5 %", "1.234,56 €");
  const cell = fc.tuple(
    fc.oneof(anyNumber, fc.constantFrom("", "0017", "true", "2026-11-05", "1,5", "17.5%")),
    fc.boolean(),
  );
  fc.assert(
    fc.property(samples, fc.array(cell), (sample, cells) => {
      const rows = cells.map(([text, isText], r): Cell[] => [
        `S-${r}`,
        isText || text === "" || text.includes(",") ? text : number(text),
      ]);
      const { plan } = compileMapping({ key: "sku", attributes: { v: { from: "a", number: sample } } }, ["sku", "a"]);
      if (plan === null) throw new Error("the mapping has a plan");
      const bytes = createMapper(plan, WORKBOOK).map(recordsOf(rows));
      const texts = createMapper({ ...plan, empty: ["no cell contains this"] }, WORKBOOK).map(recordsOf(rows));
      for (let r = 0; r < rows.length; r++)
        expect(recordTexts(bytes.records, r, CSV)).toEqual(recordTexts(texts.records, r, CSV));
      expect([...bytes.faults]).toEqual([...texts.faults]);
    }),
  );
});
