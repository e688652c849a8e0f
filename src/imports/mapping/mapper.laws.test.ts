// Tests properties of the mapper for any mapping and any table.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MappedValue, Mapping } from "../../../contract/mapping/mapping.ts";
import { CSV } from "../../../tests/support/records/csv-dialect.ts";
import { mapRows, recordsOf } from "../../../tests/support/records/map-rows.ts";
import { Problem } from "../../../contract/problems.ts";
import { layoutOf } from "../layout.ts";
import { recordTexts } from "../read/field-text.ts";
import { createRecords } from "../read/records.ts";
import { compileMapping } from "./compile.ts";
import { createMapper } from "./mapper.ts";
import { planLayoutColumns } from "./plan.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const HEADER = ["sku", "a", "b", "n 1", "n 2", "n 10", "Größe"];
const RUNS = runs(150);

const column = fc.constantFrom(...HEADER, "A", "n {n}", "n*", "missing");
const word = fc.constantFrom("", "x", "Red", "-", " ", "é", "1.5", "12,50 EUR", "_E_");
const steps: fc.Arbitrary<MappedValue> = fc.record(
  {
    trim: fc.boolean(),
    strip_html: fc.boolean(),
    replace: fc.constantFrom<[string, string][]>(
      [["x", "yy"]],
      [
        ["-", ""],
        ["e", "é"],
      ],
    ),
    case: fc.constantFrom("upper", "lower"),
    split: fc.constantFrom(",", "|", " "),
    like: fc.constantFrom("{value}", "{value:number} {currency:letters}", "x{value}", "{value}-{*}"),
    map: fc.constant({ Red: "rot", x: "", "1.5": "1,5" }),
    else: fc.constantFrom("reject", "keep", "blank"),
    number: fc.constantFrom("1.234,56", "1,234.56", "1 234,5", "1.5"),
    scale: fc.integer({ min: -3, max: 3 }),
    date: fc.constant("31.12.2026"),
    yes_no: fc.constant({ yes: ["x"], no: ["-"] }),
    prefix: word,
    suffix: word,
    default: word,
  },
  { requiredKeys: [] },
);
const sources = fc.oneof(
  column,
  fc.array(
    fc.oneof(
      column,
      steps.map((each) => ({ ...each, from: "b" })),
    ),
    { minLength: 1, maxLength: 3 },
  ),
);
const textValue = fc.oneof(
  column,
  fc
    .tuple(sources, steps, fc.constantFrom({}, { join: ":" }, { join: ":", need: "all" as const }))
    .map(([from, each, joined]) => ({
      ...each,
      from,
      ...joined,
      list: false,
    })),
);
const anyValue = fc.oneof(
  textValue,
  fc.tuple(sources, steps, fc.boolean()).map(([from, each, all]) => ({ ...each, from, all })),
);
const numberValue = fc.record({
  from: fc.constantFrom("a", "b"),
  number: fc.constantFrom("1.234,56", "1,234.56", "1234,5", "1 234,5", "1,234", "1234"),
});
const splitValue = fc.record({
  from: fc.constantFrom("a", "b"),
  split: fc.constantFrom(",", "|", " ", "::", " > "),
});
const pair = fc.constantFrom<NonNullable<Mapping["pairs"]>[number]>(
  { each: "n {n}", name: { from: "n {n}", suffix: "-size" }, value: "a" },
  { each: "n {n}", name: "n {n}", value: { from: "b", split: "," }, unit: "a", list: true },
  { in: "b", split: ",", pair: "=" },
  { in: "b", split: ",", like: "{name}:{value}" },
);
const condition = fc.constantFrom<NonNullable<Mapping["ignore"]>[number]>(
  { blank: "a" },
  { of: "a", is: ["x", ""] },
  { of: { from: "b", number: "1.5" }, not: "1.5" },
  { any: [{ of: "sku", like: "x{*}" }, { blank: ["a", "b"] }] },
);

const mappings: fc.Arbitrary<Mapping> = fc
  .record(
    {
      key: textValue,
      name: textValue,
      description: textValue,
      active: textValue,
      attributes: fc.dictionary(
        fc.constantFrom("p", "q", "r-{a}", "r-{b}"),
        fc.oneof(anyValue, numberValue, splitValue),
        {
          maxKeys: 3,
        },
      ),
      keep: fc.constantFrom(true, false, ["n*"]),
      drop: fc.constantFrom(["n 1"], ["*"]),
      also: fc.constantFrom(["sku"], ["a", "b"]),
      rename: fc.constantFrom({ "{x} {y}": "{x}-{y}" }, { b: "bb" }),
      format: fc.dictionary(fc.constantFrom("n*", "Größe"), steps, { maxKeys: 2 }),
      pairs: fc.array(pair, { maxLength: 2 }),
      ignore: fc.array(condition, { maxLength: 2 }),
      delete_when: condition,
      blank: fc.constantFrom({ reject: ["a"] }, { remove: ["n*"] }),
      empty: fc.constant(["_E_"]),
    },
    { requiredKeys: ["key"] },
  )
  .map((mapping) => mapping as unknown as Mapping);

