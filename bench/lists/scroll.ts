// Measures the page's grid in a real browser: the time per frame while the mouse wheel scrolls, and the time until rows appear after
// the scrollbar was dragged far away.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { isCatalogueEmpty } from "../../src/catalog/store.ts";
import { connectClient } from "../../src/db/connection/connect.ts";
import { launchBrowser, openPage } from "../../tests/journeys/support/browser.ts";
import { settle } from "../catalogue.ts";
import { fillCatalogue } from "./catalogue-data.ts";
import { caughtUp } from "./kept-catalogue.ts";
import { startServer } from "../server.ts";

const FRAMES = 600;
/** A fast mouse wheel, in pixels per frame. */
const WHEEL_PX = 180;
const DRAGS = 40;

/** Returns a table for RESULTS.md. Uses the page of the last `npm run build`.
 * @param kept folder where a catalogue is kept for later runs. If that catalogue is empty, products are created. */
export async function measureScroll(rows: number, kept?: string): Promise<string> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "skuport-scroll-")));
  const server = await startServer(join(folder, "data"));
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  const browser = await launchBrowser();
  try {
    if (await isCatalogueEmpty(db)) {
      await fillCatalogue(db, rows);
      await db.query("vacuum analyze products");
    }
    await caughtUp(db);
    await settle(db);
    const { page } = await openPage(browser, server.url, { viewport: { width: 1280, height: 800 } });
    const positions = page.waitForResponse((response) => response.url().includes("/api/products/positions"));
    await page.goto("/products");
    await page.locator('tr[data-index="0"] a').waitFor();
    await positions;
    const lines: string[] = [];
    for (const [where, share] of [
      ["from the first row", 0],
      ["from the middle", 0.5],
    ] as const) {
      await dragTo(page, share);
      const frames = await wheel(page);
      lines.push(`| wheel of ${String(WHEEL_PX)} px per frame, ${where} | ${medianAndTail(frames)} |`);
    }
    const waits: number[] = [];
    for (let n = 0; n < DRAGS; n++) waits.push(await dragTo(page, ((n * 0.37) % 0.98) + 0.01));
    lines.push(`| scrollbar dragged far away, until its rows are visible | ${medianAndTail(waits)} |`);
    return `| ${rows.toLocaleString("en")} products | median | p95 |\n| --- | --- | --- |\n${lines.join("\n")}\n`;
  } finally {
    await browser.close();
    await db.end();
    await server.stop();
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Scrolls and returns the milliseconds of each frame. The script is a string, because it runs in the browser. */
const wheel = (page: Page): Promise<number[]> =>
  page.evaluate(`(async () => {
    const grid = document.querySelector("[data-testid=grid]");
    const frames = [];
    let last = performance.now();
    for (let i = 0; i < ${String(FRAMES)}; i++) {
      grid.scrollTop += i < ${String((FRAMES * 2) / 3)} ? ${String(WHEEL_PX)} : -${String(WHEEL_PX)};
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - last);
      last = now;
    }
    return frames;
  })()`);

/** Scrolls the grid to `share` of its height. Returns the milliseconds until rows, not placeholders, are visible there. */
const dragTo = (page: Page, share: number): Promise<number> =>
  page.evaluate(`(async () => {
    const grid = document.querySelector("[data-testid=grid]");
    const started = performance.now();
    const before = grid.scrollTop;
    grid.scrollTop = ${String(share)} * grid.scrollHeight;
    const first = () => grid.querySelector("tbody tr");
    const index = first().dataset.index;
    for (;;) {
      await new Promise(requestAnimationFrame);
      const has_moved = grid.scrollTop === before || first().dataset.index !== index;
      if (has_moved && grid.querySelector("tbody tr[aria-busy]") === null) return performance.now() - started;
    }
  })()`);

function medianAndTail(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1)} ms`;
  return `${at(0.5)} | ${at(0.95)}`;
}
