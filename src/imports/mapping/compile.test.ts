import { describe, expect, test } from "vitest";
import { mapping as mappingSchema, type Mapping } from "../../../contract/mapping/mapping.ts";
import { Problem } from "../../../contract/problems.ts";
import { compileMapping, type CompiledMapping } from "./compile.ts";

const compile = (statements: Mapping, header: readonly string[]): CompiledMapping =>
  compileMapping(mappingSchema.parse(statements), header);

/** The targets of the columns, with the names of attributes. */
const targets = ({ columns }: CompiledMapping): string[] =>
  columns.map(({ name, target, attribute = name }) => (target === "attribute" ? `= ${attribute}` : target));

describe("a mapping that only copies columns has no plan", () => {
  const header = ["Code", "Title", "Text", "State", "Price", "Colour "];
  test.each<[string, Partial<Mapping>, string[]]>([
    [
      "fields",
      { name: "title", description: "TEXT", active: "State" },
      ["sku", "name", "description", "active", "= Price", "= Colour"],
    ],
    ["keep nothing", { keep: false }, ["sku", "ignored", "ignored", "ignored", "ignored", "ignored"]],
    ["keep some", { keep: ["T*", "price"] }, ["sku", "= Title", "= Text", "ignored", "= Price", "ignored"]],
    ["drop", { drop: ["*t*e"] }, ["sku", "ignored", "= Text", "ignored", "= Price", "= Colour"]],
    ["drop and also", { keep: false, also: ["price"] }, ["sku", "ignored", "ignored", "ignored", "= Price", "ignored"]],
    ["rename", { rename: { price: "price-EUR" } }, ["sku", "= Title", "= Text", "= State", "= price-EUR", "= Colour"]],
    [
      "attributes",
      { keep: false, attributes: { stock: "State" } },
      ["sku", "ignored", "ignored", "= stock", "ignored", "ignored"],
    ],
    [
      "a declared attribute wins over a column",
      { attributes: { Colour: "Text" } },
      ["sku", "= Title", "= Colour", "= State", "= Price", "ignored"],
    ],
  ])("%s", (_, statements, expected) => {
    const compiled = compile({ key: "code", ...statements }, header);
    expect(compiled.plan).toBeNull();
    expect(targets(compiled)).toEqual(expected);
  });

  test("a name is copied unmodified, unless the mapping trims it", () => {
    expect(compile({ key: "code", name: "Title" }, header).plan).toBeNull();
    expect(compile({ key: "code", name: { from: "Title", trim: true } }, header).plan?.fields).toMatchObject([
      { target: "name", value: { trim: true } },
    ]);
    const erasing = compile({ key: "code", name: "Title", empty: ["-"] }, header).plan?.fields;
    expect(erasing?.find(({ target }) => target === "name")?.value.trim).toBe(false);
  });
  test("a template renames many columns", () => {
    const compiled = compile({ key: "sku", rename: { "{name}.{locale}": "{name}-{locale}" } }, [
      "sku",
      "title.en",
      "v1.x.de",
    ]);
    expect(targets(compiled)).toEqual(["sku", "= title-en", "= v1-x.de"]);
  });
  test("an exact name wins over one that differs by case", () => {
    expect(targets(compile({ key: "sku", keep: false }, ["SKU", "sku"]))).toEqual(["ignored", "sku"]);
  });
  test("names are compared in composed form", () => {
    expect(targets(compile({ key: "Größe" }, ["Gro\u0308ße"]))).toEqual(["sku"]);
  });
  test("a column whose name contains an asterisk takes precedence over the matches of the pattern", () => {
    expect(targets(compile({ key: "Name *", drop: ["Name *"] }, ["Name x", "Name *"]))).toEqual(["= Name x", "sku"]);
  });
  test("the columns of a rejects file are ignored", () => {
    expect(targets(compile({ key: "sku" }, ["sku", "reject_reason"]))).toEqual(["sku", "ignored"]);
  });
});

