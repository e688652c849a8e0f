// Parquet files, OpenDocument spreadsheets and old workbooks through the database: without a mapping, with a profile, and with a mapping made for a text file.
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeEach, expect, test } from "vitest";
import { putProfile } from "../../src/profiles/change-profile.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, leftovers, NOTHING_LEFT, rejectsOf } from "../support/import-file.ts";
import { zipOf } from "../support/files/make-workbook.ts";
import { makeXls, xlsCell } from "../support/files/make-xls.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 7);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

async function products(): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    'select sku, name, active, parent_sku, attributes from products order by sku_key collate "C"',
  );
  return rows;
}

const parquet = Buffer.from(
  parquetWriteBuffer({
    columnData: [
      { name: "sku", data: ["A", "B", ""] },
      { name: "name", data: ["Lamp", null, "Desk"] },
      { name: "active", data: [true, false, true] },
      { name: "price", data: [1250n, 90071992547409931n, 0n] },
      { name: "tags", data: [["a", "b"], [], ["c"]] },
    ],
    schema: [
      { name: "root", num_children: 5 },
      { name: "sku", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
      { name: "name", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      { name: "active", type: "BOOLEAN", repetition_type: "REQUIRED" },
      { name: "price", type: "INT64", converted_type: "DECIMAL", precision: 18, scale: 2, repetition_type: "REQUIRED" },
      { name: "tags", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
    ],
  }),
);

test("a Parquet file with known names is imported without a mapping, and a second time nothing changes", async () => {
  const imported = await importBytes(context, parquet);
  expect(imported).toMatchObject({ state: "done", created: 1, rejected: 2, dialect: { format: "parquet" } });
  expect(await products()).toMatchObject([
    { sku: "A", name: "Lamp", active: true, attributes: { price: "12.50", tags: ["a", "b"] } },
  ]);
  expect((await rejectsOf(context, imported.id)).map(({ row }) => row)).toEqual([2, 3]);
  expect(await importBytes(context, parquet)).toMatchObject({ state: "done", unchanged: 1 });
  expect(await leftovers(context)).toEqual(NOTHING_LEFT);
});

test("a profile is selected by the columns of a Parquet file, and reads it", async () => {
  await putProfile(pool, {
    name: "warehouse",
    actor: "test",
    confirm: false,
    preconditions: { if_match: undefined },
    definition: {
      file: { kind: "parquet" },
      detect: { columns: ["sku", "price", "tags"], need: 3 },
      key: "sku",
      name: ["name", "sku"],
      keep: false,
      attributes: { cost: { from: "price", number: "1234.56" }, tags: { from: "tags/*", all: true } },
    },
  });
  const imported = await importBytes(context, parquet);
  expect(imported).toMatchObject({ state: "done", created: 2, rejected: 1, profile: { name: "warehouse" } });
  expect(await products()).toMatchObject([
    { sku: "A", name: "Lamp", attributes: { cost: "12.50", tags: ["a", "b"] } },
    { sku: "B", name: "B", attributes: { cost: "900719925474099.31" } },
  ]);
});

const CELL = "<table:table-cell office:value-type=";
const ODS = `<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="S">
<table:table-row>${["sku", "name", "price", "sold out"].map((name) => `${CELL}"string"><text:p>${name}</text:p></table:table-cell>`).join("")}</table:table-row>
<table:table-row>${CELL}"string"><text:p>A</text:p></table:table-cell>${CELL}"string"><text:p>Lamp</text:p></table:table-cell>${CELL}"float" office:value="1.234"><text:p>1,23</text:p></table:table-cell>${CELL}"boolean" office:boolean-value="false"><text:p>FALSCH</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>`;

test("a mapping made for a text file reads the numbers and booleans of an OpenDocument spreadsheet by value", async () => {
  const bytes = await zipOf({ mimetype: "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ODS });
  const mapping = {
    key: "sku",
    name: "name",
    active: { from: "sold out", map: { WAHR: "no", FALSCH: "yes" } },
    attributes: { price: { from: "price", number: "1.234,56" } },
  };
  expect(await importBytes(context, bytes, { mapping })).toMatchObject({
    state: "done",
    created: 1,
    dialect: { format: "ods" },
  });
  expect(await products()).toMatchObject([{ sku: "A", active: true, attributes: { price: "1.234" } }]);
});

test("the same mapping reads the numbers and booleans of an old workbook by value", async () => {
  const names = ["sku", "name", "price", "sold out"].map((name, column) => xlsCell.text(0, column, name));
  const row = [xlsCell.text(1, 0, "B"), xlsCell.text(1, 1, "Lamp"), xlsCell.number(1, 2, 1.234)];
  const bytes = makeXls({ sheets: { S: [...names, ...row, xlsCell.logical(1, 3, false)] } });
  const mapping = {
    key: "sku",
    name: "name",
    active: { from: "sold out", map: { WAHR: "no", FALSCH: "yes" } },
    attributes: { price: { from: "price", number: "1.234,56" } },
  };
  expect(await importBytes(context, bytes, { mapping })).toMatchObject({
    state: "done",
    created: 1,
    dialect: { format: "xls", sheets: [{ name: "S", read: true }] },
  });
  expect((await products()).find(({ sku }) => sku === "B")).toMatchObject({
    active: true,
    attributes: { price: "1.234" },
  });
});
