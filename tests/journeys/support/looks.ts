// Checks a view of the page in each look: light mode, dark mode and on a phone. The view must have no accessibility fault (axe, WCAG
// 2.2 AA) and must not be wider than the screen. If the environment variable SCREENSHOTS is set, saves a screenshot of each look in
// tests/screenshots/ for review.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { findFaults } from "./axe.ts";

const SCREENSHOTS = join(import.meta.dirname, "../../screenshots");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
// In dark mode, only the contrast is checked, because only the colours change. On a phone, only the contrast is not checked, because
// the colours are those of light mode.
const CONTRAST = "color-contrast";
const NO_CONTRAST = { [CONTRAST]: { enabled: false } };
const LOOKS: readonly Look[] = [
  { look: "light", colorScheme: "light", viewport: DESK, options: { runOnly: WCAG } },
  { look: "dark", colorScheme: "dark", viewport: DESK, options: { runOnly: { type: "rule", values: [CONTRAST] } } },
  { look: "phone", colorScheme: "light", viewport: PHONE, options: { runOnly: WCAG, rules: NO_CONTRAST } },
];

interface Look {
  look: string;
  colorScheme: "light" | "dark";
  viewport: typeof DESK;
  options: RunOptions;
}

/** Selector of the two focus guards that Reka puts around the toasts. They are focusable but hidden from screen readers on purpose. */
const FOCUS_GUARDS = "span[aria-hidden=true][tabindex='0'][style*='position: fixed']";

/** Script: ends every animation that has an end, because until then, parts of a view can be faded. Returns what still loads or moves. It
 * does not wait for animations to end by themselves: an animation only advances with the next frame, and on a busy machine the browser may
 * draw none for a long time. */
const SETTLE = `(() => {
  const ending = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
  for (const animation of ending) animation.finish();
  return [...document.querySelectorAll("[aria-busy=true]"), ...ending.map(({ effect }) => effect.target)]
    .map((element) => element?.outerHTML.slice(0, 300));
})()`;

/**
 * Inspects the current view in light mode, in dark mode and on a phone. Afterwards, the page has its desktop size and light mode.
 * @param fullPage whether screenshots show the full height of the page or, as for dialogs, only the screen
 */
export async function inspectLooks(page: Page, view: string, fullPage = true): Promise<void> {
  for (const { look, colorScheme, viewport, options } of LOOKS) {
    await setLook(page, colorScheme, viewport);
    await page.evaluate("scrollTo(0, 0)");
    // Make the viewport as tall as the page, so that bars at the edges of the screen cover nothing.
    const height = await page.evaluate<number>("document.documentElement.scrollHeight");
    if (fullPage) await page.setViewportSize({ width: viewport.width, height: Math.max(height, viewport.height) });
    if (process.env["SCREENSHOTS"] !== undefined) {
      await mkdir(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `${view}-${look}.png`), fullPage });
    }
    expect(
      await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
      `${view}, ${look}: too wide`,
    ).toBeLessThanOrEqual(0);
    // Not waitForFunction: the content security policy of the page does not let it evaluate a script repeatedly.
    await expect
      .poll(() => page.evaluate<string[]>(SETTLE), { message: `${view}, ${look}: still loads or moves` })
      .toEqual([]);
    const faults = await findFaults(page, [FOCUS_GUARDS], options);
    expect(faults, `${view}, ${look}`).toEqual([]);
  }
  await setLook(page, "light", DESK);
}

async function setLook(page: Page, colorScheme: "light" | "dark", viewport: typeof DESK): Promise<void> {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.locator(colorScheme === "dark" ? "html.dark" : "html.light").waitFor();
}
