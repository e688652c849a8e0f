// Tests imports with many rejects: all rejects are counted, but only a limited number is stored and listed. An import in which
// nearly every row is rejected stops early.
import { text } from "node:stream/consumers";
import { beforeEach, describe, expect, test } from "vitest";
import { MAX_LISTED_REJECTS, type Import } from "../../../contract/imports/imports.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  rejectsOf,
} from "../../../tests/support/import-file.ts";
import { rejectsCsv, rejectsCsvName } from "./rejects-csv.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

/** Returns `count` rows. In every hundred rows, `good` are products; the other rows have no SKU. */
const rows = (count: number, good: number): string =>
  Array.from({ length: count }, (_, row) => (row % 100 < good ? `S-${row},Product\n` : ",Product\n")).join("");

const productsMade = async (): Promise<number> =>
  (await pool.query<{ made: number }>("select count(*)::int as made from products")).rows[0]?.made ?? -1;

describe("more rejects than are listed", () => {
  test(
    "are stored up to the limit, by the scan and the loaders together, and all are counted",
    { timeout: 180_000 },
    async () => {
      const half = MAX_LISTED_REJECTS * 0.6;
      const made = await importBytes(context, `sku,name\n${rows(half * 2, 50)}`, { mode: "update" });
      expect(made).toMatchObject({
        state: "failed",
        problem: { type: "/problems/nothing-imported" },
        rows: half * 2,
        rejected: half * 2,
        rejects_listed: MAX_LISTED_REJECTS,
        created: 0,
        updated: 0,
        unchanged: 0,
        deleted: 0,
        adds: 0,
        superseded: 0,
      });
      const listed = await rejectsOf(context, made.id);
      expect(listed).toHaveLength(MAX_LISTED_REJECTS);
      expect(new Set(listed.map(({ code }) => code))).toEqual(new Set(["sku_empty", "does_not_exist"]));

      const lines = (await text(rejectsCsv(pool, made))).trimEnd().split("\n");
      expect(lines).toHaveLength(1 + MAX_LISTED_REJECTS + 1);
      expect(lines.at(-1)).toBe(
        `,,,,,,"This file contains only the first 100,000 of 120,000 rejected rows. Fix the cause in the original file and import it again.",`,
      );
      expect(rejectsCsvName(made)).toBe(`rejects-of-import-${made.id}-first-100000-of-120000.csv`);
    },
  );

  test("the CSV has no note if it contains all rejects", async () => {
    const made = await importBytes(context, `sku,name\n${rows(100, 50)}`);
    expect(made).toMatchObject({ rejected: 50, rejects_listed: 50 });
    expect((await text(rejectsCsv(pool, made))).trimEnd().split("\n")).toHaveLength(51);
    expect(rejectsCsvName(made)).toBe(`rejects-of-import-${made.id}.csv`);
  });
});

test("long records and wide tables are exported completely, in several pages", async () => {
  const wide = Array.from({ length: 1_000 }, (_, n) => `c${n}`).join(",");
  const long = "x".repeat(900_000);
  const content = `sku,name,${wide}\n${`,${long}\n`.repeat(12)}${`,x${",".repeat(1_000)}\n`.repeat(120)}`;
  const made = await importBytes(context, content);
  expect(made).toMatchObject({ state: "failed", rows: 132, rejected: 132 });
  const lines = (await text(rejectsCsv(pool, made))).trimEnd().split("\n");
  expect(lines).toHaveLength(133);
  expect(lines.filter((line) => line.includes(long))).toHaveLength(12);
});

describe("a file in which nearly every row has an error", () => {
  test("fails early, with the most frequent reason, and nothing is written", async () => {
    const made = await importBytes(context, `sku,name\nS-1,Product\n${rows(200_000, 0)}`);
    expect(made).toMatchObject({
      state: "failed",
      rows: 10_000,
      rejected: 9_999,
      rejects_listed: 9_999,
      created: 0,
      problem: {
        type: "/problems/nearly-all-rejected",
        detail: expect.stringContaining(
          `9,999 of the first 10,000 rows were rejected, so the import stopped and nothing was imported. Most frequent reason: The SKU is empty, in column "sku" (9,999 rows).`,
        ) as string,
      },
    });
    expect(await rejectsOf(context, made.id)).toHaveLength(9_999);
    expect(await productsMade()).toBe(0);
    expect(await leftovers(context)).toEqual(NOTHING_LEFT);
  });

  test("fails even if its first rows are valid", async () => {
    const made = await importBytes(context, `sku,name\n${rows(100, 100)}${rows(200_000, 0)}`);
    expect(made).toMatchObject({ state: "failed", rows: 10_001, rejected: 9_901 });
    expect(await productsMade()).toBe(0);
  });

  test.each<[string, string, Partial<Import>]>([
    ["a small file", `S-1,Product\n${rows(9_998, 0)}`, { rows: 9_999, rejected: 9_998, created: 1 }],
    [
      "a file in which two rows of a hundred are valid",
      rows(20_000, 2),
      { rows: 20_000, rejected: 19_600, created: 400 },
    ],
  ])("%s is still imported", async (_, content, expected) => {
    expect(await importBytes(context, `sku,name\n${content}`)).toMatchObject({ state: "done", ...expected });
  });
});
