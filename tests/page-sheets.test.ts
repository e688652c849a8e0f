// Workbooks on the page: which sheets were taken, and another one with a click.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser, openPage, type WatchedPage } from "./browser.ts";
import { inspectLooks } from "./looks.ts";
import { makeWorkbook, textRow } from "./make-workbook.ts";
import { startPageServer, type PageServer } from "./page-server.ts";

let server: PageServer;
let browser: Browser;
let watched: WatchedPage;
let page: Page;
let file: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([startPageServer(), launchBrowser()]);
  watched = await openPage(browser, server.base_url, { reducedMotion: "reduce" });
  page = watched.page;
  file = join(server.folder, "seasons.xlsx");
  const sheets = {
    Notes: textRow(1, "About", "this file"),
    Spring: textRow(1, "sku", "name") + textRow(2, "S-1", "Tulip") + textRow(3, "S-2", "Daffodil"),
    "Autumn and winter": textRow(1, "sku", "name", "colour") + textRow(2, "A-1", "Aster", "blue"),
  };
  await writeFile(file, await makeWorkbook({ sheets }));
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

const untilDone = (): Promise<void> =>
  page.locator("h1 + p").getByTestId("state").getByText("Done", { exact: true }).waitFor();

test("the sheets of a workbook are shown; another one is imported with one click", async () => {
  await page.goto("/imports");
  await page.getByTestId("file").setInputFiles(file);
  await untilDone();
  const sheets = page.getByTestId("sheets");
  await sheets.getByRole("listitem").filter({ hasText: "Spring" }).getByText("imported").waitFor();
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

test("after a reload the file is chosen again for that", async () => {
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
