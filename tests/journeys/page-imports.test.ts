// End-to-end tests of the import pages, with a real server and a real browser.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { list_imports, type ListedImport } from "../../contract/imports/imports.ts";
import { openPage, openTab } from "./support/browser.ts";
import { holdImport, untilHeld } from "./support/hold-import.ts";
import { pagesOf, startJourney } from "./support/journey.ts";
import { skuOf, writeFaultyProducts, writeProducts, writeWithoutSku } from "./support/page-files.ts";

/** Number of rows of a file that is loaded in several chunks. */
const MANY = 40_000;

const journey = await startJourney();
const { server } = journey;
const { open, add } = pagesOf(journey);
const small = await writeProducts(server.folder, "supplier-autumn.csv", 2_000);
const large = await writeProducts(server.folder, "whole-range.csv", MANY);

async function choose(page: Page, path: string): Promise<void> {
  await page.getByTestId("file").setInputFiles(path);
}

/** Drops a file on the page, as if a user had dragged it from a file manager. */
async function drop(page: Page, path: string): Promise<void> {
  const script = `({ text, name }) => {
    const files = new DataTransfer();
    files.items.add(new File([text], name, { type: "text/csv" }));
    for (const type of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: files }));
    }
  }`;
  await page.evaluate(`(${script})(${JSON.stringify({ text: await readFile(path, "utf8"), name: basename(path) })})`);
}

const untilState = (page: Page, state: string): Promise<void> =>
  page.locator("h1 + p").getByTestId("state").getByText(state, { exact: true }).waitFor();

/** Reads the counts in the result panel, by name. */
async function readSum(page: Page): Promise<Record<string, number>> {
  const parts = await page.getByTestId("sum").locator("[data-part]").all();
  const entries = parts.map(async (part): Promise<[string, number]> => {
    const text = await part.locator("dd").first().innerText();
    return [(await part.getAttribute("data-part")) ?? "", Number(text.replace(/\D/g, ""))];
  });
  return Object.fromEntries(await Promise.all(entries));
}

test("while the catalogue is empty, the page explains imports; a chosen file is imported and its counts add up", async () => {
  const page = await open("/imports");
  await page.getByRole("heading", { name: "No imports yet" }).waitFor();
  await choose(page, small);
  await page.getByRole("heading", { name: "supplier-autumn.csv" }).waitFor();
  await untilState(page, "Done");
  expect(await readSum(page)).toEqual({
    created: 2_000,
    updated: 0,
    unchanged: 0,
    superseded: 0,
    rejected: 0,
    ignored: 0,
    rows: 2_000,
  });
  await page.getByText("2,001 lines, 2,000 records").waitFor();
  await expect.poll(() => page.title()).toBe("supplier-autumn.csv – Skuport");
});

test("the same file dropped on the page again changes nothing", async () => {
  const page = await open("/imports");
  await page.getByRole("link", { name: "supplier-autumn.csv" }).waitFor();
  await drop(page, small);
  await page.getByRole("heading", { name: "supplier-autumn.csv" }).waitFor();
  await untilState(page, "Done");
  await page.getByTestId("same-file").getByText("This is the same file as import").waitFor();
  expect(await readSum(page)).toMatchObject({ created: 0, updated: 0, unchanged: 2_000, rows: 2_000 });
});

test("rejected rows are shown with their reasons and can be downloaded", async () => {
  const page = await open("/imports");
  await choose(page, await writeFaultyProducts(server.folder));
  const panel = page.getByTestId("rejects");
  await panel.getByText("6 rows not imported").waitFor();
  const sum = await readSum(page);
  expect(sum).toMatchObject({ created: 193, superseded: 1, rejected: 6, rows: 200 });
  await panel.getByRole("button", { name: "Show line 31 as in the file" }).click();
  await panel.locator("mark", { hasText: "perhaps" }).waitFor();

  await panel.getByRole("button", { name: "The SKU is empty 1" }).click();
  await panel.getByText("perhaps").first().waitFor({ state: "detached" });
  expect(await panel.getByRole("button", { name: /^Show line/ }).count()).toBe(1);

  const downloading = page.waitForEvent("download");
  await panel.getByTestId("download-rejects").click();
  const csv = await readFile(await (await downloading).path(), "utf8");
  expect(csv.trimEnd().split("\n")).toHaveLength(7);
  expect(csv).toContain("SKU-MAYBE-29,Undecided,An unclear state,perhaps,1,red");
});

