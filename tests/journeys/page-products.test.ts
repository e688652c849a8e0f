// End-to-end tests of the products section with a real server and browser.
// This file is long because all tests share one server, one browser and one import.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { create_product, patch_product } from "../../contract/catalog/edit-products.ts";
import { get_product, list_products, type Product } from "../../contract/catalog/products.ts";
import { importOverHttp } from "../support/import-over-http.ts";
import { pagesOf, startJourney } from "./support/journey.ts";
import { writeProducts } from "./support/page-files.ts";

const ROWS = 3_000;

const journey = await startJourney();
const { server } = journey;
// The browser logs every response with a status of 400 or more. These tests expect such responses.
const { open } = pagesOf(journey, { viewport: { width: 1280, height: 800 } }, (complaint) =>
  complaint.startsWith("Failed to load resource"),
);

const product = (sku: string): Promise<Product> =>
  call(get_product, { params: { sku } }, { base_url: server.base_url });
const row = (page: Page, index: number): Locator => page.locator(`tr[data-index="${String(index)}"]`);
const cell = (page: Page, index: number, column: string): Locator =>
  row(page, index).locator(`td[data-column="${column}"]`);
const untilCell = (page: Page, index: number, column: string, text: string | RegExp): Promise<void> =>
  cell(page, index, column).filter({ hasText: text }).waitFor();
const chips = (page: Page): Promise<string[]> => page.getByTestId("chip").allInnerTexts();

test("while the catalogue is empty, the page shows what to do; a new product appears, and errors appear at their fields", async () => {
  const page = await open("/products");
  await page.getByRole("heading", { name: "No products yet" }).waitFor();
  await page.getByRole("button", { name: "Create a product" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create product" }).click();
  await dialog.getByText("A product needs a SKU.").waitFor();
  await dialog.getByText("A product needs a name.").waitFor();
  await dialog.getByLabel("SKU").fill("lamp/1 ü");
  await dialog.getByLabel("Name").fill("Table lamp");
  await dialog.getByRole("button", { name: "Add an attribute" }).click();
  await dialog.getByPlaceholder("Attribute").fill("colour");
  await dialog.getByPlaceholder("Value").fill("brass");
  await dialog.getByRole("button", { name: "Create product" }).click();
  const panel = page.getByTestId("panel");
  await panel.getByText("brass").waitFor();
  await untilCell(page, 0, "name", "Table lamp");
  expect(new URL(page.url()).searchParams.get("open")).toBe("lamp/1 ü");
  expect((await product("lamp/1 ü")).attributes).toEqual({ colour: "brass" });
});

test("the search box understands operators and words; the URL stores them", async () => {
  await importOverHttp(server.base_url, await writeProducts(server.folder, "supplier-autumn.csv", ROWS));
  const page = await open("/products");
  await row(page, 0).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("COLOUR:red active:no ");
  await page.getByTestId("total").getByText("found").waitFor();
  expect(await chips(page)).toEqual(
    ["colour: red", "active: no"].map((text) => expect.stringContaining(text) as string),
  );
  await untilCell(page, 0, "sku", "SKU-0000000");
  await untilCell(page, 1, "sku", "SKU-0000028");

  await page.keyboard.type("sku:SKU-00000*");
  await page.keyboard.press("Enter");
  await page.getByTestId("total").getByText("4 found").waitFor();
  const address = page.url();
  await page.getByRole("button", { name: "Remove active:no" }).click();
  await page.getByTestId("total").getByText("25 found").waitFor();

  await page.goto(address);
  await page.getByTestId("total").getByText("4 found").waitFor();
  await page.getByRole("button", { name: "Clear the search" }).click();
  await page.keyboard.type("COLOUR:bl");
  await page.getByRole("option", { name: "black 750" }).waitFor();
  await expect.poll(() => page.getByRole("option").count()).toBe(2);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove colour:black" }).waitFor();
  await page.getByRole("button", { name: "Clear the search" }).click();
  await page.keyboard.type("active:perhaps ");
  await page.getByTestId("chip").getByText("Enter yes or no").waitFor({ state: "attached" });
});

test("a header sorts, the URL stores the chosen columns, and a view is saved under a name", async () => {
  const page = await open("/products?q=sku:SKU-*");
  await untilCell(page, 0, "sku", "SKU-0000000");
  await page.getByRole("columnheader", { name: "SKU" }).getByRole("button").click();
  await untilCell(page, 0, "sku", "SKU-0002999");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Description" }).check();
  await page.getByRole("checkbox", { name: "Active" }).uncheck();
  await page.keyboard.press("Escape");
  await untilCell(page, 0, "description", "Made for the catalogue");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByPlaceholder("Name of this view").fill("Newest SKUs");
  await page.keyboard.press("Enter");
  await page.getByText("View “Newest SKUs” saved").last().waitFor();

  await page.goto("/products");
  await untilCell(page, 0, "sku", "lamp/1 ü");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Newest SKUs", exact: true }).click();
  await untilCell(page, 0, "sku", "SKU-0002999");
  expect(new URL(page.url()).searchParams.get("columns")).toBe(
    "sku,name,attributes.price,attributes.colour,updated_at,description",
  );
  expect(await page.getByRole("columnheader", { name: "Active" }).count()).toBe(0);
  await page.goBack();
  await untilCell(page, 0, "sku", "lamp/1 ü");
});

test("with the keyboard, a user can move the cursor, open and edit products, and undo a change", async () => {
  const page = await open("/products?q=sku:SKU-*");
  await row(page, 0).waitFor();
  await page.getByRole("grid").focus();
  for (const key of ["j", "j", "k", "Enter"]) await page.keyboard.press(key);
  const panel = page.getByTestId("panel");
  await panel.getByRole("heading", { name: "SKU-0000001" }).waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });

  await page.getByRole("grid").focus();
  for (const key of ["ArrowRight", "F2"]) await page.keyboard.press(key);
  await page.keyboard.type("Lamp one");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await product("SKU-0000001")).name).toBe("Lamp one");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect.poll(async () => (await product("SKU-0000001")).name).toBe("Product 1");

  await page.getByRole("grid").focus();
  await page.keyboard.press("F2");
  await page.keyboard.type("Lamp two");
  await page.keyboard.press("Tab");
  await page.keyboard.type("9.99");
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await product("SKU-0000002")).name).toBe("Lamp two");
  expect((await product("SKU-0000002")).attributes["price"]).toBe("0.2");
});

