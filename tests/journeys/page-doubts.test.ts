// End-to-end tests of the mapping editor for files that need a decision: an unclear SKU column, an uncertain encoding, values that a value
// map lacks, columns with the same name, a name column that contains only numbers, and rows that the import would reject.
// cspell:words Artikelnummer Bezeichnung Farbe Preis Größe Grün Möwe Tür
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { get_product } from "../../contract/catalog/products.ts";
import { put_profile } from "../../contract/profiles/profiles.ts";
import { pagesOf, startJourney, visit } from "./support/journey.ts";
import { tabAndEnter } from "./support/keyboard.ts";
import { inspectLooks } from "./support/looks.ts";
import { findMisfits } from "./support/misfits.ts";

const journey = await startJourney();
const { server } = journey;
const base = { base_url: server.base_url };
const { open } = pagesOf(journey, {}, (complaint) => /\b(?:400|412|422)\b/.test(complaint));

const productOf = (sku: string) => call(get_product, { params: { sku } }, base);
const done = (page: Page, text = "Done"): Promise<void> =>
  page.locator("h1 + p").getByTestId("state").getByText(text, { exact: true }).waitFor();

async function upload(page: Page, name: string, content: string | Buffer): Promise<void> {
  const path = join(server.folder, name);
  await writeFile(path, content);
  await page.getByTestId("file").setInputFiles(path);
  await page.waitForURL(/\/imports\/\d+$/);
}

/** The phone is the narrowest screen on which texts and controls must fit. */
async function expectFit(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await findMisfits(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 800 });
}

test("if the SKU column is unclear, the page asks for it and shows sample values; the answer continues the import", async () => {
  const rows = [1, 2, 3].map((n) => `${n},A-${n},Lamp ${n},red`);
  const page = await open("/imports");
  await upload(page, "doubtful.csv", `item number,code,name,colour\n${rows.join("\n")}\n`);
  const question = page.getByTestId("question");
  await question.getByRole("radio", { name: "code A-1" }).waitFor();
  await inspectLooks(page, "import-question");
  // The page must not choose a column for the user.
  const start = page.getByTestId("start");
  await start.getByText("Choose the column with the SKU first.", { exact: true }).waitFor();
  expect(await question.getByRole("radio", { checked: true }).count()).toBe(0);
  expect(await page.getByText("chosen by you").count()).toBe(0);
  await question.getByRole("radio", { name: "item number" }).focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => question.getByRole("radio", { name: "code A-1" }).isChecked()).toBe(true);
  await start.getByRole("button", { name: "Import 3 products", disabled: false }).waitFor();
  await tabAndEnter(page, "Import 3 products");
  await done(page);
  await visit(page, "/products");
  await page.getByText("A-2").first().waitFor();
});

test("if the encoding is unclear, the file is shown in the first candidate, and another candidate changes the products", async () => {
  const page = await open("/imports", { locale: "de-DE" });
  // The byte EA is a letter in several encodings, and one word does not show which of them is right.
  await upload(page, "unclear.csv", Buffer.from("sku;name\nL-1;Lampa\nL-0;Wieszak na r\xeaczniki\n", "latin1"));
  const question = page.getByTestId("question");
  await question.getByText("Wählen Sie den Zeichensatz", { exact: false }).waitFor();
  const choices = question.getByRole("radio");
  expect(await choices.count()).toBeGreaterThan(1);
  expect(await choices.first().isChecked()).toBe(true);
  const products = page.getByTestId("first-products");
  await products.getByText("L-0", { exact: true }).first().waitFor();
  const before = await products.innerText();
  await choices.last().check();
  await expect.poll(() => products.innerText()).not.toBe(before);
  await inspectLooks(page, "doubts-encoding-german");
  await expectFit(page);
  const name = await products.getByText("Wieszak").last().innerText();
  await page
    .getByTestId("start")
    .getByRole("button", { name: /importieren$/ })
    .click();
  await done(page, "Fertig");
  expect(await productOf("L-0")).toMatchObject({ name });
});

test("if all variants of a product have its SKU, the page offers the columns that distinguish them", async () => {
  const colours = ["red", "green", "blue", "white", "black", "brown", "grey"];
  const rows = ["M-1", "M-2", "M-3"].flatMap((model) => colours.map((colour) => `${model},Mug ${model},${colour},5`));
  const page = await open("/imports");
  await upload(page, "variants.csv", `SKU,Name,Colour,Price\n${rows.join("\n")}\n`);
  const question = page.getByTestId("question");
  await question.getByRole("radio", { name: "SKU + Colour M-1/red" }).waitFor();
  expect(await question.getByRole("radio", { checked: true }).count()).toBe(0);
  await question.getByRole("radio", { name: "SKU + Colour" }).click();
  await page.getByTestId("start").getByRole("button", { name: "Import 21 products", disabled: false }).click();
  await done(page);
  expect((await productOf("M-2/green")).name).toBe("Mug M-2");
});

test("values that a value map lacks are added in the panel of the question, and the import continues", async () => {
  const map = { from: "Farbe", map: { rot: "red" }, else: "hold" as const };
  const body = { key: "Nr", name: "Titel", attributes: { colour: map }, detect: { columns: ["Nr", "Farbe"], need: 2 } };
  await call(put_profile, { params: { name: "Farben" }, querystring: {}, body }, base);
  const page = await open("/imports", { locale: "de-DE" });
  await upload(page, "colours.csv", "Nr;Titel;Farbe\nF-1;Tür;rot\nF-2;Tor;grün\nF-3;Tisch;blau\n");
  const question = page.getByTestId("question");
  await question.getByText("Die Wertezuordnung der Spalte „Farbe“ enthält nicht: ", { exact: false }).waitFor();
  await question.getByRole("textbox", { name: "grün" }).fill("green");
  await inspectLooks(page, "doubts-value-german");
  await expectFit(page);
  await question.getByRole("button", { name: "Import fortsetzen" }).click();
  await done(page, "Fertig");
  expect(await productOf("F-2")).toMatchObject({ attributes: { colour: "green" } });
  expect(await productOf("F-3")).toMatchObject({ attributes: { colour: "blau" } });
});