test("rejected rows are fixed on the page, and only the fixed rows are imported", async () => {
  const page = await open("/imports");
  await choose(page, await writeFaultyProducts(server.folder));
  const panel = page.getByTestId("rejects");
  await panel.getByText("6 rows not imported").waitFor();
  await panel.getByRole("button", { name: "Fix rows here" }).click();
  await panel.getByRole("textbox", { name: "active, line 31" }).fill("yes");
  await panel.getByRole("textbox", { name: "sku, line 11" }).fill("SKU-FOUND");
  await panel.getByRole("textbox", { name: "active, line 41" }).fill("no");
  await panel.getByRole("button", { name: "Reset line 41" }).click(); // undo the edit
  await panel.getByText("2 rows changed").waitFor();
  await panel.getByRole("button", { name: "Import 2 corrected rows" }).click();
  await page.getByRole("heading", { name: "corrected rows of with-faults.csv" }).waitFor();
  await untilState(page, "Done");
  expect(await readSum(page)).toMatchObject({ created: 2, rejected: 0, rows: 2 });
  const found = await fetch(`${server.base_url}/api/products/SKU-FOUND`);
  expect(await found.json()).toMatchObject({ name: "Unknown product", attributes: { price: "1", colour: "red" } });
});

test("a pasted table is imported", async () => {
  const page = await open("/imports");
  await page.evaluate(`{
    const data = new DataTransfer();
    data.setData("text/plain", "sku\\tname\\tprice\\nPASTE-1\\tLamp, small\\t9.90\\nPASTE-2\\tTable\\t99\\n");
    document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }));
  }`);
  const dialog = page.getByRole("dialog", { name: "Paste a table" });
  await dialog.getByText("3 columns · 2 rows").waitFor();
  await dialog.getByRole("button", { name: "Import 2 rows" }).click();
  await page.getByRole("heading", { name: "Pasted table.csv" }).waitFor();
  await untilState(page, "Done");
  expect(await readSum(page)).toMatchObject({ created: 2, rows: 2 });
});

test("several files are uploaded one after the other and all imported", async () => {
  const page = await open("/imports");
  const names = ["first.csv", "second.csv", "third.csv"];
  const paths = await Promise.all(names.map((name, i) => writeProducts(server.folder, name, 10 + i)));
  await page.getByTestId("file").setInputFiles(paths);
  for (const name of names) {
    await page.locator("tr", { hasText: name }).first().getByText("Done").waitFor();
  }
});

test("a file without a SKU column is not imported, and the question offers the columns that could contain SKUs", async () => {
  const page = await open("/imports");
  await choose(page, await writeWithoutSku(server.folder));
  await untilState(page, "Waiting for an answer");
  const question = page.getByTestId("question");
  await question.getByText("The file has no SKU column", { exact: true }).waitFor();
  expect(await question.innerText()).toMatch(/Which one is correct\?.*title/s);
});

test("options apply to the upload: with “only create”, rows of existing products are rejected, and nothing is imported", async () => {
  const page = await open("/imports");
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("combobox", { name: "What to import" }).click();
  await page.getByRole("option", { name: "Only create new products" }).click();
  await choose(page, small);
  await untilState(page, "Nothing imported");
  await page.getByTestId("failure").getByText("None of the rows was applied: 2,000 rejected.").waitFor();
  expect(await readSum(page)).toMatchObject({ created: 0, rejected: 2_000, rows: 2_000 });
  await page.getByText("Only create new products").waitFor();
});

test("a file can be imported, and its result found, with the keyboard alone", async () => {
  const page = await open("/imports");
  const choosing = page.waitForEvent("filechooser");
  await pressUntilFocused(page, "Tab", "Choose files");
  await page.keyboard.press("Enter");
  await (await choosing).setFiles(small);
  await untilState(page, "Done");
  await pressUntilFocused(page, "Shift+Tab", "Imports");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "All imports" }).waitFor();
  await pressUntilFocused(page, "Tab", "supplier-autumn.csv");
});

async function pressUntilFocused(page: Page, key: string, text: string): Promise<void> {
  await page.getByText(text, { exact: true }).first().waitFor();
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press(key);
    if ((await page.evaluate<string>("document.activeElement.textContent")).trim() === text) return;
  }
  throw new Error(`${key} never reaches "${text}"`);
}

