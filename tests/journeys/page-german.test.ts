// Checks the main sections in German with compact rows: no text is cut off, no controls overlap, and the page has no accessibility fault in
// light mode, in dark mode or on a phone. On a phone, the bar at the bottom that shows running imports is one line high.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { patch_product } from "../../contract/catalog/edit-products.ts";
import { create_webhook, get_webhook } from "../../contract/webhooks/webhooks.ts";
import { importOverHttp } from "../support/import-over-http.ts";
import { holdImport } from "./support/hold-import.ts";
import { startOnePage, visit } from "./support/journey.ts";
import { inspectLooks } from "./support/looks.ts";
import { findMisfits } from "./support/misfits.ts";
import { skuOf, writeFaultyProducts, writeProducts } from "./support/page-files.ts";
import { until } from "../support/until.ts";

const SIZES = [
  { width: 1280, height: 800 },
  { width: 820, height: 1180 },
  { width: 390, height: 844 },
];

const { server, watched, page } = await startOnePage(
  { locale: "de-DE" },
  { SKUPORT_WEBHOOK_ALLOW_CIDRS: "127.0.0.0/8" },
);
await importOverHttp(server.base_url, await writeProducts(server.folder, "herbst-lieferung.csv", 3000));
await importOverHttp(server.base_url, await writeFaultyProducts(server.folder));
const hook = { url: "http://127.0.0.1:9/hook", description: "Warenwirtschaft" };
await call(create_webhook, { body: hook }, { base_url: server.base_url });
await page.addInitScript("localStorage.setItem('skuport-density', 'compact')");
await page.goto("/settings");

test.each([
  ["products", "/products", "SKU-0000003"],
  ["imports", "/imports", "Alle Importe"],
  ["import", "/imports/2", "Abgelehnte Zeilen"],
  ["profiles", "/profiles", "Mitgelieferte Profile"],
  ["profile", "/profiles/Akeneo", "Welche Dateien dieses Profil verwenden"],
  ["changes", "/changes", "Import von with-faults.csv"],
  ["change", "/changes/2", "SKU-9000003"],
  ["webhooks", "/webhooks", "Warenwirtschaft"],
  ["settings", "/settings", "Sprache"],
])("%s", async (name, path, text) => {
  await visit(page, path);
  await page.getByText(text).first().waitFor();
  expect(await page.evaluate("document.documentElement.lang")).toBe("de");
  expect(await page.evaluate("document.documentElement.dataset.density")).toBe("compact");
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.getByText(text).first().waitFor({ state: "attached" });
    expect(await findMisfits(page), `${path} at ${String(size.width)}`).toEqual([]);
  }
  await inspectLooks(page, `german-${name}`, name !== "products");
});

test("a paused webhook shows the reason in German", async () => {
  const edit = (i: number): Promise<unknown> =>
    call(
      patch_product,
      { params: { sku: `SKU-000000${i}` }, body: { name: `Lampe ${i}` } },
      { base_url: server.base_url },
    );
  await Promise.all(Array.from({ length: 10 }, (_, i) => edit(i)));
  const webhook = { params: { id: 1 } };
  await until(async () => (await call(get_webhook, webhook, { base_url: server.base_url })).status === "paused");
  await visit(page, "/webhooks/1");
  await page.getByText("Letzter Fehler: Die Verbindung wurde abgelehnt", { exact: true }).waitFor();
  await page.getByText("noch keine", { exact: true }).waitFor();
  await inspectLooks(page, "german-webhook");
});

test("texts that do not fit are detected", async () => {
  await page.evaluate(`document.body.innerHTML =
    '<p style="width: 3rem; overflow: hidden; white-space: nowrap">Abgeschnittene Wörter</p>' +
    '<p title="whole" style="width: 3rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap">Verkürzte Wörter</p>' +
    '<div style="position: relative"><button>Eins</button><button style="position: absolute; left: 0">Zwei</button></div>'`);
  expect(await findMisfits(page)).toEqual(["cut off: Abgeschnittene Wörter", "overlap: Eins / Zwei"]);
});

test("on a phone the dock is one line, and a tap opens the list", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/settings");
  const path = join(server.folder, "sehr-langer-name-einer-lieferantendatei-vom-herbst.csv");
  await copyFile(await writeProducts(server.folder, "another.csv", 5_000), path);
  const release = await holdImport(server, skuOf(4_999));
  const imported = importOverHttp(server.base_url, path);
  const dock = page.getByTestId("dock");
  await dock.waitFor();
  expect((await dock.boundingBox())?.height).toBeLessThanOrEqual(44);
  await release();
  await imported;
  const line = dock.getByRole("button", { name: "2.000 angelegt" });
  await line.waitFor();
  expect((await dock.boundingBox())?.height).toBeLessThanOrEqual(44);
  await inspectLooks(page, "german-dock", false);
  await page.setViewportSize({ width: 390, height: 844 });
  await line.click();
  await dock
    .getByRole("listitem")
    .getByRole("link", { name: /^sehr-langer/ })
    .click();
  await page.waitForURL(/\/imports\/3$/);
  expect(watched.complaints).toEqual([]);
  expect(watched.foreign_requests).toEqual([]);
});
