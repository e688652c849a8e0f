// Moves the keyboard focus as a user without a mouse does.
import type { Page } from "playwright-core";

/** Maximum number of presses before a test fails: more than any page has focusable elements. */
const MAX_PRESSES = 300;

const FOCUSED = `(() => {
  const element = document.activeElement;
  const label = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent ?? "";
  return label.trim().replace(/\\s+/g, " ");
})()`;

/** Presses Tab until the focus is on an element whose accessible name begins with `name`. */
export async function tabTo(page: Page, name: string, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < MAX_PRESSES; presses++) {
    await page.keyboard.press(key);
    const focused = await page.evaluate<string>(FOCUSED);
    if (focused.startsWith(name)) return;
  }
  throw new Error(`No element named "${name}" got the focus`);
}

/** Tabs to an element and presses Enter. */
export async function tabAndEnter(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}

/** Tabs to a text field and replaces its text. */
export async function tabAndType(page: Page, name: string, text: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}
