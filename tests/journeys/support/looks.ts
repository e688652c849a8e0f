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
// the colours are those of light mode. Dark mode has the size of light mode, because a change of the size renders the whole page again.
const CONTRAST = "color-contrast";
const NO_CONTRAST = { [CONTRAST]: { enabled: false } };
const LOOKS: readonly Look[] = [
  { look: "light", colorScheme: "light", viewport: DESK, options: { runOnly: WCAG } },
  { look: "dark", colorScheme: "dark", options: { runOnly: { type: "rule", values: [CONTRAST] } } },
  { look: "phone", colorScheme: "light", viewport: PHONE, options: { runOnly: WCAG, rules: NO_CONTRAST } },
];

interface Look {
  look: string;
  colorScheme: "light" | "dark";
  /** Default: that of the look before. */
  viewport?: typeof DESK;
  options: RunOptions;
}

/** Selector of the two focus guards that Reka puts around the toasts. They are focusable but hidden from screen readers on purpose. */
const FOCUS_GUARDS = "span[aria-hidden=true][tabindex='0'][style*='position: fixed']";

/** Script: ends every animation, because until then, parts of a view can be faded. Returns what still loads or moves, such as an animation
 * without an end, which must not exist if the user wants less motion. It does not wait for animations to end by themselves: an animation only
 * advances with the next frame, and on a busy machine the browser may
 * draw none for a long time. */
const SETTLE = `(() => {
  const moving = document.getAnimations();
  for (const animation of moving) if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
  return [...document.querySelectorAll("[aria-busy=true]"), ...moving.map(({ effect }) => effect.target)]
    .map((element) => element?.outerHTML.slice(0, 300));
})()`;

/**
 * Inspects the current view in light mode, in dark mode and on a phone. Afterwards, the page has its desktop size and light mode.
 * @param fullPage whether screenshots show the full height of the page or, as for dialogs, only the screen
 */
export async function inspectLooks(page: Page, view: string, fullPage = true): Promise<void> {
  for (const { look, colorScheme, viewport, options } of LOOKS) {
    await setMode(page, colorScheme);
    if (viewport !== undefined) await setSize(page, viewport, fullPage);
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
  await setMode(page, "light");
  await page.setViewportSize(DESK);
}

async function setMode(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.locator(colorScheme === "dark" ? "html.dark" : "html.light").waitFor();
}

/** @param isWhole whether to make the viewport as tall as the page, so that bars at the edges of the screen cover nothing */
async function setSize(page: Page, viewport: typeof DESK, isWhole: boolean): Promise<void> {
  await page.setViewportSize(viewport);
  await page.evaluate("scrollTo(0, 0)");
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  if (isWhole && height > viewport.height) await page.setViewportSize({ width: viewport.width, height });
}
