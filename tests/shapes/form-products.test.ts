// Tests how a mapping forms products from several rows: groups, layers (`overlay`), merged rows, links, kinds of rows, and lookup tables.
import { expect, test } from "vitest";
import { mapping as mappingSchema, type Mapping } from "../../contract/mapping/mapping.ts";
import { CSV_WITHOUT_HEADER as DIALECT } from "../support/records/csv-dialect.ts";
import { compileMapping } from "../../src/imports/mapping/compile.ts";
import { createRecords, type Records } from "../../src/imports/read/records.ts";
import { splitRecords } from "../../src/imports/read/split-records.ts";
import { createSplitter } from "../../src/imports/read/splitter.ts";
import type { Repeats } from "../../src/imports/shape/collect-sources.ts";
import { formInMemory } from "../../src/imports/shape/form-in-memory.ts";
import { isShapedPlan } from "../../src/imports/shape/record-judge.ts";

const HEADER = ["handle", "sku", "lang", "title", "image", "cat"];

function split(rows: readonly string[]): Records {
  const bytes = Buffer.from(rows.map((row) => `${row}\n`).join(""));
  const records = createRecords();
  splitRecords(createSplitter(DIALECT, 1), { bytes, from: 0, to: bytes.length, at_end: true }, records);
  return records;
}

/** A mapping without its key, which `form` adds. */
type Rows = Omit<Mapping, "key">;

interface Formed {
  /** The values of each product from the SKU on, joined by `|`. */
  products: string[];
  left: string[];
}

function form(mapping: Rows, rows: readonly string[], repeats: Repeats = "last"): Formed {
  const { plan } = compileMapping(mappingSchema.parse({ key: "sku", name: "title", keep: false, ...mapping }), HEADER);
  if (!isShapedPlan(plan)) throw new Error("the mapping forms no products");
  const left: string[] = [];
  const formed = formInMemory(
    plan,
    { records: split(rows), dialect: DIALECT, refusalOf: () => undefined, repeats },
    {
      reject: ({ row }, code) => left.push(`${row} ${code}`),
      rejectFault: ({ row }, { code }) => left.push(`${row} ${code}`),
      ignore: ({ row }, code) => left.push(`${row} ${code}`),
      refuse: () => undefined,
    },
  );
  const lines = formed.text.toString().split("\n").slice(0, -1);
  return { products: lines.map((line) => line.split("\u001f").slice(4).join("|")), left };
}

const OVERLAY: Rows = { overlay: { by: "lang", base: [""] } };

test("a layer above the row of its product belongs to the last row of the product", () => {
  expect(form(OVERLAY, ["h,s1,de,Lampe,,", "h,s1,,Lamp,,", "h,s1,,Desk lamp,,"]).products).toEqual([
    "s1|Lamp|",
    's1|Desk lamp|"name-de":"Lampe"',
  ]);
});

test.each<Repeats>(["first", "reject"])("with repeats=%s, layers belong to the first row of the product", (repeats) => {
  const rows = ["h,s1,,Lamp,,", "h,s1,de,Lampe,,", "h,s1,,Desk lamp,,", "h,s1,fr,Lampe bleue,,"];
  expect(form(OVERLAY, rows, repeats).products).toEqual([
    's1|Lamp|"name-de":"Lampe","name-fr":"Lampe bleue"',
    "s1|Desk lamp|",
  ]);
});

test("in a group that begins at a row, a layer without a key belongs to the first product of the group", () => {
  const mapping = {
    ...OVERLAY,
    group: { begins: "sku", adds: [{ blank: ["sku", "lang"] }] },
    attributes: { images: { from: "image", all: true, over: "group" } },
    links: [{ children: "cat" }],
  } as unknown as Rows;
  const rows = ["h,s1,,Lamp,1.jpg,s2", ",,,,2.jpg,s3", ",,de,Lampe,,", "h,s2,,Desk,,", ",,de,Tisch,,", "h,s3,,Mug,,"];
  expect(form(mapping, rows)).toEqual({
    products: ['s1|Lamp||"images":["1.jpg","2.jpg"],"name-de":"Lampe"', 's2|Desk|s1|"name-de":"Tisch"', "s3|Mug|s1|"],
    left: ["3 adds", "2 adds", "5 adds"],
  });
});

test("a layer without a key belongs to no product if its group has none, or if the rows of a group have the same value", () => {
  const begins = { ...OVERLAY, group: { begins: { of: "handle", is: "new" } } } as unknown as Rows;
  expect(form(begins, ["new,s1,,Desk,,", "new,,,Lamp,,", ",,de,Lampe,,"]).products).toEqual([
    "s1|Desk|",
    "|Lamp|",
    "|Lampe|",
  ]);
  const by = { ...OVERLAY, group: { by: "handle" } } as Rows;
  expect(form(by, ["h,s1,,Lamp,,", "h,,de,Lampe,,"]).products).toEqual(["s1|Lamp|", "|Lampe|"]);
});