test("if two people change the same field, the page shows both values and lets the user choose", async () => {
  const { base_url } = server;
  const page = await open("/products?q=sku:SKU-*");
  await cell(page, 5, "name").dblclick();
  await page.keyboard.type("Mine");
  await call(patch_product, { params: { sku: "SKU-0000005" }, body: { name: "Theirs" } }, { base_url });
  await page.keyboard.press("Enter");
  const notice = page.getByTestId("edit-notice");
  await notice.getByText("someone else has changed Name").waitFor();
  await notice.getByRole("button", { name: "Theirs: Theirs" }).waitFor();
  await notice.getByRole("button", { name: "Mine: Mine" }).click();
  await expect.poll(async () => (await product("SKU-0000005")).name).toBe("Mine");

  // If two users change different fields of the same product, there is no conflict, and both changes are kept.
  await cell(page, 6, "name").dblclick();
  await page.keyboard.type("Mine too");
  await call(patch_product, { params: { sku: "SKU-0000006" }, body: { description: "Theirs" } }, { base_url });
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await product("SKU-0000006")).name).toBe("Mine too");
  expect((await product("SKU-0000006")).description).toBe("Theirs");
});

test("a pasted spreadsheet column fills the selected rows", async () => {
  const page = await open("/products?q=sku:SKU-*");
  await row(page, 0).waitFor();
  await row(page, 10).locator("[data-act=select]").click();
  await page.keyboard.down("Shift");
  await row(page, 12).locator("[data-act=select]").click();
  await page.keyboard.up("Shift");
  await page.getByTestId("selection").getByText("3 selected").waitFor();
  await page.getByRole("grid").focus();
  for (const key of ["ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  await page.evaluate(`{
    const data = new DataTransfer();
    data.setData("text/plain", "100\\r\\n200\\r\\n300\\r\\n400\\r\\n");
    document.querySelector("[role=grid]").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }`);
  await page.getByText("1 pasted row ignored").last().waitFor();
  await page.getByText("3 cells changed").last().waitFor();
  await untilCell(page, 12, "attributes.price", "300");
  expect((await product("SKU-0000010")).attributes["price"]).toBe("100");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await untilCell(page, 12, "attributes.price", "1.2");
});

test("another user's import is announced until a different list is loaded", async () => {
  const page = await open("/products");
  await row(page, 0).waitFor();
  await page.getByText("Live", { exact: true }).first().waitFor();
  const path = join(server.folder, "news.csv");
  await writeFile(path, "sku,name\nNEWS-1,Newcomer\n");
  await importOverHttp(server.base_url, path);
  await page.getByTestId("external-changes").getByText("The catalogue has changed").waitFor();
  await page.getByRole("combobox").first().fill("newcomer");
  await untilCell(page, 0, "sku", "NEWS-1");
  await page.getByTestId("external-changes").waitFor({ state: "detached" });
});

test("products that others create are announced, and the rows do not move", async () => {
  const page = await open("/products?q=sku:SKU-*");
  await untilCell(page, 0, "sku", "SKU-0000000");
  await page.getByText("Live", { exact: true }).first().waitFor();
  await call(create_product, { body: { sku: "SKU-0000000-A", name: "Between" } }, { base_url: server.base_url });
  await page.getByTestId("external-changes").getByText("1 new product").waitFor();
  await untilCell(page, 1, "sku", "SKU-0000001");
  await page.getByTestId("external-changes").getByRole("button", { name: "Refresh" }).click();
  await untilCell(page, 1, "sku", "SKU-0000000-A");
  await call(
    patch_product,
    { params: { sku: "SKU-0000002" }, body: { name: "Changed elsewhere" } },
    { base_url: server.base_url },
  );
  await untilCell(page, 3, "name", "Changed elsewhere");
});

test("selected products are changed together, and the change is undone", async () => {
  const page = await open("/products?q=sku:SKU-00010*");
  await row(page, 0).waitFor();
  for (const index of [2, 3]) await row(page, index).locator("[data-act=select]").click();
  await page.getByTestId("selection").getByRole("button", { name: "Deactivate" }).click();
  await page.getByText("2 products changed").last().waitFor();
  expect((await product("SKU-0001002")).active).toBe(false);
  await untilCell(page, 2, "active", "No");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await page.getByText("Change undone").last().waitFor();
  await untilCell(page, 2, "active", "Yes");
});

test("all products that match the filter are changed, even if they are not loaded", async () => {
  const page = await open("/products?q=colour:blue+sku:SKU-*");
  await row(page, 0).locator("[data-act=select]").click();
  await page.getByRole("button", { name: /Select all [67][05][01]\+? matching products/ }).click();
  await page.getByTestId("selection").getByRole("button", { name: "Set a value" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Attribute", { exact: true }).fill("season");
  await dialog.getByLabel("New value").fill("autumn");
  await dialog.getByRole("button", { name: /^Change .* products$/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Change .* products$/ })
    .click();
  await page.getByText("750 products changed").last().waitFor();
  expect((await product("SKU-0002998")).attributes["season"]).toBe("autumn");
  expect((await product("SKU-0002997")).attributes["season"]).toBeUndefined();
});

test("a product's history shows the origin of each version, and restores any of them", async () => {
  const { base_url } = server;
  await call(patch_product, { params: { sku: "SKU-0000102" }, body: { name: "Revised" } }, { base_url });
  const page = await open("/products?open=SKU-0000102");
  const versions = page.getByTestId("version");
  await versions.filter({ hasText: "from supplier-autumn.csv, line 104, import 1, by" }).waitFor();
  await versions.filter({ hasText: "Revised" }).getByText("by hand").waitFor();
  await versions.filter({ hasText: "from supplier-autumn.csv" }).getByRole("button", { name: "Restore" }).click();
  await expect.poll(async () => (await product("SKU-0000102")).name).toBe("Product 102");
  await page.getByText("current version").waitFor();
});

test("a deleted product is restored with its ID", async () => {
  const page = await open("/products?q=sku:SKU-00020*&open=SKU-0002001");
  const { id } = await product("SKU-0002001");
  const panel = page.getByTestId("panel");
  await panel.getByRole("button", { name: "More actions for this product" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await panel.waitFor({ state: "detached" });
  await untilCell(page, 1, "sku", "SKU-0002002");
  await page.getByRole("button", { name: "Undo" }).last().click();
  await untilCell(page, 1, "sku", "SKU-0002001");
  expect((await product("SKU-0002001")).id).toBe(id);
});

/** Drags the grid's scrollbar to `share`, a fraction of the grid's height. */
const dragTo = (page: Page, share: number): Promise<void> =>
  page.evaluate(`{
    const grid = document.querySelector("[data-testid=grid]");
    grid.scrollTop = ${String(share)} * grid.scrollHeight;
  }`);
/** Returns the number in the first SKU in the viewport. */
const firstInViewport = async (page: Page): Promise<number> =>
  Number((await page.locator("tbody tr").first().innerText()).match(/SKU-(\d+)/)?.[1]);

test("the list jumps to the scrollbar's position, to its end, or to a SKU, and the URL stores the position", async () => {
  const page = await open("/products?q=sku:SKU-*");
  await page
    .getByTestId("total")
    .getByText(/3,00[01] found/)
    .waitFor(); // wait for the number of products, which the page requests separately from the list
  await dragTo(page, 0.5);
  await expect.poll(() => firstInViewport(page)).toBeGreaterThan(1400);
  expect(await firstInViewport(page)).toBeLessThan(1600);
  await expect.poll(() => new URL(page.url()).searchParams.get("from")).toMatch(/^SKU-000[15]/);
  await page.getByRole("grid").focus();
  await page.keyboard.press("Control+End");
  await page.getByText("SKU-0002999").waitFor();
  await page.keyboard.press("Control+Home");
  await untilCell(page, 0, "sku", "SKU-0000000");

  await page.keyboard.press("Shift+G");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("SKU").fill(" sku-0001234x ");
  await dialog.getByRole("button", { name: "Go", exact: true }).click();
  // No product has the SKU that was entered, so the list begins at the product with the next higher SKU.
  await expect.poll(() => firstInViewport(page)).toBe(1235);
  await expect.poll(() => new URL(page.url()).searchParams.get("from")).toBe("sku-0001234x");
  await page.getByRole("grid").focus();
  for (const key of ["ArrowUp", "ArrowUp"]) await page.keyboard.press(key);
  await page.getByText("SKU-0001233").waitFor();
  await page.keyboard.press("Enter");
  await page.getByTestId("panel").getByRole("heading", { name: "SKU-0001233" }).waitFor();
  await page.reload();
  await expect.poll(() => firstInViewport(page)).toBeGreaterThan(1000);

  await page.goto("/products?q=sku:SKU-*&sort=-sku&from=SKU-0000100");
  await expect.poll(() => firstInViewport(page)).toBe(100);
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect.poll(() => new URL(page.url()).searchParams.has("from")).toBe(false);
  await page.keyboard.press("Control+K");
  await page.getByRole("dialog").getByRole("textbox").fill("Go to a SKU");
  await page.getByRole("option", { name: "Go to a SKU" }).click();
  const asked = page.getByRole("dialog", { name: "Go to a SKU" });
  await asked.getByLabel("SKU").fill("SKU-0002000");
  await asked.getByLabel("SKU").press("Enter");
  await expect.poll(() => firstInViewport(page)).toBe(2000);
});

test("the list shows its position, and Previous and Next scroll by one screen", async () => {
  const page = await open("/products?q=sku:SKU-*");
  const position = page.getByTestId("position");
  const [previous, next] = ["Previous", "Next"].map((name) => page.getByRole("button", { name, exact: true }));
  await position.getByText(/^Rows 1–\d+ of 3,00[01]$/).waitFor();
  const shown = Number(/–(\d+) of/.exec(await position.innerText())?.[1]);
  expect(await previous?.getAttribute("aria-disabled")).toBe("true");
  await next?.click();
  await position.getByText(`Rows ${String(shown + 1)}–${String(2 * shown)} of`).waitFor();
  await page
    .getByTestId("announcement")
    .getByText(`Rows ${String(shown + 1)}–`)
    .waitFor({ state: "attached" });
  await page.getByText(`SKU-000${String(2 * shown - 1).padStart(4, "0")}`).waitFor();

  // Check that the key x selects a row that is currently shown.
  await page.getByRole("grid").focus();
  await page.keyboard.press("x");
  await row(page, shown).and(page.locator("[aria-selected=true]")).waitFor();
  await previous?.focus();
  await page.keyboard.press("Enter");
  await position.getByText(`Rows 1–${String(shown)} of`).waitFor();
  await page.keyboard.press("Enter");
  await previous?.and(page.locator(":focus")).waitFor();

  // In the middle of a list, row numbers are estimates; at its end, they are exact.
  await dragTo(page, 0.5);
  await position.getByText(/^About rows 1,[45]\d\d–1,5\d\d of 3,00[01]$/).waitFor();
  await page.getByRole("grid").focus();
  await page.keyboard.press("Control+End");
  await position.getByText(/^Rows 2,9\d\d–(3,00[01]) of \1$/).waitFor();
  expect(await next?.getAttribute("aria-disabled")).toBe("true");
});

test("a link with the filter parameters of the API shows the same list", async () => {
  const page = await open("/products?search=product&sku=SKU-00000*&attributes.colour=red&active=false");
  await page.getByTestId("total").getByText("4 found").waitFor();
  expect(await chips(page)).toEqual(
    ["sku: SKU-00000*", "active: no", "colour: red"].map((text) => expect.stringContaining(text) as string),
  );
  expect(await page.getByRole("combobox").first().inputValue()).toBe("product");
  await page.getByRole("button", { name: "Remove active:no" }).click();
  await page.getByTestId("total").getByText("25 found").waitFor();
  await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("sku:SKU-00000* colour:red product");
  expect(new URL(page.url()).searchParams.has("search")).toBe(false);
});

test("a wide screen shows the description, also beside an open product; a narrow one leaves it out", async () => {
  const page = await open("/products?q=sku:SKU-*", { viewport: { width: 1920, height: 900 } });
  await untilCell(page, 0, "description", "Made for the catalogue");
  const overflow = "(grid => grid.scrollWidth - grid.clientWidth)(document.querySelector('[data-testid=grid]'))";
  expect(await page.evaluate(overflow)).toBe(0);
  await cell(page, 0, "sku").click();
  await page.getByTestId("panel").waitFor();
  await cell(page, 0, "description").waitFor();
  await page.setViewportSize({ width: 1280, height: 900 });
  await cell(page, 0, "description").waitFor({ state: "detached" });
});

test("edits made offline are saved after the reconnect, and the list and the panel are live again", async () => {
  const { base_url } = server;
  const page = await open("/products?q=sku:SKU-*&open=SKU-0002500");
  await row(page, 0).waitFor();
  const panel = page.getByTestId("panel");
  await panel.getByText("Product 2500").first().waitFor();
  await page.getByText("Live", { exact: true }).first().waitFor();
  // The open product is shown although its row is not loaded in the list.
  await call(patch_product, { params: { sku: "SKU-0002500" }, body: { name: "Renamed elsewhere" } }, { base_url });
  await panel.getByRole("button", { name: "Renamed elsewhere" }).waitFor();

  await page.context().setOffline(true);
  await cell(page, 8, "name").dblclick();
  await page.keyboard.type("Kept");
  await page.keyboard.press("Enter");
  await cell(page, 9, "name").dblclick();
  await page.keyboard.type("Mine");
  await page.keyboard.press("Enter");
  const notices = page.getByTestId("edit-notice");
  await notices.filter({ hasText: "is not saved yet" }).nth(1).waitFor();
  await untilCell(page, 8, "name", "Kept");
  await page.getByRole("link", { name: "Imports" }).first().click();
  await page.getByText("2 changes are waiting for the connection").last().waitFor();

  const skus = await Promise.all([8, 9].map((index) => cell(page, index, "sku").innerText()));
  const [kept = "", mine = ""] = skus;
  await call(patch_product, { params: { sku: mine }, body: { name: "Theirs" } }, { base_url });
  await page.context().setOffline(false);
  // After the reconnect, the page saves edits automatically. If someone else has changed the product meanwhile, the page asks the user.
  await expect.poll(async () => (await product(kept)).name).toBe("Kept");
  await page.getByRole("link", { name: "Imports" }).first().click();
  const question = page.getByRole("dialog").filter({ hasText: "1 unsaved change" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await notices.getByRole("button", { name: "Theirs: Theirs" }).click();
  await notices.first().waitFor({ state: "detached" });
  await untilCell(page, 9, "name", "Theirs");
  await page.getByText("Live", { exact: true }).first().waitFor();
  await call(patch_product, { params: { sku: kept }, body: { name: "Live again" } }, { base_url });
  await untilCell(page, 8, "name", "Live again");
});

test("the export contains the products of the list", async () => {
  const page = await open("/products?q=sku:SKU-00000*+colour:red&sort=-name");
  await row(page, 0).waitFor();
  await page.getByRole("button", { name: "Export" }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "CSV for programs" }).click();
  const csv = await readFile(await (await downloading).path(), "utf8");
  expect(csv.trimEnd().split("\n")).toHaveLength(26);
  expect(csv).toContain("SKU-0000096");

  // In a CSV file for spreadsheets, no cell is interpreted as a formula.
  await call(
    patch_product,
    { params: { sku: "SKU-0000096" }, body: { description: "=1+1" } },
    { base_url: server.base_url },
  );
  await page.getByRole("button", { name: "Export" }).click();
  const [sheet] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "CSV for Excel" }).click(),
  ]);
  expect(await readFile(await sheet.path(), "utf8")).toMatch(/^\ufeff.*\r\n(.*\r\n)*SKU-0000096,Product 96,"?'=1\+1/);
});

test("on a phone, products are cards with the chosen columns, and an open product fills the screen", async () => {
  const page = await open("/products?q=sku:SKU-*", { viewport: { width: 390, height: 844 }, hasTouch: true });
  await row(page, 2)
    .getByText(/price 0\.\d/)
    .waitFor();
  await page.getByRole("button", { name: "Columns" }).tap();
  const chooser = page.getByRole("group", { name: "Columns" });
  await chooser.getByRole("checkbox", { name: "Description" }).check();
  await chooser.getByRole("checkbox", { name: "colour" }).uncheck();
  await page.keyboard.press("Escape");
  await row(page, 2).getByText("Made for the catalogue").waitFor();
  expect(await row(page, 2).getByText("colour").count()).toBe(0);
  await page.getByRole("button", { name: "Views" }).tap();
  await page.getByPlaceholder("Name of this view").fill("On the way");
  await page.getByRole("button", { name: "Save", exact: true }).tap();
  await page.goto("/products");
  await page.getByRole("button", { name: "Views" }).tap();
  await page.getByRole("button", { name: "On the way", exact: true }).tap();
  await expect.poll(() => new URL(page.url()).searchParams.get("columns")).toContain("description");

  await row(page, 2).tap();
  const panel = page.getByTestId("panel");
  await panel.getByText("Made for the catalogue").waitFor();
  expect((await panel.boundingBox())?.width).toBe(390);
  await page.getByRole("button", { name: "Back to the list" }).tap();
  await panel.waitFor({ state: "detached" });
});

test("the catalogue is deleted after typing the number of products, and restored by an undo", async () => {
  const page = await open("/products?q=colour:red");
  await row(page, 0).waitFor();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete all products" }).click();
  const dialog = page.getByRole("dialog");
  const { total } = await call(list_products, {}, { base_url: server.base_url });
  const all = `Delete ${total.value.toLocaleString("en-GB")} products`;
  await dialog.getByRole("textbox").fill(String(total.value - 1));
  expect(await dialog.getByRole("button", { name: all }).isEnabled()).toBe(false);
  await dialog.getByRole("textbox").fill(String(total.value));
  await dialog.getByRole("button", { name: all }).click();
  await page.getByRole("heading", { name: "No product matches" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).last().click();
  await row(page, 0).waitFor();
});

test("the search ignores accents until the user requires them", async () => {
  for (const [n, name] of ["Crème brûlée", "Creme", "Crime"].entries()) {
    await call(create_product, { body: { sku: `dessert ${String(n)}`, name } }, { base_url: server.base_url });
  }
  const page = await open("/products?q=creme");
  await page.getByTestId("total").getByText("2 found").waitFor();
  const toggle = page.getByRole("button", { name: "Match accents" });
  expect(await toggle.getAttribute("aria-pressed")).toBe("false");
  await toggle.click();
  await page.getByTestId("total").getByText("1 found").waitFor();
  await expect.poll(() => new URL(page.url()).searchParams.get("accents")).toBe("exact");
  await page.reload();
  await page.getByTestId("total").getByText("1 found").waitFor();
  await toggle.click();
  await page.getByTestId("total").getByText("2 found").waitFor();
  expect(new URL(page.url()).searchParams.has("accents")).toBe(false);
});
