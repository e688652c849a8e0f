// End-to-end tests of large uploads over unreliable connections: interruptions, a reload of the page, and a server restart.
import { createHash } from "node:crypto";
import { copyFile, mkdir, open, readFile, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { list_imports, type ListedImport } from "../../contract/imports/imports.ts";
import { openPage, type WatchedPage } from "./support/browser.ts";
import { startJourney } from "./support/journey.ts";
import { inspectLooks } from "./support/looks.ts";
import { signInBrowser } from "./support/sign-in.ts";
import { writeProducts } from "./support/page-files.ts";
import { startProxy, type Link } from "../support/network/proxy.ts";
import { until } from "../support/until.ts";

const ROWS = 5_000;
/** With this description, the file has 9 MB. The page uploads files of 8 MB or more in parts. */
const DESCRIPTION = "Made for the catalogue. ".repeat(75).trim();
/** The proxy holds an upload after this many bytes, so that a test can act during the upload, however slow the machine is. */
const HELD_BYTES = 3_000_000;

const { server, browser } = await startJourney();
const { hostname, port } = new URL(server.base_url);
const proxy = await startProxy({ host: hostname, port: Number(port), user: "", database: "" });
const proxyUrl = `http://127.0.0.1:${String(proxy.port)}`;
const file = await writeProducts(server.folder, "whole-range.csv", ROWS, DESCRIPTION);
const sha256 = createHash("sha256")
  .update(await readFile(file))
  .digest("hex");
let watched: WatchedPage | undefined;
afterEach(async () => {
  expect(watched?.foreign_requests).toEqual([]); // do not check console messages: the browser logs lost connections
  await watched?.close();
  proxy.cut();
  await proxy.admit();
});
afterAll(() => proxy.close());

interface ProxiedPage {
  page: Page;
  /** `Upload-Offset` headers of all PATCH requests so far. */
  offsets: number[];
}

/** Opens the page through the proxy. Cookies do not depend on the port, so the page is signed in. */
async function openThroughProxy(): Promise<ProxiedPage> {
  proxy.holdAfter(HELD_BYTES);
  watched = await openPage(browser, proxyUrl, { user: null, reducedMotion: "reduce" });
  const { page } = watched;
  await signInBrowser(page.context(), server.base_url);
  const offsets: number[] = [];
  page.on("request", (request) => {
    if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"]));
  });
  page.on("dialog", (dialog) => void dialog.accept()); // accept the question whether to leave the page
  await page.goto("/imports");
  return { page, offsets };
}

const heldLinks = (): Link[] => proxy.links().filter(({ mode }) => mode === "hold");

/** Cuts the held connections. Until then, the server does not learn that the browser has closed them. */
function cutHeld(): void {
  for (const link of heldLinks()) link.cut();
}

/** Lets uploads pass from now on, and cuts those that are held. */
function release(): void {
  proxy.holdAfter(Infinity);
  cutHeld();
}

async function newest(): Promise<ListedImport | undefined> {
  const { items } = await call(list_imports, { querystring: { limit: 1 } }, { base_url: server.base_url });
  return items[0];
}

/** Starts the upload, and waits until the proxy holds it and the server has received part of the file. */
async function beginUpload(page: Page): Promise<ListedImport> {
  await page.getByTestId("file").setInputFiles(file);
  await page.getByTestId("dock").getByRole("progressbar", { name: "Upload of whole-range.csv" }).waitFor();
  await until(() => heldLinks().length > 0);
  return until(async () => {
    const import_ = await newest();
    return import_?.state === "receiving" && import_.received > 2_000_000 && import_;
  });
}

async function untilDone(page: Page): Promise<ListedImport> {
  await page.locator("h1 + p").getByTestId("state").getByText("Done", { exact: true }).waitFor();
  const import_ = await newest();
  expect(import_).toMatchObject({ rows: ROWS, sha256 });
  return import_ as ListedImport;
}

test("if the connection is lost, the upload waits and then continues automatically", async () => {
  const { page, offsets } = await openThroughProxy();
  const { id } = await beginUpload(page);
  await proxy.refuse();
  proxy.cut();
  await page.getByTestId("dock").getByText("Waiting for the connection").waitFor();
  await until(async () => (await newest())?.state === "paused");
  release();
  await proxy.admit();
  expect(await untilDone(page)).toMatchObject({ id, created: ROWS });
  expect(offsets[0]).toBe(0);
  expect(offsets.at(-1)).toBeGreaterThan(2_000_000);
});

test("the first rows are shown during the upload, and are updated when options change", async () => {
  const { page } = await openThroughProxy();
  await page.getByTestId("file").setInputFiles(file);
  const preview = page.getByTestId("preview");
  await preview.getByRole("columnheader", { name: "sku SKU" }).waitFor();
  await preview.getByRole("cell", { name: "SKU-0000003" }).waitFor();
  await preview.getByText("whole-range.csv · Comma · UTF-8 · 6 columns").waitFor();
  await inspectLooks(page, "imports-preview");
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("combobox", { name: "Delimiter" }).click();
  await page.getByRole("option", { name: "Semicolon" }).click();
  await preview.getByRole("heading", { name: "The file has no SKU column" }).waitFor();
  await inspectLooks(page, "imports-preview-fault");
  await page.getByRole("combobox", { name: "Delimiter" }).click();
  await page.getByRole("option", { name: "Comma" }).click();
  await page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 3)"); // scroll: the bar at the bottom covers the button
  await preview.getByRole("button", { name: "Upload again with these options" }).click();
  release();
  expect((await untilDone(page)).options).toMatchObject({ delimiter: "," });
  await preview.getByRole("cell", { name: "SKU-0000003" }).waitFor();
});