describe("a mapping that computes values", () => {
  test("appends the computed columns, and lists what is computed from the columns of the file", () => {
    const compiled = compile({ key: { from: ["A", "B"], join: "-" }, also: ["B"] }, ["A", "B", "C"]);
    expect(targets(compiled)).toEqual(["used", "= B", "= C"]);
    expect(compiled.columns.map(({ used_for }) => used_for)).toEqual([["sku"], ["sku"], undefined]);
    expect(compiled.plan?.columns).toMatchObject([{ name: "A, B", target: "sku", computed: true }]);
  });
  test("numbered columns are used in the order of their numbers", () => {
    const header = ["sku", "Image 10", "Image 2", "Image 1", "Images"];
    const compiled = compile({ key: "sku", attributes: { images: { from: "Image {n}", all: true } } }, header);
    expect(compiled.plan?.attributes[0]?.value.sources).toEqual([3, 2, 1]);
    expect(targets(compiled)).toEqual(["sku", "used", "used", "used", "= Images"]);
  });
  test("lists the uses of a column for fields, attributes, templates of names, and pairs", () => {
    const compiled = compile(
      {
        key: { from: "A", case: "upper" },
        attributes: { "price-{B}": "C", size: { from: ["C", "D"], join: "x" } },
        pairs: [{ in: "E", pair: "=" }],
        split: { "|": ["F"] },
        ignore: [{ of: "G", is: "total" }],
        keep: ["F"],
      },
      ["A", "B", "C", "D", "E", "F", "G"],
    );
    expect(compiled.columns.map(({ target, used_for = [] }) => [target, ...used_for])).toEqual([
      ["used", "sku"],
      ["used", "price-{B}"],
      ["used", "price-{B}", "size"],
      ["used", "size"],
      ["used", "attributes"],
      ["used", "F"],
      ["ignored"],
    ]);
  });
  test("bounds the bytes that it adds", () => {
    const attributes = { a: { from: "x", prefix: "p".repeat(100) }, b: { from: "x", case: "upper" as const } };
    const [column] = compile({ key: "sku", attributes }, ["sku", "x"]).plan?.columns ?? [];
    expect(column).toMatchObject({ target: "members", copies: 4 });
    expect(column?.added_bytes).toBeGreaterThan(100);
  });
  test.each<[string, Partial<Mapping>, number]>([
    ["a suffix of each element", { attributes: { a: { from: "x", split: ",", suffix: "s".repeat(2000) } } }, 1000],
    ["a map of each element", { attributes: { a: { from: "x", split: ",", map: { y: "z".repeat(2000) } } } }, 1000],
    [
      "elements that are joined",
      { attributes: { a: { from: [{ from: "x", split: "," }], join: "s".repeat(2000) } } },
      1000,
    ],
    ["a replaced text, without attributes", { keep: false, description: { from: "x", replace: [["a", "bbb"]] } }, 3],
  ])("bounds %s", (_, mapping, copies) => {
    const [column] = compile({ key: "sku", ...mapping }, ["sku", "x"]).plan?.columns ?? [];
    expect(column?.copies).toBeGreaterThanOrEqual(copies);
  });
  test("bounds a constant whose text is replaced", () => {
    const value = { from: [{ const: "a".repeat(500) }], replace: [["a", "b".repeat(1000)]] as [string, string][] };
    const [column] = compile({ key: "sku", attributes: { a: value } }, ["sku"]).plan?.columns ?? [];
    expect(column?.added_bytes).toBeGreaterThanOrEqual(500_000);
  });
});

test("an unused column with the name of a field becomes an attribute under another name", () => {
  const columns = compile({ key: "Art", name: "Titel" }, ["Art", "Titel", "name", "active"]).columns.slice(2);
  expect(columns.map(({ target, attribute }) => [target, attribute])).toEqual([
    ["attribute", "name (2)"],
    ["attribute", "active (2)"],
  ]);
});

