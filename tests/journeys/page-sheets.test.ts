// End-to-end tests of workbooks: the page shows which sheets were imported, and the user can import other sheets.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startOnePage, visit } from "./support/journey.ts";
import { inspectLooks } from "./support/looks.ts";
import { makeWorkbook, textRow } from "../support/files/make-workbook.ts";
import { zipOf } from "../support/files/make-zip.ts";

const { server, watched, page } = await startOnePage();
const file = join(server.folder, "seasons.xlsx");
const sheets = {
  Notes: textRow(1, "About", "this file"),
  Spring: textRow(1, "sku", "name") + textRow(2, "S-1", "Tulip") + textRow(3, "S-2", "Daffodil"),
  "Autumn and winter": textRow(1, "sku", "name", "colour") + textRow(2, "A-1", "Aster", "blue"),
};
await writeFile(file, await makeWorkbook({ sheets }));

const untilDone = (): Promise<void> =>
  page.locator("h1 + p").getByTestId("state").getByText("Done", { exact: true }).waitFor();

test("the sheets of a workbook are shown, and another one is imported with one click", async () => {
  await page.goto("/imports");
  await page.getByTestId("file").setInputFiles(file);
  await untilDone();
  const sheets = page.getByTestId("sheets");
  await sheets.getByRole("listitem").filter({ hasText: "Spring" }).getByText("imported").waitFor();
  await sheets.getByRole("listitem").filter({ hasText: "Autumn" }).getByText("has a SKU column").waitFor();
  await page.getByTestId("preview").getByRole("cell", { name: "Tulip" }).waitFor();
  await inspectLooks(page, "imports-sheets");
  const first = page.url();
  await sheets.getByRole("button", { name: "Import the sheet Autumn and winter" }).click();
  await page.waitForURL((url) => url.href !== first);
  await untilDone();
  await sheets.getByRole("listitem").filter({ hasText: "Autumn" }).getByText("imported").waitFor();
  const found = await fetch(`${server.base_url}/api/products/A-1`);
  expect(await found.json()).toMatchObject({ name: "Aster", attributes: { colour: "blue" } });
});

test("after a reload, importing another sheet asks for the file", async () => {
  await page.reload();
  const before = page.url();
  const choosing = page.waitForEvent("filechooser");
  await page.getByTestId("sheets").getByRole("button", { name: "Import the sheet Spring" }).click();
  await (await choosing).setFiles(file);
  await page.waitForURL((url) => url.href !== before);
  await untilDone();
  expect(watched.complaints).toEqual([]);
  expect(watched.foreign_requests).toEqual([]);
});

test("the tables of a zip file are imported one after another, and each import leads to the next one", async () => {
  const zip = join(server.folder, "shop.zip");
  const files = {
    "customers.csv": "customer,city\nAnna,Bonn\nBen,Rome\n",
    "prices.csv": "sku,price\nZ-1,2.50\nZ-2,3\n",
    "products.csv": "sku,name\nZ-1,Tulip\nZ-2,Rose\n",
  };
  await writeFile(zip, await zipOf(files));
  await visit(page, "/imports");
  await page.getByTestId("file").setInputFiles(zip);
  await untilDone();
  const tables = page.getByTestId("members");
  await tables.getByRole("listitem").filter({ hasText: "products.csv" }).getByText("this import").waitFor();
  await tables.getByRole("listitem").filter({ hasText: "prices.csv" }).getByText("imported after this one").waitFor();
  await tables.getByRole("button", { name: "Import the table customers.csv" }).waitFor();
  await inspectLooks(page, "imports-zip");
  await page.getByRole("link", { name: "Next table of the zip file" }).click();
  await untilDone();
  await page.getByText("prices.csv").first().waitFor();
  const found = await fetch(`${server.base_url}/api/products/Z-1`);
  expect(await found.json()).toMatchObject({ name: "Tulip", attributes: { price: "2.50" } });
  await page.getByRole("link", { name: "Previous table of the zip file" }).click();
  await untilDone();
  expect(watched.complaints).toEqual([]);
});
