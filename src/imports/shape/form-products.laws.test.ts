// Laws of forming products: it does not matter how the file is divided into windows, and each record is counted once.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mapping as mappingSchema, type Mapping } from "../../../contract/mapping/mapping.ts";
import { CSV_WITHOUT_HEADER as DIALECT } from "../../../tests/support/records/csv-dialect.ts";
import { skuKey } from "../../catalog/product/sku-key.ts";
import { compileMapping } from "../mapping/compile.ts";
import { createRecords, type Records } from "../read/records.ts";
import { splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";
import { joinRanges, RangeReader } from "./attached.ts";
import { needsSources, SourceCollector } from "./collect-sources.ts";
import { formInMemory } from "./form-in-memory.ts";
import { ProductFormer } from "./form-products.ts";
import type { LeftRecord, LeftRecords } from "./formed.ts";
import { RecordGroup } from "./record-group.ts";
import { isShapedPlan, type ShapedPlan } from "./record-judge.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const VIEW = 3;
const HEADER = ["handle", "kind", "sku", "view", "title", "image", "parent"];

function planOf(mapping: Mapping): ShapedPlan {
  const { plan } = compileMapping(mapping, HEADER);
  if (!isShapedPlan(plan)) throw new Error("the mapping forms no products");
  return plan;
}

function split(text: string): Records {
  const bytes = Buffer.from(text);
  const records = createRecords();
  splitRecords(createSplitter(DIALECT, 1), { bytes, from: 0, to: bytes.length, at_end: true }, records);
  return records;
}

/** Notes each record that does not become a product as a line of text. */
function createNoted(): LeftRecords & { lines: string[] } {
  const lines: string[] = [];
  const note = ({ records, r, row }: LeftRecord, what: string): void => {
    lines.push(`${row} ${what} ${records.bytes.toString("utf8", records.start[r], records.end[r])}`);
  };
  return {
    lines,
    reject: (left, code, column) => {
      note(left, `${code} ${column}`);
    },
    rejectFault: (left, { code, text }) => {
      note(left, `${code} ${text}`);
    },
    ignore: (left, code) => {
      note(left, code);
    },
  };
}

interface Formed {
  text: string;
  left: string[];
}

function inMemory(plan: ShapedPlan, text: string): Formed {
  const left = createNoted();
  const input = { records: split(text), dialect: DIALECT, refusalOf: () => undefined };
  const formed = formInMemory(plan, input, { ...left, refuse: () => undefined });
  return { text: formed.text.toString(), left: left.lines };
}

/** Forms the products from windows with these numbers of records, as a scan does. */
function inWindows(plan: ShapedPlan, text: string, sizes: readonly number[]): Formed {
  const bytes = Buffer.from(text);
  const whole = split(text);
  const collector = new SourceCollector(plan, DIALECT);
  const visit = (
    add: (window: Records, r: number, found: { row: number; at: number }) => void,
    onWindow: () => void,
  ): void => {
    for (let from = 0, i = 0; from < whole.count; i++) {
      const to = Math.min(whole.count, from + (sizes[i % sizes.length] as number));
      const window = new RecordGroup();
      for (let r = from; r < to; r++) window.append(whole, r, { row: r + 1, at: 0 });
      for (let r = from; r < to; r++) add(window.records, r - from, { row: r + 1, at: whole.start[r] as number });
      onWindow();
      // The window is overwritten when the next one is read.
      window.records.bytes.fill(0);
      from = to;
    }
  };
  const nothing = (): void => undefined;
  if (needsSources(plan))
    visit((window, r, found) => {
      collector.add(window, r, found);
    }, nothing);
  const sources = collector.finish();
  const left = createNoted();
  const former = new ProductFormer(plan, DIALECT, left, sources);
  const reader = new RangeReader(DIALECT, HEADER.length);
  const texts: string[] = [];
  visit(
    (window, r, found) => {
      const ranges = sources.scattered.rangesOf(found.row);
      if (ranges.length > 0) {
        const read = (range: (typeof ranges)[number]): Records =>
          reader.read(bytes.subarray(range.at, range.at + range.bytes), range);
        former.attach(found.row, joinRanges(new RecordGroup(), ranges, read));
      }
      former.add(window, r, found);
    },
    () => texts.push(former.take().toString()),
  );
  former.end();
  texts.push(former.take().toString());
  return { text: texts.join(""), left: left.lines };
}

const cell = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom("", ...texts);
const row = fc.tuple(
  cell("h1", "h2", "h3"),
  cell("A", "B", "x"),
  cell("s1", "s2", "s3", "S1 "),
  cell("de", "fr"),
  cell("Lamp", '"a ""b""\n,c"', "Löwe"),
  cell("1.jpg", "2.jpg"),
  cell("s1", "s9"),
);
const file = fc.array(row, { maxLength: 14 }).map((rows) => rows.map((cells) => `${cells.join(",")}\n`).join(""));

const groups: Mapping["group"][] = [
  undefined,
  { by: "handle", fill: ["title"] },
  { begins: "handle", fill: ["handle", "title"], adds: [{ blank: ["sku", "kind"] }] },
  { begins: { of: "kind", is: "A" }, adds: [{ of: "kind", is: "x" }] },
];
const shapes: Partial<Mapping>[] = [
  {},
  { overlay: { by: "view", base: [""] } },
  { repeats: "merge" },
  { kinds: { by: "kind", when: { A: {}, B: { name: ["title", "image"], parent: "parent" } }, else: "ignore" } },
  { overlay: { by: "view", base: ["", "fr"] }, repeats: "merge", links: [{ children: "parent" }] },
  {
    tables: { titles: { record: ".", key: "sku", value: "title", parent: "parent", join: ">" } },
    attributes: { path: { from: "parent", lookup: "titles", else: "blank" } },
  },
];

const mapping = fc.tuple(fc.constantFrom(...groups), fc.constantFrom(...shapes)).map(([group, shape]): Mapping => {
  const lists =
    group === undefined
      ? {}
      : {
          images: { from: "image", all: true, over: "group" as const },
          first: { group: "first" as const },
          called: { group: "name" as const, unless: { of: "view", is: "de" } },
          of: { group: "by" as const },
        };
  // The table has no effect of its own. It makes the mapping form products even if `shape` is empty.
  const tables = { none: { record: ".", key: "view", value: "view" } };
  return mappingSchema.parse({
    key: "sku",
    name: "title",
    ...(group === undefined ? {} : { group }),
    tables,
    ...shape,
    attributes: { ...lists, ...shape.attributes },
  });
});

/** Returns the cells of each product. The first cell is the row number, the fifth is the SKU. */
const productsOf = ({ text }: Formed): string[][] =>
  text.split("\n").flatMap((line) => (/^\d+\u001f\d+\u001f/.test(line) ? [line.split("\u001f")] : []));

describe("for any file and mapping", () => {
  test("windows of any size give the same products and the same left records", () => {
    fc.assert(
      fc.property(mapping, file, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (given, text, sizes) => {
        const plan = planOf(given);
        expect(inWindows(plan, text, sizes)).toEqual(inMemory(plan, text));
      }),
      { numRuns: runs(100) },
    );
  });

  test("each record becomes a product or is left out, and never both", () => {
    fc.assert(
      fc.property(mapping, file, (given, text) => {
        const formed = inMemory(planOf(given), text);
        const products = formed.text.split("\n").flatMap((line) => /^(\d+)\u001f\d+\u001f/.exec(line)?.[1] ?? []);
        const left = formed.left.flatMap((line) => /^(\d+) /.exec(line)?.[1] ?? []);
        const rows = [...products, ...left].map(Number).sort((a, b) => a - b);
        expect(rows).toEqual(Array.from({ length: split(text).count }, (_, r) => r + 1));
      }),
      { numRuns: runs(100) },
    );
  });

  test("merged rows give one product for each SKU, and a layer never becomes a product", () => {
    fc.assert(
      fc.property(mapping, fc.array(row, { maxLength: 14 }), (given, rows) => {
        const formed = inMemory(planOf(given), rows.map((cells) => `${cells.join(",")}\n`).join(""));
        const products = productsOf(formed).filter(([, , , , sku]) => sku !== "");
        const keys = products.map(([, , , , sku]) => skuKey(sku ?? ""));
        if (given.repeats === "merge") expect(keys).toEqual([...new Set(keys)]);
        const { overlay } = given;
        if (overlay !== undefined)
          for (const [number] of products) expect(overlay.base).toContain(rows[Number(number) - 1]?.[VIEW]);
      }),
      { numRuns: runs(100) },
    );
  });
});