test("columns that the file lacks and columns that no statement names are listed", () => {
  const compiled = compile(
    { key: "sku", name: "title", attributes: { p: "price" }, drop: ["x*"], format: { "w*": { trim: true } } },
    ["sku", "Price", "New column"],
  );
  expect(compiled.missing).toEqual(["title", "x*", "w*"]);
  expect(compiled.unused).toEqual(["New column"]);
});

test("a value whose columns are missing is left out, not blank", () => {
  const compiled = compile({ key: "sku", name: ["title", "name"], description: { from: ["text"], trim: true } }, [
    "sku",
    "x",
  ]);
  expect(compiled.plan).toBeNull();
  expect(targets(compiled)).toEqual(["sku", "= x"]);
});

describe("the problem names the statement that is not valid", () => {
  test.each<[string, Partial<Mapping>, string]>([
    ["a sample that is not a number", { attributes: { p: { from: "a", number: "x" } } }, "attributes.p.number"],
    ["a date that is not certain", { format: { a: { date: "01/02/2026" } } }, "format.a.date"],
    ["a question without a value map", { format: { a: { like: "x{value}", else: "hold" } } }, "format.a.else"],
    ["a template without a value", { format: { a: { like: "{x}" } } }, "format.a.like"],
    [
      "a template with two placeholders side by side",
      { attributes: { p: { from: "a", like: "{value}{x}" } } },
      "attributes.p.like",
    ],
    ["a name with an unknown placeholder", { attributes: { "p-{q}": "a" } }, "attributes.p-{q}"],
    ["a name that no attribute may have", { attributes: { " ": "a" } }, "attributes. "],
    ["the name of a column with another meaning", { attributes: { parent_sku: "a" } }, "attributes.parent_sku"],
    ["a new name with another meaning", { rename: { a: "reject_reason" } }, "rename"],
    ["a list as a name", { name: { from: "a", split: "," } }, "name"],
    ["from and const", { name: { from: "a", const: "x" } }, "name"],
    ["join and all", { name: { from: ["a", "b"], join: ",", all: true } }, "name"],
    ["a value without a source", { name: { trim: true } }, "name"],
    ["a condition without a comparison", { ignore: [{ of: "a" }] }, "ignore.0"],
    ["an empty condition", { ignore: [{}] }, "ignore.0"],
    ["a pair without a value", { pairs: [{ each: "a" }] }, "pairs.0"],
    ["a pair of both kinds", { pairs: [{ each: "a", in: "b", value: "a" }] }, "pairs.0"],
    ["a cell of pairs without a sign", { pairs: [{ in: "a", split: "," }] }, "pairs.0"],
    ["two columns with the same new name", { rename: { a: "x", b: "x" } }, "rename"],
    ["a new name with an unknown placeholder", { rename: { "{x}a": "{y}" } }, "rename.{x}a"],
    ["map entries that differ only by case", { format: { a: { map: { Red: "1", red: "2" } } } }, "format.a.map"],
    ["attributes whose names differ only by blanks", { attributes: { a: "a", " a ": "b" } }, "attributes. a "],
    ["two new names for one column", { rename: { a: "x", " A": "y" } }, "rename. A"],
    ["a group without its columns", { group: { by: "x" } }, "group.by"],
    ["a value of a group without groups", { name: { group: "name" } }, "name"],
    ["kinds that differ only by case", { kinds: { by: "a", when: { A: {}, "a ": {} } } }, "kinds.when"],
    ["a table that the mapping lacks", { attributes: { p: { from: "a", lookup: "t" } } }, "attributes.p.lookup"],
    [
      "a key that is looked up",
      { key: { from: "sku", lookup: "t" }, tables: { t: { record: ".", key: "a", value: "b" } } },
      "key",
    ],
    ["a format with a source", { format: { a: { from: "b" } } }, "format.a"],
  ])("%s", (_, statements, statement) => {
    let problem: unknown;
    try {
      compile({ key: "sku", ...statements }, ["sku", "a", "b"]);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(Problem);
    expect((problem as Problem).slug).toBe("mapping-invalid");
    expect((problem as Problem).extra).toMatchObject({
      statement,
      reason: expect.stringMatching(/^mapping-/) as string,
    });
  });

  test("a column with two names in the mapping: both are named", () => {
    const header = ["sku", "a", "b"];
    expect(() => compile({ key: "sku", attributes: { c: "a", "c ": "b" } }, header)).toThrow(
      '"c" and "c " differ only',
    );
    expect(() => compile({ key: "sku", rename: { b: "x", B: "y" } }, header)).toThrow(
      '"b" and "B" are the same column',
    );
    expect(targets(compile({ key: "sku", rename: { b: "x", B: " x" } }, header))).toEqual(["sku", "= a", "= x"]);
    expect(targets(compile({ key: "sku", rename: { b: "x", B: "y" } }, ["sku", "b", "B"]))).toEqual([
      "sku",
      "= x",
      "= y",
    ]);
  });
  test("conditions that are nested too deeply", () => {
    let condition: NonNullable<Mapping["ignore"]>[number] = { blank: "a" };
    for (let i = 0; i < 7; i++) condition = { any: [condition] };
    expect(() => compile({ key: "sku", ignore: [condition] }, ["sku", "a"])).toThrow(/nested more than 5 times/);
  });

  test("patterns that match too many columns in total", () => {
    const header = Array.from({ length: 2000 }, (_, i) => `c${i}`);
    const all = { from: Array.from({ length: 20 }, () => "c*"), all: true };
    expect(() => compile({ key: "c0", attributes: { x: all } }, header)).toThrow(/reads more than 20,000 columns/);
    const pairs = Array.from({ length: 3 }, () => ({ each: "c{n}", value: "c{n}" }));
    expect(() => compile({ key: "c0", pairs }, header)).toThrow(/more than 4,000 columns/);
  });
});

test("templates that would be compared with too many characters of names are refused", () => {
  const header = Array.from({ length: 2000 }, (_, i) => `c${i} ${"1x".repeat(240)}`);
  const rename = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`{a:letters}${i}{b:digits}y`, `x${i}`]));
  expect(() => compile({ key: "c1*", rename }, header)).toThrow(/too many patterns/);
});

