// End-to-end tests of the changes pages: the timeline, products before and after a change, and undo with conflicts.
import { expect, test } from "vitest";
import { startOnePage, visit } from "./support/journey.ts";
import { inspectLooks } from "./support/looks.ts";

const { server, watched, page } = await startOnePage();

const PRODUCTS = 120;
const fileOf = (price: number): string =>
  `sku,name,price\n${Array.from({ length: PRODUCTS }, (_, i) => `LAMP-${String(i).padStart(4, "0")},Lamp ${i},${price}.00\n`).join("")}`;

async function importText(text: string, filename: string): Promise<void> {
  const headers = { "content-type": "text/csv" };
  const url = `${server.base_url}/api/imports?filename=${filename}`;
  const response = await fetch(url, { method: "POST", headers, body: text });
  const { id } = (await response.json()) as { id: number };
  await expect
    .poll(async () => ((await (await page.request.get(`/api/imports/${id}`)).json()) as { state: string }).state)
    .toBe("done");
}

async function patch(sku: string, data: object): Promise<void> {
  const response = await fetch(`${server.base_url}/api/products/${sku}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(data),
  });
  expect(response.status).toBe(200);
}

const priceOf = async (sku: string): Promise<string | undefined> => {
  const product = (await (await page.request.get(`/api/products/${sku}`)).json()) as {
    attributes: Record<string, string>;
  };
  return product.attributes["price"];
};

test("before the first change, the page explains what it will show", async () => {
  await page.goto("/changes");
  await page.getByText("No changes yet").waitFor();
  await inspectLooks(page, "changes-empty");
});

test("the timeline names files and products, and its filter is part of the URL", async () => {
  await importText(fileOf(10), "spring.csv");
  await importText(fileOf(12), "summer.csv");
  await patch("LAMP-0003", { name: "Lamp, brass" });
  const list = page.getByRole("main");
  await list.getByRole("link", { name: "LAMP-0003 updated" }).waitFor();
  await list.getByRole("link", { name: "Import of spring.csv" }).waitFor();
  await list.getByText(`${PRODUCTS} created`).waitFor();
  await list
    .getByText(/^Local user, /)
    .first()
    .waitFor();
  await inspectLooks(page, "changes-list");
  await page.getByLabel("Made by").fill("Another user");
  await list.getByRole("link", { name: "Import of spring.csv" }).waitFor({ state: "detached" });
  await page.getByLabel("Made by").fill("local user");
  await list.getByRole("link", { name: "Import of spring.csv" }).waitFor();
  await page.waitForURL(/actor=local/);
  await page.getByLabel("Type of change").click();
  await page.getByRole("option", { name: "Single edit" }).click();
  await list.getByRole("link", { name: "Import of spring.csv" }).waitFor({ state: "detached" });
  await page.waitForURL(/kind=edit/);
  await page.reload();
  await list.getByRole("link", { name: "LAMP-0003 updated" }).waitFor();
  expect(await list.getByRole("link", { name: /^Import of/ }).count()).toBe(0);
});

test("the page of a change lists every product before and after the change, and finds a product by its SKU", async () => {
  await visit(page, "/changes");
  await page.getByRole("link", { name: "Import of summer.csv" }).click();
  await page.getByRole("heading", { name: "Import of summer.csv" }).waitFor();
  const rows = page.getByRole("listitem");
  await rows.filter({ hasText: "LAMP-0000" }).waitFor();
  const first = rows.filter({ hasText: "LAMP-0000" });
  expect(await first.getByRole("deletion").innerText()).toBe("10.00");
  expect(await first.getByRole("insertion").innerText()).toBe("12.00");
  await inspectLooks(page, "changes-one");
  const shown = await page.getByText(/^LAMP-\d{4}$/).count();
  await page.getByRole("button", { name: "Load more" }).click();
  await expect.poll(() => page.getByText(/^LAMP-\d{4}$/).count()).toBeGreaterThan(shown);
  await page.getByPlaceholder("SKU, or beginning of SKUs followed by *").fill("lamp-0077");
  await page.getByText("LAMP-0077").waitFor();
  await page.getByText("LAMP-0000").waitFor({ state: "detached" });
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
});

test("the preview of an undo lists the products to restore and the products that were changed later, and the undo keeps the later changes", async () => {
  await visit(page, "/changes");
  await page.getByRole("button", { name: "Undo: Import of summer.csv" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("LAMP-0003").waitFor();
  await dialog.getByRole("button", { name: `Undo for ${PRODUCTS - 1} products` }).waitFor();
  await inspectLooks(page, "changes-undo", false);
  await dialog.getByRole("button", { name: `Undo for ${PRODUCTS - 1} products` }).click();
  await page.getByRole("link", { name: /^Undo of change \d+$/ }).waitFor();
  await expect.poll(() => priceOf("LAMP-0000")).toBe("10.00");
  expect(await priceOf("LAMP-0003")).toBe("12.00");
});

test("an undo can be undone; no page requested a foreign host or logged an error", async () => {
  await page.getByRole("link", { name: /^Undo of change \d+$/ }).click();
  await page.getByRole("button", { name: "Undo this change" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Undo for \d+ products$/ })
    .click();
  await expect.poll(() => priceOf("LAMP-0000")).toBe("12.00");
  await page.getByRole("link", { name: /^Undone by change \d+$/ }).waitFor();
  await page.getByRole("button", { name: "Undo this change" }).waitFor({ state: "detached" });
  expect(watched.foreign_requests).toEqual([]);
  expect(watched.complaints).toEqual([]);
});