test("the missing values can also be added in the editor, which then starts the import", async () => {
  const page = await open("/imports");
  await upload(page, "colours-2.csv", "Nr;Titel;Farbe\nF-4;Stuhl;rot\nF-5;Regal;lila\n");
  await page.getByTestId("question").getByRole("textbox", { name: "lila" }).waitFor();
  const editor = page.getByTestId("mapping-editor");
  await editor.getByRole("button", { name: "Details of Farbe" }).click();
  await editor.getByRole("textbox", { name: "New value for lila" }).fill("purple");
  await page.keyboard.press("Enter");
  await page.getByTestId("first-products").getByText("purple", { exact: true }).waitFor();
  await page
    .getByTestId("question")
    .getByText("Start the import with the button below the columns. The import uses your changes.", { exact: true })
    .waitFor();
  await page.getByTestId("start").getByRole("button", { name: "Import 2 products" }).click();
  await done(page);
  expect(await productOf("F-5")).toMatchObject({ attributes: { colour: "purple" } });
});

test("a profile that holds a file with a new column shows the column and the answers in German", async () => {
  const body = {
    key: "Nr",
    name: "Titel",
    on_new_column: "hold" as const,
    detect: { columns: ["Nr", "Höhe"], need: 2 },
  };
  await call(put_profile, { params: { name: "Maße" }, querystring: {}, body }, base);
  const page = await open("/imports", { locale: "de-DE" });
  await upload(page, "sizes.csv", "Nr;Titel;Höhe;Tiefe\nM-1;Kiste;3;4\n");
  const question = page.getByTestId("question");
  await question.getByText("Spalten, die das Profil „Maße“ nicht kennt:", { exact: false }).waitFor();
  await question.getByRole("radio", { name: "Als Merkmale importieren" }).check();
  await expectFit(page);
  await question.getByRole("button", { name: "Import fortsetzen" }).click();
  await done(page, "Fertig");
  expect(await productOf("M-1")).toMatchObject({ attributes: { Tiefe: "4" } });
});

test("two columns with the same name have lines of their own, and each can be changed alone", async () => {
  const page = await open("/imports");
  await upload(
    page,
    "twice.csv",
    "Artikelcode,Artikelname,Color,Color\nT-1,Cup,red,blue\nT-2,Jug,green,white\nT-3,Pot,grey,black\n",
  );
  const editor = page.getByTestId("mapping-editor");
  const second = editor.getByTestId("mapped-column").filter({ has: page.getByRole("heading", { name: "Color (2)" }) });
  await second.getByText("blue · white · black", { exact: true }).waitFor();
  await editor.getByRole("textbox", { name: "Name of the attribute for Color (2)" }).fill("inside");
  await page.keyboard.press("Enter");
  await page.getByTestId("first-products").getByText("inside", { exact: true }).first().waitFor();
  await editor.getByRole("combobox", { name: "What Color becomes", exact: true }).selectOption("Not imported");
  await page.getByTestId("start").getByRole("button", { name: "Import 3 products" }).click();
  await done(page);
  const { attributes } = await productOf("T-1");
  expect(attributes).toEqual({ inside: "blue" });
});

test("the review doubts a name column that contains only numbers", async () => {
  const page = await open("/imports");
  await upload(page, "numbers.csv", "sku,Title,Model\nN-1,100,Lamp\nN-2,200,Desk\nN-3,300,Chair\n");
  const editor = page.getByTestId("mapping-editor");
  const title = editor.getByTestId("mapped-column").filter({ has: page.getByRole("heading", { name: "Title" }) });
  await title.getByText("unclear, please check", { exact: true }).waitFor();
  await page.getByTestId("notices").getByText('"Title" was recognized as the name').waitFor();
  await editor.getByRole("combobox", { name: "What Model becomes" }).selectOption("Name");
  await page.getByTestId("start").getByRole("button", { name: "Import 3 products" }).click();
  await done(page);
  expect(await productOf("N-2")).toMatchObject({ name: "Desk" });
});

test("the review lists all rows that the import would reject, with their reasons", async () => {
  const rows = Array.from({ length: 130 }, (_, n) => (n % 2 === 0 ? `,Row ${n},1` : `R-${n},Row ${n},1,extra`));
  const page = await open("/imports", { locale: "de-DE" });
  await upload(page, "rejects.csv", `Artikelcode,Bezeichnung,Wert\n${rows.join("\n")}\nR-1,Gut,2\n`);
  const rejects = page.getByTestId("rejects");
  await rejects.getByText("130 Zeilen würden nicht importiert", { exact: true }).waitFor();
  await rejects.getByRole("button", { name: "Die SKU ist leer 65" }).waitFor();
  const lines = rejects.locator("tbody tr.border-t");
  await expect.poll(() => lines.count()).toBe(50);
  await rejects.getByRole("button", { name: "Mehr Zeilen anzeigen" }).click();
  await expect.poll(() => lines.count()).toBe(100);
  await rejects.getByRole("button", { name: "Mehr Zeilen anzeigen" }).click();
  await expect.poll(() => lines.count()).toBe(130);
  await rejects.getByRole("button", { name: "Die SKU ist leer 65" }).click();
  await expect.poll(() => lines.count()).toBe(50);
  await inspectLooks(page, "doubts-rejects-german");
  await expectFit(page);
});