test("the columns of conditions count as sources", () => {
  const header = Array.from({ length: 300 }, (_, i) => `c${i}`);
  const any = Array.from({ length: 5 }, () => ({ blank: Array.from({ length: 20 }, () => "*") }));
  expect(() => compile({ key: "c1", ignore: [{ any }] }, header)).toThrow(/reads more than 20,000 columns/);
});

describe("columns with a repeated or a blank name", () => {
  const header = ["Art", "Colour", "Colour", ""];

  test("are found by the names that previews give them", () => {
    const attributes = { first: "Colour", second: "colour (2)", third: "Column 4" };
    const compiled = compile({ key: "Art", keep: false, attributes }, header);
    expect(compiled.missing).toEqual([]);
    expect(targets(compiled)).toEqual(["sku", "= first", "= second", "= third"]);
  });
  test("can be dropped", () => {
    expect(targets(compile({ key: "Art", drop: ["Colour (2)", "Column 4"] }, header))).toEqual([
      "sku",
      "= Colour",
      "ignored",
      "ignored",
    ]);
  });
  test("a name in the file takes precedence", () => {
    expect(targets(compile({ key: "Art", name: "colour (2)" }, [...header, "Colour (2)"]))[4]).toBe("name");
  });
});

test("a pattern matches the same names however often it repeats its asterisk", () => {
  const header = ["sku", "a 1 b", "a b", "ab", "b a"];
  for (const asterisk of ["*", "*".repeat(1000)])
    expect(targets(compile({ key: "sku", drop: [`a${asterisk}b`] }, header))).toEqual([
      "sku",
      "ignored",
      "ignored",
      "ignored",
      "= b a",
    ]);
});
