// End-to-end tests of web/shell, the frame of every page (content security policy, first use, keyboard, command palette, languages and
// connection), and of the size of the first load.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "./support/browser.ts";
import { pagesOf, startJourney } from "./support/journey.ts";

const DIST = join(import.meta.dirname, "../../dist");
const MAX_INITIAL_BYTES = 250_000;

const journey = await startJourney();
const { server } = journey;
const { open, add } = pagesOf(journey);

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  await page.locator(`[aria-label="${name}"], :text-is("${name}")`).first().waitFor();
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate<string>(
      "(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').trim()",
    );
    if (focused === name) return;
  }
  throw new Error(`Tab never reaches "${name}"`);
}

test("no page violates the content security policy", async () => {
  const watched = await openPage(journey.browser, server.base_url, { reducedMotion: "reduce" });
  add(watched);
  const { page } = watched;
  // Violations are recorded even if the page catches the resulting errors.
  await page.addInitScript(`
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => {
      violations.push([event.violatedDirective, event.blockedURI, event.sourceFile].join(" "));
    });`);
  for (const path of ["/", "/imports", "/products", "/changes", "/webhooks", "/docs/"]) {
    await page.goto(path);
    // Wait for a heading: by then, the page has loaded contract/ and compiled its schemas, which could violate the policy.
    await page.locator("h1, h2").first().waitFor();
    expect(await page.evaluate("violations"), path).toEqual([]);
  }
});

test("the first import and its undo work with the keyboard alone", async () => {
  const page = await open("/");
  await page.getByRole("heading", { name: "Start your catalogue with a file" }).waitFor();
  await tabTo(page, "Import a sample catalogue");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sample catalogue.csv" }).waitFor();
  await page.getByTestId("state").getByText("Done").waitFor();
  await page.getByRole("button", { name: "Undo…" }).waitFor();
  await tabTo(page, "Undo…");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Undo this change?" });
  await dialog.getByText("2,396", { exact: true }).waitFor();
  await tabTo(page, "Undo for 2,396 products");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.getByText("Undone", { exact: true }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.getByRole("heading", { name: "All imports" }).waitFor();
  const { total } = (await (await fetch(`${server.base_url}/api/products?limit=1`)).json()) as {
    total: { value: number };
  };
  expect(total.value).toBe(0);
});

test("once the catalogue has products, the start page shows them", async () => {
  await fetch(`${server.base_url}/api/products`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sku: "FIRST-1", name: "First product" }),
  });
  const page = await open("/");
  await page.waitForURL(/\/products/);
});

test("the palette navigates, and ? lists the shortcuts", async () => {
  const page = await open("/imports");
  await page.getByRole("heading", { name: "Imports", exact: true }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Type a command or a SKU…").fill("settings");
  await page.getByRole("option", { name: "Settings" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.getByText("Go to Imports").waitFor();
  await page.keyboard.press("g"); // has no effect: shortcuts do not work while a dialog is open
  await page.keyboard.press("i");
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/settings");
  await page.keyboard.press("Control+k");
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("option", { name: "Keyboard shortcuts" }).waitFor();
  await page.getByRole("option", { name: "Import a file…" }).click();
  await choosing;
});

test("on a phone, the palette opens by touch and omits the keyboard help", async () => {
  const page = await open("/imports", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await page.getByRole("button", { name: "Jump to…" }).tap();
  await page.getByRole("option", { name: "Import a file…" }).waitFor();
  expect(await page.getByRole("option", { name: "Keyboard shortcuts" }).count()).toBe(0);
});

test("the language follows the browser until the user chooses one, and numbers follow the language", async () => {
  const page = await open("/settings", { locale: "de-DE" });
  await page.getByRole("heading", { name: "Einstellungen" }).waitFor();
  expect(await page.evaluate("document.documentElement.lang")).toBe("de");
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
  await page.getByRole("button", { name: "Deutsch" }).click();
  await page.goto("/imports");
  await page.getByRole("cell", { name: "2.396", exact: true }).waitFor();
});

test("theme and density are remembered", async () => {
  const page = await open("/settings");
  await page.getByRole("button", { name: "Dark", exact: true }).click();
  await page.getByRole("button", { name: "Compact" }).click();
  await page.reload();
  await page.locator("html.dark[data-density=compact]").waitFor();
});

test("a lost connection is reported, and changes made during the interruption appear after the reconnect", async () => {
  const watched = await openPage(journey.browser, server.base_url, { reducedMotion: "reduce" });
  const { page } = watched;
  await page.goto("/imports");
  await page.getByRole("link", { name: "Sample catalogue.csv" }).waitFor();
  await page.context().setOffline(true);
  await page.getByText("You are offline.").waitFor();
  await fetch(`${server.base_url}/api/imports?filename=meanwhile.csv`, {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: "sku,name\nMEAN-1,While\n",
  });
  await page.context().setOffline(false);
  await page.getByText("You are offline.").waitFor({ state: "detached" });
  await page.locator("tr", { hasText: "meanwhile.csv" }).getByText("Done").waitFor();
  await watched.close(); // do not check console messages: the browser logs network errors
});

test("the first view needs less than 250 kB of gzipped scripts", async () => {
  const html = await readFile(join(DIST, "index.html"), "utf8");
  const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path = ""]) => path);
  const sizes = await Promise.all(scripts.map(async (path) => gzipSync(await readFile(join(DIST, path))).length));
  expect(scripts.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_INITIAL_BYTES);
});
