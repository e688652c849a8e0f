// Checks a view of the page in each look: light mode, dark mode and on a phone. The view must have no accessibility fault (axe, WCAG
// 2.2 AA) and must not be wider than the screen. If the environment variable SCREENSHOTS is set, saves a screenshot of each look in
// tests/screenshots/ for review.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const SCREENSHOTS = join(import.meta.dirname, "../../screenshots");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
// In dark mode, only the contrast is checked, because only the colours change. On a phone, only the contrast is not checked, because
// the colours are those of light mode.
const CONTRAST = "color-contrast";
const LOOKS = [
  { look: "light", colorScheme: "light", viewport: DESK, inspect: (axe: AxeBuilder) => axe.withTags(WCAG) },
  { look: "dark", colorScheme: "dark", viewport: DESK, inspect: (axe: AxeBuilder) => axe.withRules(CONTRAST) },
  {
    look: "phone",
    colorScheme: "light",
    viewport: PHONE,
    inspect: (axe: AxeBuilder) => axe.withTags(WCAG).disableRules(CONTRAST),
  },
] as const;

/** Selector of the two focus guards that Reka puts around the toasts. They are focusable but hidden from screen readers on purpose. */
const FOCUS_GUARDS = "span[aria-hidden=true][tabindex='0'][style*='position: fixed']";

/**
 * Inspects the current view in light mode, in dark mode and on a phone. Afterwards, the page has its desktop size and light mode.
 * @param fullPage whether screenshots show the full height of the page or, as for dialogs, only the screen
 */
export async function inspectLooks(page: Page, view: string, fullPage = true): Promise<void> {
  for (const { look, colorScheme, viewport, inspect } of LOOKS) {
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
    const { violations } = await inspect(new AxeBuilder({ page })).exclude(FOCUS_GUARDS).analyze();
    const faults = violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary = "" }) => `${html} ${failureSummary}`).join(" ")}`,
    );
    expect(faults, `${view}, ${look}`).toEqual([]);
  }
  await setLook(page, "light", DESK);
}

async function setLook(page: Page, colorScheme: "light" | "dark", viewport: typeof DESK): Promise<void> {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.locator(colorScheme === "dark" ? "html.dark" : "html.light").waitFor();
}
