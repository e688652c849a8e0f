// Files that would need too much memory: endless groups, keys that repeat without end, and huge tables.
import { expect, test } from "vitest";
import { mapping as mappingSchema, type Mapping } from "../../../contract/mapping/mapping.ts";
import { CSV_WITHOUT_HEADER as DIALECT } from "../../../tests/support/records/csv-dialect.ts";
import type { MappingFault } from "../mapping/run/row.ts";
import { compileMapping } from "../mapping/compile.ts";
import { createFit, fitChunk } from "../read/fit/fit-records.ts";
import { createRecords, type Records } from "../read/records.ts";
import { splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";
import { SourceCollector } from "./collect-sources.ts";
import { ProductFormer } from "./form-products.ts";
import type { LeftRecords } from "./formed.ts";
import { LookupTables, MAX_ENTRIES } from "./lookup-tables.ts";
import { isShapedPlan, type ShapedPlan } from "./record-judge.ts";
import { MAX_GROUP_RECORDS, MAX_RANGES, Scattered } from "./scattered.ts";

function planOf(mapping: Mapping, header = ["handle", "sku", "view", "title"]): ShapedPlan {
  const { plan } = compileMapping(mappingSchema.parse(mapping), header);
  if (!isShapedPlan(plan)) throw new Error("the mapping forms no products");
  return plan;
}

function recordsOf(text: string): Records {
  const bytes = Buffer.from(text);
  const records = createRecords();
  splitRecords(createSplitter(DIALECT, 1), { bytes, from: 0, to: bytes.length, at_end: true }, records);
  return records;
}

/** Counts the records that do not become products, by their codes. */
function createCounts(): LeftRecords & { counts: Map<string, number> } {
  const counts = new Map<string, number>();
  const count = (code: string): void => void counts.set(code, (counts.get(code) ?? 0) + 1);
  return {
    counts,
    reject: (_, code) => {
      count(code);
    },
    rejectFault: (_, { code }) => {
      count(code);
    },
    ignore: (_, code) => {
      count(code);
    },
  };
}

const ROWS = 200_000;

test("the rows of a group without end are rejected, and the next group is formed", () => {
  const left = createCounts();
  const former = new ProductFormer(planOf({ key: "sku", group: { by: "handle", fill: ["title"] } }), DIALECT, left);
  const one = recordsOf("h,s-1,,Lamp\n");
  for (let row = 1; row <= ROWS; row++) former.add(one, 0, { row, at: 0 });
  former.add(recordsOf("other,s-2,,Desk\n"), 0, { row: ROWS + 1, at: 0 });
  former.end();
  expect(Object.fromEntries(left.counts)).toEqual({ group_too_large: ROWS });
  expect(former.counts.products).toBe(1);
});

test("a long text that a group shares is not repeated without end", () => {
  const left = createCounts();
  const former = new ProductFormer(planOf({ key: "sku", group: { by: "handle", fill: ["title"] } }), DIALECT, left);
  former.add(recordsOf(`h,s-0,,${"x".repeat(100_000)}\n`), 0, { row: 1, at: 0 });
  const one = recordsOf("h,s-1,,\n");
  for (let row = 2; row < MAX_GROUP_RECORDS; row++) former.add(one, 0, { row, at: 0 });
  former.end();
  expect(former.length).toBeLessThan(34 << 20);
  const rejected = left.counts.get("group_too_large") ?? 0;
  expect(rejected + former.counts.products).toBe(MAX_GROUP_RECORDS - 1);
  expect(rejected).toBeGreaterThan(MAX_GROUP_RECORDS / 2);
});

test("the rows of a key that repeats without end are rejected", () => {
  const plan = planOf({ key: "sku", repeats: "merge" });
  const collector = new SourceCollector(plan, DIALECT);
  const one = recordsOf("h,s-1,,Lamp\n");
  for (let row = 1; row <= ROWS; row++) collector.add(one, 0, { row, at: row * 12 });
  const { scattered } = collector.finish();
  expect([1, 2, ROWS].map((row) => scattered.placeOf(row))).toEqual(["too_large", "too_large", "too_large"]);
  expect(scattered.rangesOf(1)).toEqual([]);
});

test("a product with hundreds of thousands of rows and layers in turn has all layers in one place", () => {
  const plan = planOf({ key: "sku", overlay: { by: "view", base: [""] } });
  const collector = new SourceCollector(plan, DIALECT);
  const base = recordsOf("h,s-1,,Lamp\n");
  const layer = recordsOf("h,s-1,de,Lampe\n");
  for (let row = 1; row <= ROWS; row++) collector.add(row % 2 === 1 ? base : layer, 0, { row, at: row * 20 });
  const { scattered } = collector.finish();
  expect([1, 2, ROWS - 1, ROWS].map((row) => scattered.placeOf(row))).toEqual([
    "own",
    "too_large",
    "too_large",
    "too_large",
  ]);
});

test("rows of the same products in too many places of the file are refused with the advice to sort it", () => {
  const scattered = new Scattered(4);
  const add = (i: number): void => {
    scattered.add(i % 2, { row: i + 3, at: i * 20, bytes: 10, line: i + 3 });
  };
  for (let i = 0; i < MAX_RANGES; i++) add(i);
  expect(() => {
    add(MAX_RANGES);
  }).toThrow(/Sort the file by the key/);
});

test("a table with too many entries is refused", () => {
  const tables = new LookupTables([{ name: "codes", entry: null, is_path: false, join: null }]);
  for (let i = 0; i < MAX_ENTRIES; i++) tables.add("codes", [String(i), "x"]);
  expect(tables.lookup("codes", "17")).toBe("x");
  expect(() => {
    tables.add("codes", ["one more", "x"]);
  }).toThrow(/more than 1,000,000 entries/);
});

test("many small tables need little memory", () => {
  const names = Array.from({ length: 300 }, (_, i) => `table ${i}`);
  const before = process.memoryUsage().arrayBuffers;
  const tables = new LookupTables(names.map((name) => ({ name, entry: null, is_path: false, join: null })));
  for (let i = 0; i < 400; i++) for (const name of names) tables.add(name, [`key ${i}`, `value ${i} of ${name}`]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 << 20);
  expect(tables.lookup("table 299", "key 7")).toBe("value 7 of table 299");
});

test("parents in a circle end", () => {
  const tables = new LookupTables([{ name: "paths", entry: null, is_path: true, join: null }]);
  tables.add("paths", ["1", "one", "2"]);
  tables.add("paths", ["2", "two", "1"]);
  expect(tables.lookup("paths", "1")).toEqual(["two", "one"]);
  expect(tables.lookup("paths", "3")).toBeUndefined();
});

test("links with too much text are refused with the name of their statement", () => {
  const collector = new SourceCollector(planOf({ key: "sku", links: [{ children: "handle" }] }), DIALECT);
  const addAll = (): void => {
    for (let row = 1; row <= 70; row++)
      collector.add(recordsOf(`child-${row},s-${row}${"x".repeat(1_000_000)},,\n`), 0, { row, at: 0 });
  };
  expect(addAll).toThrow(/Check whether "links" in the mapping reads the right values/);
});

test("short rows of a wide table count by their cells", () => {
  const header = ["handle", "sku", ...Array.from({ length: 1998 }, (_, i) => `c${i}`)];
  const plan = planOf({ key: "sku", group: { by: "handle" }, keep: false }, header);
  const left = createCounts();
  const former = new ProductFormer(plan, DIALECT, left);
  const fitted = fitChunk(recordsOf("h,s\n"), createFit(header.length, DIALECT));
  for (let row = 1; row <= 10_000; row++) former.add(fitted, 0, { row, at: 0 });
  former.end();
  expect(Object.fromEntries(left.counts)).toEqual({ group_too_large: 10_000 });

  const collector = new SourceCollector(planOf({ key: "sku", repeats: "merge", keep: false }, header), DIALECT);
  for (let row = 1; row <= 10_000; row++) collector.add(fitted, 0, { row, at: row * 4 });
  expect(collector.finish().scattered.placeOf(2)).toBe("too_large");
});

test("a long text that the rejected rows of a group share is kept for some of them", () => {
  const mapping = {
    key: "sku",
    group: { by: "handle", fill: ["title"] },
    attributes: { n: { from: "view", number: "1" } },
  };
  let characters = 0;
  let rejects = 0;
  const former = new ProductFormer(planOf(mapping), DIALECT, {
    reject: () => undefined,
    ignore: () => undefined,
    rejectFault: (_, __, product) => {
      rejects++;
      characters += product?.attributes.get("title")?.length ?? 0;
    },
  });
  former.add(recordsOf(`h,s-0,1,${"x".repeat(100_000)}\n`), 0, { row: 1, at: 0 });
  const one = recordsOf("h,s-1,x,\n");
  for (let row = 2; row < 2000; row++) former.add(one, 0, { row, at: 0 });
  former.end();
  expect(rejects).toBe(1998);
  expect(characters).toBeGreaterThan(10 << 20);
  expect(characters).toBeLessThan(34 << 20);
});

test("a product of more than a megabyte is rejected with its SKU and its longest value", () => {
  const faults: MappingFault[] = [];
  const left = { ...createCounts(), rejectFault: (_: unknown, fault: MappingFault) => void faults.push(fault) };
  const mapping: Mapping = {
    key: "sku",
    group: { by: "handle" },
    attributes: {
      texts: { from: "title", all: true, over: "group" },
      views: { from: "view", all: true, over: "group" },
    },
    keep: false,
  };
  const former = new ProductFormer(planOf(mapping), DIALECT, left);
  // First, the texts of each attribute have 0.6 million characters. Then, they have half as many, but JSON escapes each character with two.
  for (const [length, letters] of [
    [300_000, ["x", "y"]],
    [150_000, ["\\", "\b"]],
  ] as const)
    for (const [i, letter] of letters.entries())
      former.add(recordsOf(`h${length},s-${i},${letter.repeat(length)},${letter.repeat(length + 9)}\n`), 0, {
        row: 1,
        at: 0,
      });
  former.end();
  expect(faults).toHaveLength(4);
  expect(faults[0]).toMatchObject({ code: "product_too_large", text: "s-0" });
  expect(faults[1]?.expected).toBe('the longest value, "texts", has 600,018 characters');
  expect(faults[3]).toMatchObject({ code: "product_too_large", text: "s-1" });
});

test("a long cell that very many conditions read is rejected without reading it", () => {
  const conditions = Array.from({ length: 50 }, (_, i) => ({
    any: Array.from({ length: 20 }, (_, j) => ({ of: "title", like: `{a:letters}-${i}-${j}{*}` })),
  }));
  const long = recordsOf(`h,s-1,,${"x".repeat(900_000)}\n`);
  const mappings: Mapping[] = [
    { key: "sku", ignore: conditions, repeats: "merge" },
    { key: "sku", group: { begins: "handle", adds: conditions } },
    { key: "sku", delete_when: { any: conditions.slice(0, 20) }, group: { by: "handle" } },
  ];
  for (const mapping of mappings) {
    const left = createCounts();
    const plan = planOf(mapping);
    const collector = new SourceCollector(plan, DIALECT);
    collector.add(long, 0, { row: 1, at: 0 });
    const former = new ProductFormer(plan, DIALECT, left, collector.finish());
    former.add(long, 0, { row: 1, at: 0 });
    former.end();
    expect(Object.fromEntries(left.counts)).toEqual({ value_too_long: 1 });
  }
});
