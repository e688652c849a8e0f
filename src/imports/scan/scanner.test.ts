import { describe, expect, test } from "vitest";
import { CSV } from "../../../tests/support/records/csv-dialect.ts";
import { recordsOf } from "../../../tests/support/records/map-rows.ts";
import type { Column } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { MAX_CHUNK_RECORDS } from "../chunk-store.ts";
import { layoutOf } from "../layout.ts";
import { compileMapping } from "../mapping/compile.ts";
import { createMapper } from "../mapping/mapper.ts";
import { planLayoutColumns } from "../mapping/plan.ts";
import { maxChunkRecords } from "./rows/chunk-limits.ts";
import { Scanner } from "./scanner.ts";

const table = (attributes: number, nameLength: number): Column[] => [
  { name: "sku", target: "sku" },
  { name: "name", target: "name" },
  ...Array.from({ length: attributes }, (_, n) => ({
    name: `c${n}`.padEnd(nameLength, "y"),
    target: "attribute" as const,
  })),
];

describe("the maximum number of records in a chunk", () => {
  test.each([
    [0, 1],
    [20, 30],
    [60, 10],
  ])("is the usual one with %i attributes of %i characters", (attributes, nameLength) => {
    expect(maxChunkRecords(layoutOf(table(attributes, nameLength)))).toBe(MAX_CHUNK_RECORDS);
  });

  test("is small if each row repeats 2,000 long names", () => {
    const records = maxChunkRecords(layoutOf(table(1_998, 200)));
    expect(records).toBeGreaterThan(10);
    expect(records * 1_998 * 200).toBeLessThanOrEqual(16 << 20);
  });

  test("is small if rows have 2,000 fields", () => {
    expect(maxChunkRecords(layoutOf(table(1_998, 1))) * 2_000).toBeLessThanOrEqual(1 << 21);
  });
});

test.each<[string, Partial<Mapping>]>([
  ["name", { name: { from: "name", suffix: "x".repeat(1000) } }],
  ["parent_sku", { parent: { from: "name", suffix: "x".repeat(255) } }],
])("a computed %s that is longer than its limit is rejected, however short the record is", (target, statements) => {
  const { columns, plan } = compileMapping({ key: "sku", ...statements }, ["sku", "name"]);
  if (plan === null) throw new Error("the mapping has a plan");
  const layout = layoutOf(planLayoutColumns(columns, plan));
  const mapped = createMapper(plan, CSV).map(recordsOf([["A-1", "Lamp"]]));
  const scanner = new Scanner(layout, CSV, { repeats: "last" });
  scanner.scan(mapped.records, 0, mapped);
  expect(scanner.takeRejects()).toMatchObject([{ code: "value_too_long", column: "name" }]);
  expect(layout.columns[layout[target as "name" | "parent_sku"]]?.name).toBe("name");
});
