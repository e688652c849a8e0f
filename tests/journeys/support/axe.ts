// Runs axe in a page. The package `@axe-core/playwright` would load axe twice for each check: into the page and into an empty second page.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Returns a description of each accessibility fault in the page. `excluded` are selectors of elements that are not checked. */
export async function findFaults(page: Page, excluded: readonly string[], options: RunOptions): Promise<string[]> {
  if (await page.evaluate("globalThis.axe === undefined")) await page.evaluate(SOURCE);
  const context = { exclude: excluded.map((selector) => [selector]) };
  // resultTypes: describe only the faults in detail, which is faster.
  const given = JSON.stringify({ resultTypes: ["violations"], ...options } satisfies RunOptions);
  const { violations } = await page.evaluate<Pick<AxeResults, "violations">>(
    `axe.run(${JSON.stringify(context)}, ${given}).then(({ violations }) => ({ violations }))`,
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary = "" }) => `${html} ${failureSummary}`).join(" ")}`,
  );
}
