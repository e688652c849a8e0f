// End-to-end tests of files whose rows are not products of their own: the mapping editor shows and changes which rows form a product, and
// the product list folds variants.
// cspell:words Becher Farbe Titel Tasse Lampe
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../../client/call.ts";
import { get_product } from "../../../contract/catalog/products.ts";
import { list_imports } from "../../../contract/imports/imports.ts";
import { until } from "../../support/until.ts";
import { pagesOf, startJourney, visit } from "../support/journey.ts";
import { tabAndEnter, tabTo } from "../support/keyboard.ts";
import { inspectLooks } from "../support/looks.ts";

const journey = await startJourney();
const { server } = journey;
const base = { base_url: server.base_url };
const { open } = pagesOf(journey, {}, (complaint) => /\b(?:400|412|422)\b/.test(complaint));
const productOf = (sku: string) => call(get_product, { params: { sku } }, base);

const VARIANTS = `Gruppe;Titel;Art.-Nr.;Farbe;Bild;Sprache
becher;Becher;B-1;rot;1.jpg;
becher;;B-2;blau;2.jpg;
becher;;;;3.jpg;
tasse;Tasse;T-1;weiß;4.jpg;
lampe;Lampe;L-1;grau;5.jpg;
lamp;Lamp;L-1;;;en
`;

async function upload(page: Page): Promise<void> {
  const path = join(server.folder, "variants.csv");
  await writeFile(path, VARIANTS);
  await visit(page, "/imports");
  await page.getByTestId("file").setInputFiles(path);
  await page.waitForURL(/\/imports\/\d+$/);
  await page.getByTestId("shape").waitFor();
}

test("the editor shows which rows form a product, and changes it by mouse and keyboard without a word of JSON", async () => {
  const page = await open("/imports");
  await upload(page);
  const shape = page.getByTestId("shape");
  const products = page.getByTestId("first-products");
  await shape.getByText("Each row is a product.", { exact: true }).waitFor();

  await shape.getByRole("button", { name: /^Rows with the same Gruppe seem to be/ }).click();
  await shape
    .getByText("5 products in 6 rows: rows with the same “Gruppe” belong together; 1 row only adds “Bild”.")
    .waitFor();
  await products.getByText("The row only adds values to the product of another row").waitFor();
  await expect.poll(() => products.getByText("Becher", { exact: true }).count()).toBeGreaterThan(2);

  await tabTo(page, "Parent of a product");
  await page.keyboard.press("ArrowDown");
  await products.getByText("Variant of B-1", { exact: true }).waitFor();
  await tabTo(page, "Language or store view");
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown");
  await shape.getByText(/1 row changes a product only for its value in “Sprache”/).waitFor();
  await inspectLooks(page, "mapping-shape");

  // The text shows all statements. Add a statement that the form cannot show: later changes in the form must keep it.
  await page.getByRole("button", { name: "Text", exact: true }).click();
  const text = page.getByTestId("mapping-text");
  const mapping = JSON.parse(await text.inputValue()) as Record<string, unknown>;
  expect(mapping).toMatchObject({
    key: "Art.-Nr.",
    group: { by: "Gruppe", fill: ["Titel"], adds: [{ blank: "Art.-Nr." }] },
    parent: { group: "first" },
    overlay: { by: "Sprache", base: [""] },
    attributes: { Bild: { from: "Bild", all: true, over: "group" } },
  });
  const links = [{ children: { from: "Farbe", like: "SKU {value}", else: "blank" } }];
  await text.fill(JSON.stringify({ ...mapping, links }));
  await page.getByRole("button", { name: "Form", exact: true }).click();
  await shape.getByRole("button", { name: /^Remove Titel from/ }).click();
  await shape.getByRole("button", { name: /^Remove Titel from/ }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo the last change" }).click();
  await page.getByRole("button", { name: "Text", exact: true }).click();
  expect(JSON.parse(await text.inputValue())).toMatchObject({ links, group: { fill: ["Titel"] } });
  await page.getByRole("button", { name: "Form", exact: true }).click();

  await page
    .getByTestId("start")
    .getByRole("button", { name: /^Import / })
    .click();
  await page.locator("h1 + p").getByTestId("state").getByText("Done", { exact: true }).waitFor();
  expect((await call(list_imports, { querystring: { limit: 1 } }, base)).items[0]).toMatchObject({
    created: 4,
    adds: 2,
    rejected: 0,
  });
  const images = ["1.jpg", "2.jpg", "3.jpg"];
  expect(await productOf("B-2")).toMatchObject({ name: "Becher", parent_sku: "B-1", attributes: { Bild: images } });
  expect(await productOf("L-1")).toMatchObject({ name: "Lampe", attributes: { "name-en": "Lamp" } });
  await page.getByRole("heading", { name: "Rows that add values to other rows" }).waitFor();
  const sum = await page.getByTestId("sum").locator("[data-part]").all();
  const tops = await Promise.all(sum.map(async (part) => (await part.boundingBox())?.y));
  expect(new Set(tops).size).toBe(1);
});

test("the product list folds variants under their parent and unfolds them, by mouse and by keyboard", async () => {
  const page = await open("/products");
  const row = (sku: string) =>
    page.getByRole("row").filter({ has: page.getByRole("link", { name: sku, exact: true }) });
  await row("B-2").waitFor();
  await page.getByRole("button", { name: "Variants", exact: true }).click();
  await row("B-2").waitFor({ state: "detached" });
  await page.getByText("4 products", { exact: true }).waitFor();

  // The button leaves more than half of the cell to the SKU, and a click on the middle of the cell opens the product.
  const sku = row("B-1").getByRole("link", { name: "B-1", exact: true });
  const [cellBox, linkBox] = await Promise.all([sku.locator("xpath=ancestor::td").boundingBox(), sku.boundingBox()]);
  expect(linkBox?.width ?? 0).toBeGreaterThan((cellBox?.width ?? Infinity) / 2);
  await sku.locator("xpath=ancestor::td").click();
  await page.getByTestId("panel").waitFor();
  await page.goBack();
  await page.getByTestId("panel").waitFor({ state: "detached" });

  await row("B-1").getByRole("button", { name: "1 variant" }).click();
  await row("B-2").waitFor();
  await inspectLooks(page, "products-folded");
  await page.getByRole("grid").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("v");
  await row("B-2").waitFor({ state: "detached" });
  await page.keyboard.press("v");
  await row("B-2").waitFor();

  await page.keyboard.press("Shift+V");
  await page.waitForURL(/q=parent(?::|%3A)B-1/);
  await row("B-1").waitFor({ state: "detached" });
  expect(await row("B-2").count()).toBe(1);
  await page.goBack();
  await tabAndEnter(page, "Variants");
  await row("B-2").waitFor();
});

test("files that are chosen together are imported one after another, first those that other files add to", async () => {
  const page = await open("/imports");
  const folder = join(import.meta.dirname, "../../fixtures/imports/commerceml-two-files");
  await page.getByTestId("file").setInputFiles([join(folder, "offers.xml"), join(folder, "import.xml")]);
  await until(async () => {
    const { items } = await call(list_imports, { querystring: { limit: 2 } }, base);
    return items[0]?.filename === "offers.xml" && items[0].state === "done" && items[1]?.filename === "import.xml";
  });
  const { items } = await call(list_imports, { querystring: { limit: 2 } }, base);
  expect(items).toMatchObject([
    { state: "done", created: 8, updated: 8, rejected: 0 },
    { state: "done", created: 16, rejected: 0 },
  ]);
});