test("a row that does not name its layer is rejected", () => {
  expect(form({ overlay: { by: "lang", base: ["en"] } }, ["h,s1,en,Lamp,,", "h,s1, ,Lampe,,"])).toEqual({
    products: ["s1|Lamp|"],
    left: ["2 value_empty"],
  });
});

test("a marker in a layer erases the value of the layer", () => {
  const mapping = { ...OVERLAY, description: "cat", attributes: { image: "image" }, empty: ["--"] } as Rows;
  expect(form(mapping, ["h,s1,,Lamp,1.jpg,Bright", "h,s1,de,Lampe,--,--"]).products).toEqual([
    's1|Lamp|Bright|"image":"1.jpg","name-de":"Lampe"|"image-de":null,"description-de":null|',
  ]);
});

test("a row that only adds values to its group is rejected if the group has no product", () => {
  const mapping = {
    group: { by: "handle", adds: [{ blank: "sku" }] },
    attributes: { images: { from: "image", all: true, over: "group" } },
  } as unknown as Rows;
  expect(form(mapping, ["h1,s1,,Lamp,1.jpg,", "h1,,,,2.jpg,", "h2,,,,3.jpg,"])).toEqual({
    products: ['s1|Lamp|"images":["1.jpg","2.jpg"]'],
    left: ["2 adds", "3 no_base_row"],
  });
});

test("the kind of a row can depend on its own group", () => {
  const mapping = {
    group: { by: "handle" },
    kinds: {
      by: { group: "by" },
      when: { h1: { attributes: { a: "image" } }, h2: { attributes: { b: "image" } } },
    },
  } as unknown as Rows;
  expect(form(mapping, ["h1,s1,,Lamp,1,", "h2,s2,,Desk,2,", "h2,s3,,Desk,3,"]).products).toEqual([
    's1|Lamp|"a":"1"',
    's2|Desk|"b":"2"',
    's3|Desk|"b":"3"',
  ]);
});

test("a product that a link names gets its parent, even if the mapping has no statement for parents", () => {
  const mapping = { links: [{ children: { from: "image", split: "/" } }] } as unknown as Rows;
  expect(form(mapping, ["h,A-1,,Lamp,B-1/a-1,", "h,b-1,,Blue lamp,,", "h,a-1,,Lamp,,"]).products).toEqual([
    "A-1|Lamp|",
    "b-1|Blue lamp|A-1",
    "a-1|Lamp|",
  ]);
});

test("an ignored row can be an entry of a table", () => {
  const mapping = {
    ignore: [{ blank: "sku" }],
    tables: { categories: { record: ".", key: "handle", value: "title" } },
    attributes: { category: { from: "cat", lookup: "categories" } },
  } as unknown as Rows;
  expect(form(mapping, ["c1,,,Lamps,,", "h1,s1,,Lamp,,c1"])).toEqual({
    products: ['s1|Lamp|"category":"Lamps"'],
    left: ["1 condition"],
  });
});

test("the path of an entry that names itself or an entry below it as its parent has each entry once", () => {
  const mapping = {
    tables: { paths: { record: ".", key: "sku", value: "title", parent: "cat", join: ">" } },
    attributes: { path: { from: "sku", lookup: "paths" } },
  } as unknown as Rows;
  const rows = ["h,s1,,A,,s1", "h,s2,,B,,s1", "h,s3,,C,,s4", "h,s4,,D,,s3"];
  expect(form(mapping, rows).products).toEqual([
    's1|A|"path":"A"',
    's2|B|"path":"A>B"',
    's3|C|"path":"D>C"',
    's4|D|"path":"C>D"',
  ]);
});

const MERGE = { repeats: "merge", attributes: { image: { from: "image", split: ";" } } } as unknown as Rows;
const listOf = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => String(from + i)).join(";");

test("a row that would make a list too long is rejected, and adds nothing", () => {
  const rows = [`h,s1,,,${listOf(0, 999)},`, "h,s1,,Lamp,a;b,", "h,s1,,Desk lamp,998;c;c,"];
  const { products, left } = form(MERGE, rows);
  expect(left).toEqual(["2 does_not_fit", "3 adds"]);
  expect(products).toEqual([`s1|Desk lamp|"image":${JSON.stringify([...listOf(0, 999).split(";"), "c"])}`]);
});

test("a value of a later row takes the place of a marker, and a marker of a later row erases what the product lacks", () => {
  const mapping = {
    repeats: "merge",
    description: "cat",
    attributes: { image: "image", handle: "handle" },
    empty: ["--"],
  };
  const rows = ["--,s1,,Lamp,--,--", "h,s1,,,1.jpg,Bright", "--,s1,,,--,--"];
  expect(form(mapping as unknown as Rows, rows).products).toEqual(['s1|Lamp|Bright|"image":"1.jpg","handle":"h"||']);
  expect(form(mapping as unknown as Rows, [",s1,,Lamp,,", "--,s1,,,--,--"]).products).toEqual([
    's1|Lamp|||"image":null,"handle":null|description',
  ]);
});
