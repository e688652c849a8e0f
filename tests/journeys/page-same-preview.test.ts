// The page, the API and the command line show the same first products and rejected rows of a file that is read with a profile.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import type { Preview } from "../../contract/imports/imports.ts";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { put_profile } from "../../contract/profiles/profiles.ts";
import { productTable } from "../../web/ui/products/product-cells.ts";
import { startOnePage } from "./support/journey.ts";

const SHAPES = join(import.meta.dirname, "../fixtures/shapes");
const ROOT = join(import.meta.dirname, "../..");
const { server, watched, page } = await startOnePage();

const run = promisify(execFile);

type Shown = Pick<Preview, "products" | "rejects">;

async function byCommandLine(path: string, profile: string): Promise<Shown> {
  const { stdout } = await run(process.execPath, ["src/main.ts", "read", path, "--profile", profile, "--json"], {
    cwd: ROOT,
    env: { ...process.env, SKUPORT_DATA_DIR: join(server.folder, "data") },
  });
  return JSON.parse(stdout) as Shown;
}

async function byApi(path: string, profile: string): Promise<Shown> {
  const url = `${server.base_url}/api/imports/preview?profile=${encodeURIComponent(profile)}`;
  const headers = { "content-type": "application/octet-stream" };
  const response = await fetch(url, { method: "POST", headers, body: await readFile(path) });
  expect(response.status).toBe(200);
  return (await response.json()) as Shown;
}

/** The table of products and the list of rejected rows that the page shows, as texts. */
async function byPage(path: string, profile: string): Promise<{ products: string[][]; rejects: string[] }> {
  await page.goto(`/profiles/${encodeURIComponent(profile)}/try`);
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a file" }).click();
  await (await choosing).setFiles(path);
  const shown = page.getByTestId("try");
  await shown.getByRole("table").waitFor();
  // The tooltip of a cell is its whole text.
  const products: string[][] = await page.evaluate(
    `[...document.querySelector("[data-testid=try] table").tBodies[0].rows].map((row) =>
      [...row.cells].map((cell) => cell.title || cell.textContent.trim()))`,
  );
  return { products, rejects: await shown.locator("ul:not(.list-disc) li").allInnerTexts() };
}

const expectedRows = (products: Preview["products"]): string[][] =>
  productTable(products).rows.map(({ line, product, values }) => [
    line.toLocaleString("en"),
    product.sku,
    product.name,
    product.description,
    product.active ? "Yes" : "No",
    product.parent_sku,
    ...values.map((value) => (typeof value === "string" ? value : value.join(", "))),
  ]);

test.each([
  ["a CSV file with totals", "footer-totals", "input.csv"],
  ["a CSV file with composite keys", "composite-key", "input.csv"],
  ["a workbook with a header of two lines", "title-rows-and-merged-header", "input.xlsx"],
])("%s", async (_, shape, file) => {
  const path = join(SHAPES, shape, file);
  const mapping = JSON.parse(await readFile(join(SHAPES, shape, "mapping.json"), "utf8")) as Mapping;
  await call(put_profile, { params: { name: shape }, querystring: {}, body: mapping }, { base_url: server.base_url });
  const api = await byApi(path, shape);
  expect(api.products.length).toBeGreaterThan(3);
  const commandLine = await byCommandLine(path, shape);
  expect(commandLine.products).toEqual(api.products);
  expect(commandLine.rejects).toEqual(api.rejects);
  const shown = await byPage(path, shape);
  expect(shown.products).toEqual(expectedRows(api.products));
  expect(shown.rejects).toHaveLength(api.rejects.length);
  for (const [i, { line, message }] of api.rejects.entries()) {
    expect(shown.rejects[i]).toContain(`${line.toLocaleString("en")}:`);
    expect(shown.rejects[i]).toContain(message);
  }
  expect(watched.foreign_requests).toEqual([]);
});
