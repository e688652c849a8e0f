// Checks the products section in light mode, in dark mode and on a phone (see looks.ts).
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call } from "../../../client/call.ts";
import { patch_product } from "../../../contract/catalog/edit-products.ts";
import { importOverHttp } from "../../support/import-over-http.ts";
import { startOnePage, visit } from "../support/journey.ts";
import { inspectLooks } from "../support/looks.ts";

const { server, watched, page } = await startOnePage();

const NAMES = ["Table lamp", "Floor lamp, brass", "Desk lamp", "Wall light, outdoor, with motion sensor", "Pendant"];
const BRANDS = ["Lumen & Co", "Nordlicht", "Brightside", "Halo"];

/** Imports products with realistic names, so that the screenshots can be reviewed. */
async function importLamps(rows: number): Promise<void> {
  const lines = Array.from({ length: rows }, (_, i) => {
    const name = NAMES[i % NAMES.length] ?? "";
    return `LMP-${String(10_000 + i)},"${name}","Warm white, dimmable. Two years of guarantee.",${i % 6 === 0 ? "no" : "yes"},${BRANDS[i % BRANDS.length] ?? ""},${(19 + (i % 80)).toFixed(2)},${["black", "white", "brass"][i % 3] ?? ""}`;
  });
  const path = join(server.folder, "lamps-autumn.csv");
  await writeFile(path, `sku,name,description,active,Brand,Price,Colour\n${lines.join("\n")}\n`);
  await importOverHttp(server.base_url, path);
}

const untilRows = (): Promise<void> => page.locator('tr[data-index="0"] a').waitFor();

test("the empty section, and the form of a new product with errors", async () => {
  await page.goto("/products");
  await page.getByRole("heading", { name: "No products yet" }).waitFor();
  await inspectLooks(page, "products-empty");
  await page.getByRole("button", { name: "Create a product" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add an attribute" }).click();
  await dialog.getByRole("button", { name: "Create product" }).click();
  await dialog.getByText("A product needs a SKU.").waitFor();
  await inspectLooks(page, "products-create", false);
});

test("the list, the search with chips and suggestions, and a search without results", async () => {
  await importLamps(1_200);
  await page.goto("/products");
  await untilRows();
  await inspectLooks(page, "products");
  await page.keyboard.press("/");
  await page.getByRole("listbox").waitFor();
  await inspectLooks(page, "products-suggestions", false);
  await page.keyboard.type('brand:Nordlicht active:yes updated:soon "desk"');
  await page.keyboard.press("Enter");
  await untilRows();
  await page.getByTestId("total").getByText("found").waitFor();
  await inspectLooks(page, "products-search");
  await visit(page, "/products?q=zeppelin");
  await page.getByRole("heading", { name: "No product matches" }).waitFor();
  await inspectLooks(page, "products-no-match");
});

test("selected products, the dialog to set a value, and the confirmation before deleting all products", async () => {
  await page.goto("/products");
  await untilRows();
  for (const index of [1, 3, 4]) await page.locator(`tr[data-index="${String(index)}"] [data-act=select]`).click();
  await page.getByTestId("selection").getByText("3 selected").waitFor();
  await inspectLooks(page, "products-selected");
  await page.getByTestId("selection").getByRole("button", { name: "Set a value" }).click();
  await page.getByRole("dialog").waitFor();
  await inspectLooks(page, "products-set", false);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete all products" }).waitFor();
  await inspectLooks(page, "products-menu", false);
  await page.getByRole("menuitem", { name: "Delete all products" }).click();
  await page.getByRole("dialog").getByRole("textbox").waitFor();
  await inspectLooks(page, "products-delete-all", false);
  await page.keyboard.press("Escape");
});

test("columns, saved views, and the list as an API call", async () => {
  await page.goto("/products?q=brand:Halo&sort=-name");
  await untilRows();
  for (const name of ["Columns", "Views"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("group", { name, exact: true }).waitFor();
    await inspectLooks(page, `products-${name.toLowerCase()}`, false);
    await page.keyboard.press("Escape");
    await page.getByRole("group", { name, exact: true }).waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await page.getByRole("menuitem", { name: "CSV for Excel" }).waitFor();
  await inspectLooks(page, "products-export", false);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+G");
  await page.getByRole("dialog", { name: "Go to a SKU" }).waitFor();
  await inspectLooks(page, "products-go-to", false);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "View as API call" }).click();
  await page.getByTestId("api-call").waitFor();
  await inspectLooks(page, "products-api", false);
});

test("an open product: its history, editing, renaming, and a conflict", async () => {
  const { base_url } = server;
  for (const body of [{ name: "Table lamp, revised" }, { attributes: { Price: "24.90", Season: "autumn" } }])
    await call(patch_product, { params: { sku: "LMP-10002" }, body }, { base_url });
  await page.goto("/products?open=LMP-10002");
  await page.getByTestId("version").nth(2).waitFor();
  await untilRows();
  await inspectLooks(page, "product");
  await page.getByRole("button", { name: "More actions for this product" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("dialog").getByLabel("SKU").waitFor();
  await inspectLooks(page, "product-rename", false);
  await page.keyboard.press("Escape");
  await page.goto("/products");
  await page.locator('tr[data-index="4"] td[data-column="name"]').dblclick();
  await page.keyboard.type("Mine");
  await call(patch_product, { params: { sku: "LMP-10004" }, body: { name: "Theirs" } }, { base_url });
  await page.keyboard.press("Enter");
  await page.getByTestId("edit-notice").waitFor();
  await inspectLooks(page, "products-conflict");
  await visit(page, "/products?open=nothing-like-it");
  await page.getByText("Product not found").waitFor();
  await inspectLooks(page, "product-missing");
  expect(watched.foreign_requests).toEqual([]);
});
