// Tests imports of files without names into a catalogue that has only some of the products.
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../../tests/support/import-file.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);

/** Returns a stock list of 20 products. */
const STOCK = `sku,stock\n${Array.from({ length: 20 }, (_, i) => `A-${i},${i + 5}\n`).join("")}`;
const catalogueOf = (count: number): string =>
  `sku,name\n${Array.from({ length: count }, (_, i) => `A-${i},Lamp\n`).join("")}`;

beforeEach(() => pool.query("truncate products, product_history"));

test.each([
  ["fewer than half", 9, "held", 0],
  ["half", 10, "done", 10],
])("if the catalogue has %s of the products (%i), the import is %s", async (_, known, state, updated) => {
  await importBytes(context, catalogueOf(known));
  const stock = await importBytes(context, STOCK);
  expect(stock).toMatchObject({ state, updated, created: 0, rejected: state === "done" ? 20 - known : 0 });
  expect(stock.problem?.type).toBe(state === "held" ? "/problems/name-in-doubt" : undefined);
});

test("with a mapping or the mode update, one known product is enough", async () => {
  await importBytes(context, catalogueOf(1));
  for (const options of [{ mapping: { key: "sku", attributes: { stock: "stock" } } }, { mode: "update" as const }]) {
    expect(await importBytes(context, STOCK, options)).toMatchObject({ state: "done", rejected: 19, problem: null });
  }
});