const cell = fc.oneof(
  word,
  fc.constantFrom(
    "a,b",
    "a=1,b=2",
    "1.234,56",
    "31.12.2026",
    'say "x"',
    "two\nlines",
    "<b>x</b> &amp; y",
    "S=é",
    "ja",
    "x-1",
  ),
  fc.string({ unit: fc.constantFrom(...Array.from("0123,.- €")), maxLength: 9 }),
  fc.string({ unit: fc.constantFrom(...Array.from('x,-=:|1. "\\é\t😀')) }),
  fc.string({ unit: fc.constantFrom(...Array.from("xü>|:, \u00a0\u0085\u2003\u3000\ufeff÷ß€")) }),
);
const tables = fc.array(fc.array(cell, { minLength: HEADER.length, maxLength: HEADER.length }), { maxLength: 12 });

/** Calls `law` with the compiled mapping, unless the mapping is not valid for the header. */
function withPlan(mapping: Mapping, law: (compiled: ReturnType<typeof compileMapping>) => void): void {
  try {
    law(compileMapping(mapping, HEADER));
  } catch (error) {
    if (!(error instanceof Problem && error.slug === "mapping-invalid")) throw error;
  }
}

describe("for any mapping and table", () => {
  test("scan and loaders find the same keys, names, faults, deletions and ignored rows", () => {
    fc.assert(
      fc.property(mappings, tables, (mapping, table) => {
        withPlan(mapping, () => {
          const scan = mapRows(mapping, HEADER, table, "scan");
          const load = mapRows(mapping, HEADER, table, "load");
          const seen = ({ rows }: typeof scan): unknown =>
            rows.map(({ sku, name, ignored, deletes, fault }) => ({ sku, name, ignored, deletes, fault }));
          expect(seen(scan)).toEqual(seen(load));
          expect(scan.mapper?.notes.unknown).toEqual(load.mapper?.notes.unknown);
        });
      }),
      { numRuns: RUNS },
    );
  });

  test("rows do not depend on the rows before them, nor on rows that are skipped", () => {
    fc.assert(
      fc.property(mappings, tables, fc.nat(255), (mapping, table, bits) => {
        withPlan(mapping, ({ columns, plan }) => {
          if (plan === null) return;
          const layout = layoutOf(planLayoutColumns(columns, plan));
          const skip = Uint8Array.of(bits, bits);
          const mapper = createMapper(plan, CSV);
          mapper.map(recordsOf(table));
          const some = mapper.map(recordsOf(table), skip);
          const texts = table.map((_, r) => recordTexts(some.records, r, CSV));
          table.forEach((row, r) => {
            const isSkipped = ((bits >> (r & 7)) & 1) === 1;
            const alone = createMapper(plan, CSV).map(recordsOf([row]));
            expect(texts[r]).toHaveLength(layout.width);
            expect(texts[r]?.slice(0, layout.file_width)).toEqual(row);
            if (isSkipped) {
              expect(texts[r]?.slice(layout.file_width).join("")).toBe("");
              return;
            }
            expect(texts[r]).toEqual(recordTexts(alone.records, 0, CSV));
            expect(some.faults.get(r)).toEqual(alone.faults.get(0));
          });
        });
      }),
      { numRuns: RUNS },
    );
  });

  test("values that are written from bytes equal those that are computed as texts", () => {
    fc.assert(
      fc.property(mappings, tables, (mapping, table) => {
        withPlan(mapping, ({ plan }) => {
          if (plan === null || plan.empty.length > 0) return;
          const bytes = createMapper(plan, CSV).map(recordsOf(table));
          // If a plan has erase markers (`empty`), the mapper computes all values as texts, even if no cell contains a marker.
          const texts = createMapper({ ...plan, empty: ["no cell contains this"] }, CSV).map(recordsOf(table));
          table.forEach((_, r) => {
            expect(recordTexts(bytes.records, r, CSV)).toEqual(recordTexts(texts.records, r, CSV));
          });
          expect([...bytes.faults]).toEqual([...texts.faults]);
        });
      }),
      { numRuns: RUNS * 4 },
    );
  });

  test("the values do not exceed the bounds by which the scan forms chunks", () => {
    fc.assert(
      fc.property(mappings, tables, (mapping, table) => {
        withPlan(mapping, ({ columns, plan }) => {
          if (plan === null) return;
          const { copies, added_bytes, width, file_width } = layoutOf(planLayoutColumns(columns, plan));
          const source = recordsOf(table);
          const { records, faults } = createMapper(plan, CSV).map(source);
          for (let r = 0; r < records.count; r++) {
            const first = records.first_field[r] as number;
            if (faults.has(r)) continue;
            let bytes = 0;
            for (let field = first + file_width; field < first + width; field++)
              bytes += (records.field_end[field] as number) - (records.field_start[field] as number);
            const length = (records.end[r] as number) - (records.start[r] as number);
            // JSON writes a control character with six bytes.
            expect(bytes).toBeLessThanOrEqual(6 * copies * length + added_bytes);
          }
        });
      }),
      { numRuns: RUNS },
    );
  });
});

test("an empty window stays empty", () => {
  const { plan } = compileMapping({ key: { from: "a", case: "upper" } }, ["a"]);
  if (plan === null) throw new Error("the mapping has a plan");
  expect(createMapper(plan, CSV).map(createRecords()).records.count).toBe(0);
});

test("a plan of another version is refused", () => {
  const { plan } = compileMapping({ key: { from: "a", case: "upper" } }, ["a"]);
  if (plan === null) throw new Error("the mapping has a plan");
  expect(() => createMapper({ ...plan, version: 0 }, CSV)).toThrow(/version 0/);
});