test("after a server restart the upload continues", async () => {
  const { page, offsets } = await openThroughProxy();
  const { id } = await beginUpload(page);
  await server.stop();
  cutHeld();
  await page.getByTestId("dock").getByText("Waiting for the connection").waitFor();
  await server.start();
  release();
  expect(await untilDone(page)).toMatchObject({ id, unchanged: ROWS });
  expect(offsets.at(-1)).toBeGreaterThan(2_000_000);
});

test("after a reload, the page offers to resume the upload, and accepts only the same file", async () => {
  const { page, offsets } = await openThroughProxy();
  const { id } = await beginUpload(page);
  await page.reload();
  cutHeld();
  const panel = page.getByTestId("unfinished");
  const resume = panel.getByRole("button", { name: /^Resume whole-range\.csv \([\d.]+ of [\d.]+ MB\)$/ });
  await resume.waitFor();
  expect(await page.getByTestId("dock").count()).toBe(0);
  await page.locator("tr", { hasText: "whole-range.csv" }).getByText("Paused").waitFor();
  await inspectLooks(page, "imports-unfinished");
  await panel.getByRole("link").click();
  await page.getByTestId("paused").getByText("No rows have been imported yet.").waitFor();
  await inspectLooks(page, "imports-paused");

  const paused = page.getByTestId("paused").getByRole("button", { name: /^Resume/ });
  await chooseBy(page, () => paused.click(), await impostorOf(file));
  await page.getByText("This is a different file from whole-range.csv").first().waitFor();
  release();
  await chooseBy(page, () => paused.click(), file);
  expect(await untilDone(page)).toMatchObject({ id, unchanged: ROWS });
  expect(offsets.at(-1)).toBeGreaterThan(2_000_000);
  await page.goto("/imports");
  await page.getByRole("link", { name: "whole-range.csv" }).first().waitFor();
  expect(await panel.count()).toBe(0);
});

async function chooseBy(page: Page, click: () => Promise<void>, path: string): Promise<void> {
  const choosing = page.waitForEvent("filechooser");
  await click();
  await (await choosing).setFiles(path);
}

/** Creates a file that has the name, size and modification time of the file at `path`, but different bytes at the end. */
async function impostorOf(path: string): Promise<string> {
  const folder = join(server.folder, "other");
  await mkdir(folder);
  const other = join(folder, basename(path));
  await copyFile(path, other);
  const { size, atime, mtime } = await stat(path);
  const handle = await open(other, "r+");
  await handle.write("X", size - 2);
  await handle.close();
  await utimes(other, atime, mtime);
  return other;
}

test("choosing the same file resumes the upload; a discarded upload starts from the beginning", async () => {
  const { page, offsets } = await openThroughProxy();
  const { id } = await beginUpload(page);
  await page.reload();
  cutHeld();
  const panel = page.getByTestId("unfinished");
  await panel.waitFor();
  await page.getByTestId("file").setInputFiles(file);
  await until(() => offsets.length > 1 && heldLinks().length > 0);
  expect(offsets.at(-1)).toBeGreaterThan(2_000_000);
  await page.reload();
  cutHeld();
  await panel.getByRole("button", { name: "Discard the upload of whole-range.csv" }).click();
  await panel.waitFor({ state: "detached" });
  await page.locator("tr", { hasText: "whole-range.csv" }).first().getByText("Cancelled").waitFor();
  release();
  await page.getByTestId("file").setInputFiles(file);
  expect((await untilDone(page)).id).toBeGreaterThan(id);
  expect(offsets.at(-1)).toBe(0);
});

test("a second tab does not send an upload of the first tab, and explains why", async () => {
  const { page, offsets } = await openThroughProxy();
  const { id } = await beginUpload(page);
  // Only the first tab is offline.
  const network = await page.context().newCDPSession(page);
  await setOffline(network, true);
  cutHeld();
  await page.getByTestId("dock").getByText("Waiting for the connection").waitFor();
  const second = await page.context().newPage();
  const sentBySecond: string[] = [];
  second.on("request", (request) => sentBySecond.push(request.method()));
  await second.goto("/imports");
  await second
    .getByTestId("unfinished")
    .getByRole("button", { name: /^Resume/ })
    .click();
  await second.getByText("Another tab of this browser is already uploading this file.").first().waitFor();
  await second.getByTestId("file").setInputFiles(file);
  await second.getByTestId("dock").getByText("Another tab of this browser is already uploading this file.").waitFor();
  await second.getByRole("button", { name: "Dismiss whole-range.csv" }).click();
  // The button "Dismiss" in the second tab did not discard the first tab's upload.
  await second.getByTestId("unfinished").waitFor();
  expect(sentBySecond.filter((method) => ["PATCH", "DELETE"].includes(method))).toEqual([]);
  release();
  await setOffline(network, false);
  expect(await untilDone(page)).toMatchObject({ id, unchanged: ROWS });
  expect(offsets.at(-1)).toBeGreaterThan(2_000_000);
});

const setOffline = (network: CDPSession, offline: boolean): Promise<unknown> =>
  network.send("Network.emulateNetworkConditions", {
    offline,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });

test("a stopped upload is cancelled and cannot be resumed", async () => {
  const { page } = await openThroughProxy();
  const { id } = await beginUpload(page);
  await page.getByRole("button", { name: "Stop the upload of whole-range.csv" }).click();
  await until(async () => (await newest())?.state === "cancelled");
  expect((await newest())?.id).toBe(id);
  await page.reload();
  await page.locator("tr", { hasText: "whole-range.csv" }).first().getByText("Cancelled").waitFor();
  expect(await page.getByTestId("unfinished").count()).toBe(0);
});
