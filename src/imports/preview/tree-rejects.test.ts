// Previews of XML and JSON files: a rejected row is shown as its record is in the file, and not as the row of the converted table.
import { expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createImportContext, importBytes } from "../../../tests/support/import-file.ts";
import { completeOptions, import_query, type Preview } from "../../../contract/imports/imports.ts";
import { previewFile } from "./preview.ts";

const database = await createTestDatabase();
const context = await createImportContext(database.pool);
const app = await createTestApp(database, context);
const options = completeOptions(import_query.parse({}));

const JSON_RECORD = `{ "sku": "",  "name": "Lampe für „innen“ 😀" }`;
const JSON_FILE = `[ {"sku": "A-1", "name": "😀 Desk"},\n  ${JSON_RECORD} ]`;
const XML_RECORD = "<item>\n  <sku/> <name>Lämpe &amp; Licht</name></item>";
const XML_FILE = `<shop><item><sku>A-1</sku><name>Desk</name></item>${XML_RECORD}</shop>`;

test.each([
  ["JSON", JSON_FILE, JSON_RECORD],
  ["JSON Lines", `{"sku":"A-1","name":"Desk"}\n${JSON_RECORD}\n`, JSON_RECORD],
  ["XML", XML_FILE, XML_RECORD],
])("%s: the preview of a file and of a held import shows the record of a rejected row", async (_, file, record) => {
  const preview = await previewFile(Buffer.from(file), true, options);
  expect(preview.rejects).toMatchObject([{ row: 2, code: "sku_empty", raw: record }]);
  const { id } = await importBytes(context, file, { review: "always" });
  const response = await app.inject({ method: "POST", url: `/api/imports/${id}/preview`, payload: {} });
  expect(response.json<Preview>().rejects).toMatchObject([{ row: 2, code: "sku_empty", raw: record }]);
});
