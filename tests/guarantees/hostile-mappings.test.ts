// Hostile mappings, and hostile cells in ordinary mappings: each ends with a result or a clear fault. A step whose time is not in
// proportion to its input would take hours here, and its test would exceed the time limit.
import { describe, expect, test } from "vitest";
import { MAX_LIST_ELEMENTS } from "../../contract/catalog/attribute-value.ts";
import { mapping_text } from "../../contract/mapping/mapping-text.ts";
import { mapping as mappingSchema, type Mapping } from "../../contract/mapping/mapping.ts";
import { Problem } from "../../contract/problems.ts";
import { compileMapping } from "../../src/imports/mapping/compile.ts";
import { mapRows, type MappedRow } from "../support/records/map-rows.ts";

const TIMEOUT_MS = 120_000;
/** The longest record of a file has about this many bytes. */
const LONG = 1_000_000;

/** Returns the faults of a mapping that is given as JSON text. Each fault is the path of the statement and a message. */
function faultsOf(text: string): string[] {
  const parsed = mapping_text.safeParse(text);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => [path.join("."), message].join(": "));
}

const mapCell = (statements: Partial<Mapping>, cell: string): MappedRow => {
  const { rows } = mapRows({ key: "sku", keep: false, ...statements }, ["sku", "a"], [["s-1", cell]]);
  return rows[0] as MappedRow;
};

function problemOf(run: () => unknown): Problem {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("the mapping is valid");
}

const many = (count: number, item: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => item(i));

describe("mappings that are too large name the statement and the limit", () => {
  const entries = (count: number): string => many(count, (i) => `"${i.toString(36)}":""`).join();
  test.each<[string, string, RegExp]>([
    ["value maps", `{"key":"a","name":{"from":"b","map":{${entries(10_001)}}}}`, /^name\.map: .*10000 entries/],
    [
      "value maps of 100,000 entries",
      `{"key":"a","name":{"from":"b","map":{${entries(100_000)}}}}`,
      /values|characters/,
    ],
    ["patterns", `{"key":"a","drop":[${many(501, (i) => `"c${i}"`).join()}]}`, /^drop: .*500/],
    ["conditions", `{"key":"a","ignore":[${many(51, () => '{"blank":"a"}').join()}]}`, /^ignore: .*50/],
    ["markers", `{"key":"a","empty":[${many(21, (i) => `"m${i}"`).join()}]}`, /^empty: .*20/],
    [
      "replacements",
      `{"key":"a","name":{"from":"b","replace":[${many(21, () => '["a","b"]').join()}]}}`,
      /^name\.replace: .*20/,
    ],
    ["texts", `{"key":"a","name":{"from":"b","suffix":"${"x".repeat(2001)}"}}`, /^name\.suffix: .*2,000/],
    ["nested values", `{"key":${'{"from":['.repeat(40)}"a"${"]}".repeat(40)}}`, /nested deeper than 64/],
    ["a long text", `{"key":"${"x".repeat(200_000)}"}`, /200,000 characters/],
    ["an unfinished text", `{"key":"a","name":{"from":`, /not valid JSON/],
    ["numbers in place of texts", `{"key":1e400}`, /^key: /],
    ["unknown statements", `{"key":"a","script":"x"}`, /script/],
    ["a lone surrogate", `{"key":"\\ud800"}`, /surrogate|characters/i],
    ["NUL", `{"key":"a","attributes":{"x\\u0000":"b"}}`, /NUL|characters/i],
    ["NUL in a value map", `{"key":"a","name":{"from":"b","map":{"\\u0000":"x"}}}`, /NUL|characters/i],
  ])("%s", (_, text, expected) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThan(100);
    expect(faults.join("\n")).toMatch(expected);
  });

  test.each(["\ud800", "a\0b"])("a parsed mapping that contains %j", (text) => {
    for (const mapping of [{ key: text }, { key: "a", attributes: { [text]: "b" } }, { key: "a", empty: [text] }])
      expect(mapping_text.safeParse(mapping).success).toBe(false);
  });

  test("values may be nested as deeply as JSON may be", () => {
    const text = `{"key":${'{"from":['.repeat(30)}"a"${"]}".repeat(30)}}`;
    const { rows } = mapRows(mapping_text.parse(text), ["a"], [["x"]]);
    expect(rows[0]?.sku).toBe("x");
  });

  test("a reserved name is never an attribute", () => {
    const text = '{"key":"sku","attributes":{"__proto__":"a","name":"a"}}';
    const parsed = mapping_text.safeParse(text);
    if (parsed.success) expect(problemOf(() => compileMapping(parsed.data, ["sku", "a"])).slug).toBe("mapping-invalid");
    const renamed = mappingSchema.parse({ key: "sku", rename: { a: "__proto__" } });
    expect(compileMapping(renamed, ["sku", "a"]).columns.map(({ target }) => target)).toEqual(["sku", "ignored"]);
    expect(mapCell({ pairs: [{ in: "a", split: ",", pair: "=" }] }, "__proto__=1").fault).toContain(
      "name of an attribute",
    );
    expect(Object.hasOwn(Object.prototype, "1")).toBe(false);
  });
});

