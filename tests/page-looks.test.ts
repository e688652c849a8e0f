// Every view in the light, in the dark and on a phone: no accessibility fault (axe, WCAG 2.2 AA), nothing wider than the
// screen. The pictures in tests/screenshots/ are for looking at.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser, openPage, type WatchedPage } from "./browser.ts";
import { writeFaultyProducts, writeProducts, writeWithoutSku } from "./page-files.ts";
import { startPageServer, type PageServer } from "./page-server.ts";

const SCREENSHOTS = join(import.meta.dirname, "screenshots");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const LOOKS = [
  { look: "light", colorScheme: "light", viewport: DESK },
  { look: "dark", colorScheme: "dark", viewport: DESK },
  { look: "phone", colorScheme: "light", viewport: PHONE },
] as const;

let server: PageServer;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  await rm(SCREENSHOTS, { recursive: true, force: true });
  await mkdir(SCREENSHOTS, { recursive: true });
  [server, browser] = await Promise.all([startPageServer(), launchBrowser()]);
  watched = await openPage(browser, server.base_url, { viewport: DESK, reducedMotion: "reduce" });
  page = watched.page;
});
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** The view as it stands, in every look. A dialog is shown as on the screen, all else in its full height. */
async function inspect(view: string, fullPage = true): Promise<void> {
  for (const { look, colorScheme, viewport } of LOOKS) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.locator(colorScheme === "dark" ? "html.dark" : "html.light").waitFor();
    await page.evaluate("scrollTo(0, 0)");
    await page.screenshot({ path: join(SCREENSHOTS, `${view}-${look}.png`), fullPage });
    expect(
      await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
      `${view}, ${look}: too wide`,
    ).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
    const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    expect(faults, `${view}, ${look}`).toEqual([]);
  }
}

async function importFile(path: string): Promise<void> {
  await page.goto("/imports");
  await page.getByTestId("file").setInputFiles(path);
  await page.waitForURL(/\/imports\/\d+$/);
}

test("the empty room and its options", async () => {
  await page.goto("/");
  await page.getByRole("heading", { name: "No imports yet" }).waitFor();
  await inspect("empty");
  await page.getByRole("button", { name: "File format" }).click();
  await page.getByText("Lines before the table").waitFor();
  await inspect("options");
});

test("a running import and the question whether to cancel it", async () => {
  await importFile(await writeProducts(server.folder, "whole-range.csv", 1_200_000));
  await page.getByTestId("sum").waitFor();
  await inspect("progress");
  await page.getByRole("button", { name: "Cancel import" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await inspect("cancel", false);
  await dialog.getByRole("button", { name: "Cancel import" }).click();
  await page.getByText("This import was cancelled").waitFor();
  await inspect("cancelled");
});

test("finished imports: all well, with rejects, and failed", async () => {
  await importFile(await writeProducts(server.folder, "supplier-autumn.csv", 20_000));
  await page.getByTestId("state").getByText("Done").waitFor();
  await inspect("done");
  await importFile(await writeFaultyProducts(server.folder));
  await page.getByTestId("rejects").getByRole("button", { name: "Line 31 as it stands" }).click();
  await inspect("rejects");
  await importFile(await writeWithoutSku(server.folder));
  await page.getByTestId("failure").waitFor();
  await inspect("failed");
});

test("the list, and a file on its way", async () => {
  await page.goto("/imports");
  await page.getByRole("link", { name: "prices.csv" }).waitFor();
  await inspect("list");
  const network = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
  await network.send("Network.emulateNetworkConditions", slow);
  await page.getByTestId("file").setInputFiles(await writeProducts(server.folder, "on-its-way.csv", 200_000));
  await page.locator("tr", { hasText: "on-its-way.csv" }).getByText("Receiving").waitFor();
  await inspect("uploading", false);
  await page.getByRole("button", { name: "Stop the upload of on-its-way.csv" }).click();
  await page.getByTestId("uploads").waitFor({ state: "detached" });
  await page.locator("tr", { hasText: "on-its-way.csv" }).getByText("Failed").waitFor();
  await network.detach();
  expect(watched.complaints).toEqual([]);
});

test("files over the page, pages that do not exist, and a server that does not answer", async () => {
  await page.evaluate(`{
    const files = new DataTransfer();
    files.items.add(new File([], "a.csv"));
    document.body.dispatchEvent(new DragEvent("dragenter", { bubbles: true, dataTransfer: files }));
  }`);
  await page.getByText("Drop to import").waitFor();
  await inspect("drop", false);
  await page.goto("/imports/999999");
  await page.getByText("There is no such import").waitFor();
  await inspect("missing");
  await page.goto("/nowhere");
  await page.getByText("There is nothing here").waitFor();
  await inspect("nowhere");
  await page.goto("/imports");
  await page.getByRole("link", { name: "prices.csv" }).waitFor();
  await server.stop();
  await page.getByTestId("file").setInputFiles(await writeWithoutSku(server.folder));
  await page.getByText("The server does not answer.").waitFor();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await inspect("disconnected", false);
  expect(watched.foreign_requests).toEqual([]);
});
