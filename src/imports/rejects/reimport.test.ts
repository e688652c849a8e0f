// Tests that the CSV file of rejected rows can be imported with the mapping or profile of the original file. The mapping may specify
// properties that only the original file has.
import { text } from "node:stream/consumers";
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../tests/support/import-file.ts";
import { putProfile } from "../../profiles/change-profile.ts";
import { isRejectsHead } from "../options/rejects-file.ts";
import { previewFile } from "../preview/preview.ts";
import { rejectsCsv } from "./rejects-csv.ts";
import { completeOptions, import_query, type Import } from "../../../contract/imports/imports.ts";
import type { Mapping } from "../../../contract/mapping/mapping.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);
beforeEach(() =>
  pool.query("truncate products, product_history, imports, import_chunks, import_rejects, profiles cascade"),
);

const MAPPING: Mapping = {
  file: { encoding: "cp850", delimiter: ";", header: { at: 3 } },
  key: "Nr",
  name: "Größe",
  attributes: { price: { from: "EK", number: "1.234,56" } },
};
/** In CP850, 0x81 is ü, 0x94 is ö, and 0xe1 is ß. */
const FILE = Buffer.from(
  "Price list\n\nNr;Gr\x94\xe1e;EK\nA-1;gr\x81n;1,50\nA-2;gr\x81n;auf Anfrage\nA-3;rot;?\n",
  "latin1",
);

const fix = (csv: string): string => csv.replace("auf Anfrage", '"1.234,50"').replace("?,", "7,");

const products = async (): Promise<unknown[]> =>
  (await pool.query<object>("select sku, name, attributes from products order by sku")).rows;
const EXPECTED = [
  { sku: "A-1", name: "grün", attributes: { price: "1.50" } },
  { sku: "A-2", name: "grün", attributes: { price: "1234.50" } },
  { sku: "A-3", name: "rot", attributes: { price: "7" } },
];

async function rejectsOf(made: Import): Promise<string> {
  expect(made).toMatchObject({ state: "done", created: 1, rejected: 2 });
  return fix(await text(rejectsCsv(pool, made)));
}

test("with a mapping", async () => {
  const csv = await rejectsOf(await importBytes(context, FILE, { mapping: MAPPING }));
  expect(csv.split("\n")[0]).toMatch(/^Nr,Größe,EK,reject_row,/);
  expect(await importBytes(context, csv, { mapping: MAPPING })).toMatchObject({
    state: "done",
    created: 2,
    rejected: 0,
  });
  expect(await products()).toEqual(EXPECTED);
});

test.each([undefined, "List"])("with a profile that is selected or named: %s", async (profile) => {
  const change = { name: "List", definition: { profile: "List", ...MAPPING }, actor: "test", confirm: false };
  await putProfile(pool, { ...change, preconditions: { if_match: undefined } });
  const csv = await rejectsOf(await importBytes(context, FILE, { profile: "List" }));
  const again = await importBytes(context, csv, profile === undefined ? {} : { profile });
  expect(again).toMatchObject({ state: "done", created: 2, rejected: 0, profile: { name: "List" } });
  expect(await products()).toEqual(EXPECTED);
});

test("after a spreadsheet has saved the rejected rows with semicolons, and in a preview", async () => {
  const csv = await rejectsOf(await importBytes(context, FILE, { mapping: MAPPING }));
  const saved = csv.replaceAll('"1.234,50"', "1.234.50").replaceAll(",", ";").replace("1.234.50", "1.234,50");
  const options = completeOptions(import_query.parse({ mapping: MAPPING }));
  const preview = await previewFile(Buffer.from(saved), true, options);
  expect(preview).toMatchObject({
    problem: null,
    rejected: 0,
    products: [{ sku: "A-2", name: "grün" }, { sku: "A-3" }],
  });
});

test("after an import whose mapping names the columns of a file without a header, the header of the rejected rows is not a product", async () => {
  const mapping: Mapping = { file: { header: { names: ["code", "label", "price"] } }, key: "code", name: "label" };
  const made = await importBytes(context, "A-1,Lamp,1\n,Desk,2\n", { mapping });
  expect(made).toMatchObject({ created: 1, rejected: 1 });
  const csv = (await text(rejectsCsv(pool, made))).replace("\n,Desk", "\nA-2,Desk");
  expect(await importBytes(context, csv, { mapping })).toMatchObject({ state: "done", rows: 1, created: 1 });
  expect(await products()).toMatchObject([{ sku: "A-1" }, { sku: "A-2", name: "Desk" }]);
});

test("only a file whose first line has all columns of rejected rows is one", () => {
  const names = "reject_row,reject_line,reject_column,reject_code,reject_reason,reject_raw";
  expect(isRejectsHead(Buffer.from(`\ufeffsku,${names}\nA`))).toBe(true);
  expect(isRejectsHead(Buffer.from(`"sku";"${names.replaceAll(",", '";"')}"\r\n`))).toBe(true);
  expect(isRejectsHead(Buffer.from("sku,reject_reason\n"))).toBe(false);
  expect(isRejectsHead(Buffer.from(`sku\n${names}\n`))).toBe(false);
});
