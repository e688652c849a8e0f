// Tests imports of JSON files with several lists of products.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, importBytes, workOn } from "../../../../tests/support/import-file.ts";
import { continueImport } from "../../held/hold-import.ts";
import { questionOf } from "../../../../contract/imports/question.ts";

const database = await createTestDatabase();
const context = await createImportContext(database.pool);

const FILE = JSON.stringify({
  women: [
    { sku: "w-1", name: "Dress", price: 10 },
    { sku: "w-2", name: "Skirt", price: 20 },
  ],
  men: [
    { sku: "m-1", name: "Shirt", price: 10 },
    { sku: "m-2", name: "Tie", price: 20 },
    { sku: "m-3", name: "Suit", price: 30 },
  ],
});

test("a file with one list for each category raises a question, and the answer imports all lists", async () => {
  const held = await importBytes(context, FILE);
  expect(held).toMatchObject({ state: "held", problem: { type: "/problems/records-in-doubt", option: "key" } });
  expect(held.problem?.detail).toContain('"men/*", "women/*"');
  const candidates = questionOf(held.problem)?.candidates ?? [];
  expect(candidates.map(({ value, samples }) => [value, samples])).toEqual([
    ["*/*", []],
    ["men/*", ["m-1", "m-2", "m-3"]],
    ["women/*", []],
  ]);
  await continueImport(context, held.id, { mapping: candidates[0]?.mapping });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 5, superseded: 0, rejected: 0 });
});

test("a file with a chosen list raises no question", async () => {
  const mapping = { file: { kind: "json" as const, record: "women/*" }, key: "sku", name: "name" };
  expect(await importBytes(context, FILE, { mapping })).toMatchObject({ state: "done", problem: null });
});
