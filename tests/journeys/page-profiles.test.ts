// End-to-end tests of profiles on the page: which profile reads a file, and how the file's products would be stored.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { list_imports, type Preview } from "../../contract/imports/imports.ts";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { get_profile, put_profile } from "../../contract/profiles/profiles.ts";
import { pagesOf, startJourney } from "./support/journey.ts";
import { builtInProfiles } from "../../src/profiles/built-in.ts";
import { productTable } from "../../web/ui/products/product-cells.ts";
import { inspectLooks } from "./support/looks.ts";

const SHAPES = join(import.meta.dirname, "../fixtures/shapes");
const ROOT = join(import.meta.dirname, "../..");

const journey = await startJourney();
const { server } = journey;
// One test submits a profile with faults. The browser logs the response, which has status 400.
const { open } = pagesOf(journey, {}, (complaint) => complaint.includes("status of 400"));
const file = join(server.folder, "lamps.csv");
const rows = ["2001;101;Table lamp;19,90;red|blue", "2002;102;Floor lamp;1.049,00;black"];
await writeFile(file, `Nr;Artikel;Bezeichnung;EK;Farben\n${rows.join("\n")}\n`);
await call(
  put_profile,
  {
    params: { name: "Supplier A" },
    body: {
      key: "Artikel",
      name: "Bezeichnung",
      attributes: { price: { from: "EK", number: "1.234,56" }, colours: { from: "Farben", split: "|" } },
      drop: ["Nr"],
    },
  },
  { base_url: server.base_url },
);

const untilDone = (page: Page): Promise<void> =>
  page.locator("h1 + p").getByTestId("state").getByText("Done", { exact: true }).waitFor();

test("the preview and the page of an import show which profile was used", async () => {
  const page = await open("/imports");
  await page.getByTestId("file").setInputFiles(file);
  await untilDone(page);
  await page.getByTestId("preview").getByText("Read with the profile Supplier A, version 1", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("Read with the profile Supplier A, version 1", { exact: true }).waitFor();
  expect(await page.getByTestId("preview").count()).toBe(0);
  await inspectLooks(page, "import-profile");
});

test("the options offer all profiles and the columns of the file, and the preview follows the choice", async () => {
  const page = await open("/imports");
  const release = await holdUploads(page);
  await page.getByTestId("file").setInputFiles(file);
  const preview = page.getByTestId("preview");
  await preview.getByText("Read with the profile Supplier A, version 1", { exact: true }).waitFor();
  await preview.getByRole("columnheader", { name: "Artikel SKU" }).waitFor();
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("combobox", { name: "Profile" }).click();
  await expect
    .poll(() => page.getByRole("option").allInnerTexts())
    .toEqual([
      "Select by the columns of the file",
      "No profile",
      ...[...builtInProfiles().map(({ name }) => name), "Supplier A"].sort((a, b) => a.localeCompare(b, "en")),
    ]);
  await page.getByRole("option", { name: "No profile" }).click();
  await preview.getByTestId("profile").waitFor({ state: "detached" });
  await page.getByRole("combobox", { name: "SKU column" }).click();
  await page.getByRole("option", { name: "Nr", exact: true }).click();
  await preview.getByRole("columnheader", { name: "Nr SKU" }).waitFor();
  await inspectLooks(page, "import-options-profile");
  release();
  await page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 3)"); // scroll: the bar at the bottom covers the button
  await preview.getByRole("button", { name: "Upload again with these options" }).click();
  await untilDone(page);
  const { items } = await call(list_imports, { querystring: { limit: 1 } }, { base_url: server.base_url });
  expect(items[0]).toMatchObject({ options: { profile: "none", key: "Nr" }, profile: null, created: 2 });
});

test("the preview shows the first products as they would be stored, chosen by keyboard", async () => {
  const page = await open("/imports");
  await holdUploads(page);
  await page.getByTestId("file").setInputFiles(file);
  const preview = page.getByTestId("preview");
  const products = preview.getByRole("button", { name: "Products" });
  await preview.getByRole("button", { name: "File", pressed: true }).focus();
  await page.keyboard.press("Tab");
  expect((await page.evaluate<string>("document.activeElement.textContent")).trim()).toBe("Products");
  await page.keyboard.press("Enter");
  await expect.poll(() => products.getAttribute("aria-pressed")).toBe("true");
  const table = preview.getByRole("region", { name: "First products of lamps.csv" }).getByRole("table");
  await expect
    .poll(() => table.getByRole("columnheader").allInnerTexts())
    .toEqual(["Line", "SKU", "Name", "Description", "Active", "Parent", "price", "colours"]);
  const cells = await table.getByRole("row").nth(2).getByRole("cell").allInnerTexts();
  expect(cells.map((text) => text.trim())).toEqual(["3", "102", "Floor lamp", "", "Yes", "", "1049.00", "black"]);
  await inspectLooks(page, "import-preview-products");
});

/** Blocks the uploads of the page, so that the preview of the file stays visible. The returned function ends the blocking. */
async function holdUploads(page: Page): Promise<() => void> {
  let isHeld = true;
  await page.route(
    ({ pathname }) => pathname === "/api/imports",
    async (route) => {
      if (!isHeld || route.request().method() !== "POST") await route.continue();
    },
  );
  return () => {
    isHeld = false;
  };
}

test("the first rows of an imported file become a test of its profile", async () => {
  const page = await open("/imports");
  await page.getByTestId("file").setInputFiles(file);
  await untilDone(page);
  await page.getByRole("button", { name: "Make the first rows a test of the profile" }).click();
  await page.waitForURL("**/profiles/Supplier%20A/tests");
  const form = page.getByTestId("add-test");
  await form.getByRole("cell", { name: "1049.00" }).waitFor();
  await expect.poll(() => form.getByLabel("Name of the test").inputValue()).toBe("lamps.csv");
  await inspectLooks(page, "import-offers-test");
  await form.getByRole("button", { name: "The products are right: add the test" }).click();
  await page.getByRole("list", { name: "Tests" }).getByText("Passed", { exact: true }).waitFor();
  const stored = await call(get_profile, { params: { name: "Supplier A" } }, { base_url: server.base_url });
  expect(stored.tests).toEqual({ count: 1, failed: 0 });
});

test("the faults of a profile's text are shown in German, at their lines", async () => {
  const page = await open("/profiles/Supplier%20A/text", { locale: "de-DE" });
  const definition = {
    key: "Artikel",
    nam: "x",
    on_new_column: "drop",
    attributes: { price: 5, colour: { split: "" } },
  };
  await page
    .getByRole("textbox")
    .first()
    .fill(JSON.stringify(definition, null, 2));
  const faults = page.getByRole("list", { name: "Fehler im Text" }).getByRole("listitem");
  await faults.filter({ hasText: "Unbekannt: „nam“. Prüfen Sie die Schreibweise." }).waitFor();
  await faults.filter({ hasText: "Möglich: „attribute“, „ignore“, „hold“." }).waitFor();
  await faults.filter({ hasText: "Möglich sind hier der Name einer Spalte, eine Liste oder ein Objekt" }).waitFor();
  await faults.filter({ hasText: "Mindestens 1 Zeichen." }).waitFor();
  expect((await faults.allInnerTexts()).join(" ")).not.toMatch(/Invalid|expected|Unrecognized/);
  await inspectLooks(page, "profile-faults-german");
});

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
  const page = await open(`/profiles/${encodeURIComponent(profile)}/try`);
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
])(
  "the page, the API and the command line show the same first products and rejected rows of %s",
  async (_, shape, name) => {
    const path = join(SHAPES, shape, name);
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
  },
);