describe("many columns", () => {
  const header = ["sku", ...many(1999, (i) => `Column ${i}`)];

  test("500 statements on 2,000 columns", () => {
    const attributes = Object.fromEntries(
      many(500, (i) => `a${i}`).map((name, i) => [name, { from: `Column ${i}`, suffix: "!" }]),
    );
    const { rows } = mapRows({ key: "sku", keep: false, attributes }, header, [header.map((_, i) => `v${i}`)]);
    expect(Object.keys(rows[0]?.attributes ?? {})).toHaveLength(500);
    expect(rows[0]?.attributes["a499"]).toBe("v500!");
  });

  test("a mapping that uses columns more than 20,000 times in total is refused", () => {
    const all = { from: "Column {n}", all: true };
    const attributes = Object.fromEntries(many(20, (i) => `a${i}`).map((name) => [name, all]));
    expect(problemOf(() => compileMapping({ key: "sku", attributes }, header)).message).toContain("20,000 columns");
  });

  test("a large value map for many columns is refused", () => {
    const map = Object.fromEntries(many(10_000, (i) => `v${i}`).map((from) => [from, ""]));
    const mapping: Mapping = { key: "sku", format: { "Column *": { map } } };
    expect(problemOf(() => compileMapping(mapping, header)).message).toContain("200,000 entries");
    expect(compileMapping(mapping, header.slice(0, 20)).plan?.attributes).toHaveLength(19);
  });

  test("pairs that match too many columns are refused", () => {
    const pair = { each: "Column {n}", value: "sku" };
    expect(problemOf(() => compileMapping({ key: "sku", pairs: [pair, pair, pair] }, header)).message).toContain(
      "4,000 columns",
    );
  });

  test("patterns with long names are refused once they take too long", { timeout: TIMEOUT_MS }, () => {
    const long = many(1000, (i) => `${"1a".repeat(450)}${i}`);
    const drop = many(500, (i) => `*{n}*q${i}*`);
    expect(problemOf(() => compileMapping({ key: "sku", drop }, ["sku", ...long])).message).toContain(
      "too many patterns",
    );
    expect(compileMapping({ key: "sku", drop }, header).columns).toHaveLength(2000);
  });
});

describe("long cells", () => {
  const long = (text: string): string => text.repeat(Math.floor(LONG / text.length));

  test.each<[string, Partial<Mapping>, string, RegExp | undefined]>([
    [
      "a template with many placeholders",
      { attributes: { x: { from: "a", like: `${"{*}1,".repeat(15)}{value:digits}` } } },
      long("1,"),
      /a text like/,
    ],
    [
      "a template of letters",
      { attributes: { x: { from: "a", like: "{value:letters}-{b:letters}-{c:digits}" } } },
      long("a-"),
      /a text like/,
    ],
    [
      "a replacement that grows",
      { attributes: { x: { from: "a", replace: [["a", "b".repeat(2000)]] } } },
      long("a"),
      /bytes/,
    ],
    [
      "replacements that double",
      { attributes: { x: { from: "a", replace: many(20, () => "").map((): [string, string] => ["a", "aa"]) } } },
      long("a"),
      /bytes/,
    ],
    ["a list of a million elements", { attributes: { x: { from: "a", split: "," } } }, long("b,"), /1,000 elements/],
    [
      "a list with a long prefix",
      { attributes: { x: { from: "a", split: ",", prefix: "p".repeat(2000) } } },
      long("b,"),
      /1,000 elements|bytes/,
    ],
    [
      "a list of different elements",
      { attributes: { x: { from: "a", split: "," } } },
      many(100_000, String).join(),
      /1,000 elements/,
    ],
    [
      "the first of a million elements",
      { attributes: { x: { from: "a", split: ",", list: false } } },
      long("b,"),
      undefined,
    ],
    ["HTML with open tags", { attributes: { x: { from: "a", strip_html: true } } }, long("<a "), undefined],
    ["HTML with open quotes", { attributes: { x: { from: "a", strip_html: true } } }, long("<a '>"), undefined],
    ["HTML with open comments", { attributes: { x: { from: "a", strip_html: true } } }, long("<!--"), undefined],
    ["HTML with hidden elements", { attributes: { x: { from: "a", strip_html: true } } }, long("<script>"), undefined],
    ["HTML with entities", { attributes: { x: { from: "a", strip_html: true } } }, long("&amp;"), undefined],
    ["a number of a million digits", { attributes: { x: { from: "a", number: "1.5" } } }, long("9"), /a number like/],
    ["a number of blanks", { attributes: { x: { from: "a", number: "1 234,5" } } }, `1${long(" ")}1`, /a number like/],
    ["a date", { attributes: { x: { from: "a", date: "31.12.2026" } } }, long("31.12."), /a date like/],
    [
      "pairs of one name with a million values",
      { pairs: [{ in: "a", split: ",", pair: "=" }] },
      many(100_000, (i) => `n=${i}`).join(),
      /1,000 elements/,
    ],
    [
      "pairs that repeat a thousand values",
      { pairs: [{ in: "a", split: ",", pair: "=" }] },
      many(100_000, (i) => `n=${i % 1000}`).join(),
      undefined,
    ],
    ["pairs without a sign", { pairs: [{ in: "a", split: ",", pair: "=" }] }, `n=${long(",")}`, undefined],
    [
      "pairs that no template matches",
      { pairs: [{ in: "a", split: ",", like: "{name:letters}:{value:digits}" }] },
      // The mapper limits the work for each row. It would reject a longer cell because of this limit.
      long("a,").slice(0, 300_000),
      /pairs like/,
    ],
    ["pairs of a template", { pairs: [{ in: "a", split: ",", like: "{name}:{value}" }] }, long("a:1,"), undefined],
    ["a condition", { ignore: [{ of: "a", like: "{*}a{*}b{*}c{n:digits}" }] }, long("abc"), undefined],
    ["a value map", { attributes: { x: { from: "a", map: { x: "y" }, else: "reject" } } }, long("x"), /one of x/],
  ])("%s", { timeout: TIMEOUT_MS }, (_, statements, cell, fault) => {
    const row = mapCell(statements, cell);
    if (fault === undefined) expect(row.fault).toBeUndefined();
    else expect(row.fault).toMatch(fault);
    // The message shows only the beginning of a long text.
    expect((row.fault ?? "").length).toBeLessThan(1000);
    for (const value of Object.values(row.attributes)) expect(JSON.stringify(value).length).toBeLessThan(2 * LONG);
  });

  test(
    "if pairs give one attribute the same thousand values repeatedly, each value is stored once",
    { timeout: TIMEOUT_MS },
    () => {
      const { attributes } = mapCell(
        { pairs: [{ in: "a", split: ",", pair: "=" }] },
        many(5000, (i) => `n=${i % 1000}`).join(),
      );
      expect(attributes["n"]).toHaveLength(MAX_LIST_ELEMENTS);
    },
  );

  test("500 values of one long cell reject the row instead of filling the memory", { timeout: TIMEOUT_MS }, () => {
    const attributes = Object.fromEntries(many(500, (i) => `x${i}`).map((name) => [name, { from: "a", suffix: "." }]));
    expect(mapCell({ attributes }, long("b")).fault).toContain("bytes in all values");
  });
});

