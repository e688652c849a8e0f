// End-to-end tests of attributes that contain lists, and of the parent of a product: the page shows both, and a user can edit, restore and
// find them by keyboard.
import { test } from "vitest";
import { call } from "../../client/call.ts";
import { create_product } from "../../contract/catalog/edit-products.ts";
import { get_product, type Product } from "../../contract/catalog/products.ts";
import { until } from "../support/until.ts";
import { pagesOf, startJourney } from "./support/journey.ts";
import { inspectLooks } from "./support/looks.ts";

const journey = await startJourney();
const { base_url } = journey.server;
const { open } = pagesOf(journey, { viewport: { width: 1280, height: 800 } });
const shirt = (): Promise<Product> => call(get_product, { params: { sku: "shirt" } }, { base_url });
const attributesBecome = (attributes: object): Promise<void> =>
  until(async () => JSON.stringify((await shirt()).attributes) === JSON.stringify(attributes)).then(() => undefined);

test("lists are shown element by element, edited with one element per line, and restored", async () => {
  const body = { sku: "shirt", name: "Shirt", attributes: { Tags: ["red", "wool, soft"], Fit: "slim" } };
  await call(create_product, { body }, { base_url });
  const page = await open("/products?open=shirt");
  const panel = page.getByTestId("panel");
  const tags = panel.getByTestId("list");
  await tags.getByText("wool, soft", { exact: true }).waitFor();
  await page.locator('td[data-column="attributes.Tags"]').getByText("wool, soft", { exact: true }).waitFor();

  await panel.getByRole("button", { name: /^red/ }).press("Enter");
  await page.keyboard.press("End");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("new");
  await page.keyboard.press("Enter");
  await attributesBecome({ Fit: "slim", Tags: ["red", "wool, soft", "new"] });
  await tags.getByText("new", { exact: true }).first().waitFor();

  await panel.getByRole("button", { name: "Change Fit to a list with one element per line" }).press("Enter");
  await attributesBecome({ Fit: ["slim"], Tags: ["red", "wool, soft", "new"] });
  await panel.getByRole("button", { name: "Change Fit to a text" }).press("Enter");
  await attributesBecome({ Fit: "slim", Tags: ["red", "wool, soft", "new"] });

  await inspectLooks(page, "product-lists");
  await panel.getByTestId("version").last().getByRole("button", { name: "Restore" }).click();
  await attributesBecome({ Fit: "slim", Tags: ["red", "wool, soft"] });
});

test("the parent is entered in the panel, and the search `parent:` finds it", async () => {
  const page = await open("/products?open=shirt");
  const panel = page.getByTestId("panel");
  await panel.locator("dd").nth(3).getByRole("button").press("Enter");
  await page.keyboard.type(" Shirts ");
  await page.keyboard.press("Enter");
  await until(async () => (await shirt()).parent_sku === "Shirts");
  await page.goto("/products?q=parent:SHIRTS");
  await page.locator('tr[data-index="0"]').getByText("Shirt", { exact: true }).waitFor();
});
