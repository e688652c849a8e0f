// Tests imports of files that have one SKU for all variants of a product.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, importBytes, workOn } from "../../../../tests/support/import-file.ts";
import { questionOf } from "../../../../contract/imports/question.ts";
import { continueImport } from "../../held/hold-import.ts";

const database = await createTestDatabase();
const context = await createImportContext(database.pool);

const COLOURS = ["red", "green", "blue"];
const SIZES = ["S", "M", "L"];

/** Three products with nine variants each. */
const rowsOf = (lineOf: (model: string, colour: string, size: string) => string): string =>
  ["T-1", "T-2", "T-3"]
    .flatMap((model) => COLOURS.flatMap((colour) => SIZES.map((size) => lineOf(model, colour, size))))
    .join("\n");

const VARIANTS = `SKU,Name,Colour,Size,Price\n${rowsOf((model, colour, size) => `${model},Shirt ${model},${colour},${size},19.90`)}\n`;

test("the import asks whether colour and size belong to the key, and the answer keeps all variants", async () => {
  const held = await importBytes(context, VARIANTS);
  expect(held).toMatchObject({ state: "held", problem: { type: "/problems/key-in-doubt", option: "key" } });
  expect(held.problem?.detail).toContain("the column SKU repeats its values in 89 % of the rows");
  const candidates = questionOf(held.problem)?.candidates ?? [];
  expect(candidates.map(({ value, samples }) => [value, samples[0]])).toEqual([
    ["SKU", "T-1"],
    ["SKU + Colour + Size", "T-1/red/S"],
  ]);
  const { mapping } = candidates[1] ?? {};
  await continueImport(context, held.id, { mapping, review: "never" });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 27, superseded: 0, rejected: 0 });
  const { rows } = await database.pool.query(
    "select name, attributes from products where sku = 'T-2/green/L' order by sku",
  );
  expect(rows).toEqual([{ name: "Shirt T-2", attributes: { SKU: "T-2", Colour: "green", Size: "L", Price: "19.90" } }]);
});

test("the column of the SKUs can be confirmed", async () => {
  const held = await importBytes(context, VARIANTS.replaceAll("T-", "C-"));
  await continueImport(context, held.id, { key: "SKU", review: "never" });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 3, superseded: 24 });
});

test.each([
  ["most SKUs are unique", `SKU,Name,Colour\n${Array.from({ length: 30 }, (_, i) => `U-${i},Shirt,red`).join("\n")}\n`],
  ["only the price differs", `SKU,Name,Price\n${rowsOf((model) => `${model},Shirt ${model},9.90`)}\n`],
])("the import asks nothing if %s", async (_, file) => {
  expect(await importBytes(context, file)).toMatchObject({ state: "done" });
});
