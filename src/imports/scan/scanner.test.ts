import { describe, expect, test } from "vitest";
import type { Column } from "../../../contract/imports/imports.ts";
import { MAX_CHUNK_RECORDS } from "../chunk-store.ts";
import { layoutOf } from "../layout.ts";
import { maxChunkRecords } from "./rows/chunk-limits.ts";

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
