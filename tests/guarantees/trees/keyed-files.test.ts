// Imports JSON files whose products are the members of an object, and XML files with characters that XML does not allow.
import { beforeEach, expect, test } from "vitest";
import type { Mapping } from "../../../contract/mapping/mapping.ts";
import { continueImport } from "../../../src/imports/held/hold-import.ts";
import { createTestDatabase } from "../../support/database.ts";
import { createImportContext, importBytes, rejectsOf, workOn } from "../../support/import-file.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 7);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

async function products(): Promise<unknown[]> {
  const { rows } = await pool.query<object>("select sku, name, attributes from products order by sku_key");
  return rows;
}

const keyed = (count: number): string =>
  JSON.stringify({
    page: { number: 1 },
    products: Object.fromEntries(Array.from({ length: count }, (_, i) => [`A-${i}`, { name: `Lamp ${i}`, price: i }])),
  });

test("the names of the members are the SKUs", async () => {
  expect(await importBytes(context, keyed(3))).toMatchObject({ state: "done", created: 3, rejected: 0 });
  expect(await products()).toEqual(
    [0, 1, 2].map((i) => ({ sku: `A-${i}`, name: `Lamp ${i}`, attributes: { price: String(i) } })),
  );
  expect(await importBytes(context, keyed(3))).toMatchObject({ state: "done", unchanged: 3 });
});

test("a single member is a question, and the mapping that the question names answers it", async () => {
  const held = await importBytes(context, keyed(1));
  const detail = (held.problem as { detail: string }).detail;
  expect(held).toMatchObject({ state: "held", problem: { reason: "json-one-record" } });
  const [named = ""] = /\{"file".*"@key"\}/.exec(detail) ?? [];
  await continueImport(context, held.id, { mapping: { ...(JSON.parse(named) as Mapping), name: "name" } });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 1 });
  expect(await products()).toMatchObject([{ sku: "A-0", name: "Lamp 0" }]);
});

test("names of members that only number the records are a question", async () => {
  const held = await importBytes(context, JSON.stringify({ 1: { name: "a" }, 2: { name: "b" }, 3: { name: "c" } }));
  expect(held).toMatchObject({ state: "held", problem: { option: "key", type: "/problems/key-in-doubt" } });
  expect(await products()).toEqual([]);
});

test.each(["&#x1F;", "\v"])(
  "XML: the reject of a text with %j names the line, the value and the character",
  async (character) => {
    const item = (sku: string, name: string): string => `<item><sku>${sku}</sku><name>${name}</name></item>\n`;
    const file = `<shop>\n${item("A", "Lamp")}${item("B", `De${character}sk`)}</shop>`;
    for (const options of [
      {},
      { mapping: { file: { kind: "xml" as const }, key: "sku", name: "name", repeats: "merge" as const } },
    ]) {
      const done = await importBytes(context, file, options);
      expect(done).toMatchObject({ state: "done", rejected: 1 });
      const [reject] = await rejectsOf(context, done.id);
      expect(reject).toMatchObject({ line: 3, column: "name", value: "De\ufffdsk", code: "not_text" });
      expect(reject?.message).toMatch(/a character that XML does not allow.*Remove it/);
      expect(reject?.message).not.toContain("encoding");
    }
  },
);