describe("numbers keep all their digits, or are refused", () => {
  const price = (cell: string, scale = 0): unknown => {
    const { fault, attributes } = mapCell({ attributes: { x: { from: "a", number: "1.234,56", scale } } }, cell);
    return fault ?? attributes["x"];
  };
  test.each(["1e9", "1E+9", "0x10", "Infinity", "NaN", "1_000", "٣", "１２", "--1", "1,2,3", "1.2.3", "9".repeat(401)])(
    "%s",
    (cell) => {
      expect(price(cell)).toContain("is not a number like 1.234,56");
    },
  );
  test("400 digits", () => {
    expect(price("9".repeat(400))).toBe("9".repeat(400));
    expect(price(`${"9".repeat(199)},${"1".repeat(200)}`, -12)).toBe(
      `${"9".repeat(187)}.${"9".repeat(12)}${"1".repeat(200)}`,
    );
  });
});

describe("names from the data", () => {
  test("2,001 names end the import, and the problem names the statement", () => {
    const rows = many(2001, (i) => `name${i}=1`).map((cell, i) => [`s${i}`, cell]);
    const mapping: Mapping = { key: "sku", pairs: [{ in: "a", split: ",", pair: "=" }] };
    for (const mode of ["scan", "load"] as const) {
      expect(mapRows(mapping, ["sku", "a"], rows.slice(1), mode).rows).toHaveLength(2000);
      const problem = problemOf(() => mapRows(mapping, ["sku", "a"], rows, mode));
      expect(problem.slug).toBe("mapping-invalid");
      expect(problem.message).toMatch(/2,000 attribute names.*"name2000"/);
    }
  });

  test("astral characters are kept, and count as one character each", () => {
    const name = "😀".repeat(100);
    const pairs = [{ in: "a", split: ",", pair: "=" }];
    expect(mapCell({ pairs }, `${name}=😀`).attributes).toEqual({ [name]: "😀" });
    const value = mapCell({ attributes: { x: { from: "a", like: "{value:letters}-{n:digits}" } } }, "𝒜𝒷-1");
    expect(value.attributes).toEqual({ x: "𝒜𝒷" });
    expect(mapCell({ attributes: { x: { from: "a", split: "😀" } } }, "a😀b").attributes).toEqual({ x: ["a", "b"] });
  });

  test("a cell with a marker erases the value, whatever steps the value has", () => {
    const mapping: Partial<Mapping> = { empty: ["-"], attributes: { x: { from: "a", split: ",", number: "1.5" } } };
    expect(mapCell(mapping, " - ").attributes).toEqual({ x: null });
    expect(mapCell(mapping, "-,-").fault).toContain("is not a number");
  });
});
