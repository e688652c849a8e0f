// Tests a column whose name and first values fit the field `active`, but whose values in the rest of the file do not. It becomes an
// attribute.
import { beforeEach, expect, test } from "vitest";
import { createTestApp } from "../../../../tests/support/app.ts";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  NOTHING_LEFT,
  workOn,
} from "../../../../tests/support/import-file.ts";
import type { Preview } from "../../../../contract/imports/imports.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool);
const app = await createTestApp(database, context);
beforeEach(() =>
  pool.query("truncate products, product_history, imports, import_chunks, import_rejects, column_choices cascade"),
);

/** A file with one product for each value of the column. */
const fileOf = (column: string, values: readonly string[]): string =>
  `sku,name,${column}\n${values.map((value, row) => `A-${row},Lamp ${row},${value}\n`).join("")}`;
const times = (count: number, value: string): string[] => Array.from({ length: count }, () => value);

const countWith = async (condition: string): Promise<unknown> =>
  (await pool.query<{ count: number }>(`select count(*)::int as count from products where ${condition}`)).rows[0]
    ?.count;

test.each([
  ["fits first and stops fitting", [...times(600, "no"), ...times(600, "2026-01-31")]],
  ["is blank in the first rows", [...times(800, ""), ...times(700, "2026-01-31")]],
  ["stops fitting near the end", [...times(500, "no"), ...times(60, "2026-01-31")]],
  ["fits again at the end", [...times(600, "no"), ...times(1000, "2026-01-31"), ...times(600, "yes")]],
])("a column that %s becomes an attribute, and no row is lost", async (_, values) => {
  const made = await importBytes(context, fileOf("published", values));
  expect(made).toMatchObject({ state: "done", created: values.length, rejected: 0 });
  expect(made.columns).toMatchObject([
    { target: "sku" },
    { target: "name" },
    { name: "published", target: "attribute" },
  ]);
  expect(made.notices).toMatchObject([
    {
      code: "active_as_attribute",
      column: "published",
      message: expect.stringContaining('such as "2026-01-31"') as string,
    },
  ]);
  expect(await countWith("active")).toBe(values.length);
  expect(await countWith("attributes->>'published' = '2026-01-31'")).toBe(
    values.filter((value) => value === "2026-01-31").length,
  );
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("single values that are neither yes nor no reject their rows, as before", async () => {
  const values = Array.from({ length: 2000 }, (_, i) => (i % 20 === 0 && i > 600 ? "unknown" : "no"));
  const made = await importBytes(context, fileOf("published", values));
  expect(made).toMatchObject({ state: "done", rejected: values.filter((value) => value === "unknown").length });
  expect(made.notices).toEqual([]);
  expect(await countWith("active")).toBe(0);
});

test("the exact name counts more than the values: only nearly all other values make it an attribute", async () => {
  const mixed = Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? "no" : "x"));
  const half = await importBytes(context, fileOf("active", [...times(600, "no"), ...mixed]));
  expect(half).toMatchObject({ created: 850, rejected: 250 });
  const others = await importBytes(context, fileOf("active", [...times(600, "no"), ...times(1000, "x")]));
  expect(others).toMatchObject({ rejected: 0, created: 750, notices: [{ code: "active_as_attribute" }] });
});

test("a column that a mapping reads as the active one stays the active one", async () => {
  const file = fileOf("published", [...times(600, "no"), ...times(600, "2026-01-31")]);
  const made = await importBytes(context, file, { mapping: { key: "sku", name: "name", active: "published" } });
  expect(made).toMatchObject({ created: 600, rejected: 600 });
});

test("another column with such a name is then the active one, if its values fit", async () => {
  const rows = Array.from({ length: 1500 }, (_, i) => `A-${i},Lamp,${i < 600 ? "yes" : "soon"},no\n`);
  const made = await importBytes(context, `sku,name,published,visible\n${rows.join("")}`);
  expect(made).toMatchObject({ created: 1500, rejected: 0 });
  expect(made.columns.map(({ target }) => target)).toEqual(["sku", "name", "attribute", "active"]);
  expect(await countWith("active")).toBe(0);
});

test("the preview of a held import shows what the scan of the whole file has found, and the user's choices do not include it", async () => {
  const file = fileOf("published", [...times(600, "no"), ...times(600, "2026-01-31")]);
  const held = await importBytes(context, file, { review: "always" });
  expect(held).toMatchObject({ state: "held", rejected: 0 });
  const response = await app.inject({ method: "POST", url: `/api/imports/${held.id}/preview`, payload: {} });
  const { columns } = response.json<Preview>();
  expect(columns.map(({ target }) => target)).toEqual(["sku", "name", "attribute"]);
  await app.inject({ method: "POST", url: `/api/imports/${held.id}/continue`, payload: { review: "never" } });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 1200 });
  expect((await app.inject("/api/column-choices")).json()).toMatchObject({ items: [] });
});