test("progress is live in two tabs and after a reload, and never decreases", async () => {
  const releaseFirst = await holdImport(server, skuOf(20_000));
  const releaseSecond = await holdImport(server, skuOf(MANY - 1));
  const page = await open("/imports");
  await choose(page, large);
  await page.getByTestId("progress").waitFor();
  const beside = await openTab(page, server.base_url);
  add(beside);
  await beside.page.goto(page.url());
  await beside.page.getByTestId("progress").waitFor();
  await expect.poll(() => beside.page.title()).toMatch(/^\d+% · whole-range.csv – Skuport$/);

  await page.reload();
  const seen = await watchPercent(page);
  await releaseFirst();
  await expect.poll(seen).not.toHaveLength(1);
  await releaseSecond();
  await Promise.all([untilState(page, "Done"), untilState(beside.page, "Done")]);
  const percents = await seen();
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  const sum = await readSum(page);
  expect(sum).toMatchObject({ rows: MANY, created: MANY - 2_000, unchanged: 2_000 });
  expect(await readSum(beside.page)).toEqual(sum);
});

/** Starts recording the percentages that the progress bar shows. The returned function returns those recorded so far. */
async function watchPercent(page: Page): Promise<() => Promise<number[]>> {
  await page.getByRole("main").getByRole("progressbar").waitFor();
  await page.evaluate(`{
    window.seen = [];
    const note = () => {
      const bar = document.querySelector('main [role=progressbar]');
      if (bar) window.seen.push(Number(bar.getAttribute('aria-valuenow')));
    };
    note();
    new MutationObserver(note).observe(document.querySelector('main'), { subtree: true, attributes: true, attributeFilter: ['aria-valuenow'] });
  }`);
  return () => page.evaluate<number[]>("window.seen");
}

test("a tab on another page shows that an import is running and that it has ended", async () => {
  const release = await holdImport(server, skuOf(MANY + 999));
  const page = await open("/settings");
  const beside = await openTab(page, server.base_url);
  add(beside);
  await beside.page.goto("/imports");
  await choose(beside.page, await writeProducts(server.folder, "wider-range.csv", MANY + 1_000));
  const dock = page.getByTestId("dock");
  await dock.getByRole("progressbar", { name: "wider-range.csv" }).waitFor();
  await expect.poll(() => page.title()).toMatch(/^\d+% · Settings – Skuport$/);
  await release();
  await dock.getByRole("link", { name: "wider-range.csv" }).waitFor();
  await dock.locator("[data-tone=done]").waitFor();
  await expect.poll(() => page.title()).toBe("Settings – Skuport");
  await expect.poll(() => page.getByTestId("announcement").innerText()).toContain("wider-range.csv");
});

async function newestImport(): Promise<ListedImport> {
  const { items } = await call(list_imports, { querystring: { limit: 1 } }, { base_url: server.base_url });
  return items[0] as ListedImport;
}

test("cancelling an import asks for confirmation; committed products are kept and counted", async () => {
  const release = await holdImport(server, skuOf(2 * MANY - 1));
  const page = await open("/imports");
  await choose(page, await writeProducts(server.folder, "new-range.csv", 2 * MANY));
  await page.getByTestId("progress").waitFor();
  await untilHeld(server);
  expect((await newestImport()).created).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Cancel import" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel this import?" });
  await dialog.getByText("Changes made so far are kept").waitFor();
  await dialog.getByRole("button", { name: "Cancel import" }).click();
  await page.getByRole("button", { name: "Cancelling" }).waitFor();
  await release();
  await untilState(page, "Cancelled");
  await page.getByText("This import was cancelled").waitFor();
  const { created, unchanged } = await newestImport();
  expect(await readSum(page)).toMatchObject({ created, unchanged });
});

test("the page reports when the server becomes unreachable and when it is reachable again", async () => {
  const watched = await openPage(journey.browser, server.base_url, { reducedMotion: "reduce" });
  const { page } = watched;
  await page.goto("/imports");
  await page.getByRole("link", { name: "supplier-autumn.csv" }).first().waitFor();
  await server.stop();
  await choose(page, small);
  await page.getByText("The server is not responding.").waitFor();
  await server.start();
  await page.getByText("The server is not responding.").waitFor({ state: "detached" });
  await untilState(page, "Done"); // the page has sent the waiting upload automatically
  expect(watched.foreign_requests).toEqual([]); // do not check console messages: the browser logs refused connections
  await watched.close();
});
