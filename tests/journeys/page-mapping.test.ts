// End-to-end tests of the mapping editor: an unknown supplier's file is mapped by mouse and by keyboard alone, and the next file is
// imported without a question.
// cspell:words Auslauf Bild Farbe Größe Hängeleuchte Preis Südwind Düne Stehleuchte
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { get_product } from "../../contract/catalog/products.ts";
import { list_imports, type ListedImport } from "../../contract/imports/imports.ts";
import { delete_profile, get_profile } from "../../contract/profiles/profiles.ts";
import { makeWorkbook, textRow } from "../support/files/make-workbook.ts";
import { pagesOf, startJourney, visit } from "./support/journey.ts";
import { tabAndEnter, tabAndType, tabTo } from "./support/keyboard.ts";
import { inspectLooks } from "./support/looks.ts";
import { writeSupplierFile } from "./support/supplier-files.ts";

const journey = await startJourney();
const { server } = journey;
const base = { base_url: server.base_url };
const { open } = pagesOf(journey, {}, (complaint) => /\b(?:400|412|422)\b/.test(complaint));

const fileOf = (name: string): string => join(server.folder, name);
const textFile = async (name: string, text: string): Promise<string> => {
  await writeFile(fileOf(name), text);
  return fileOf(name);
};
const untilDone = (page: Page): Promise<void> =>
  page.locator("h1 + p").getByTestId("state").getByText("Done", { exact: true }).waitFor();
const newestImport = async (): Promise<ListedImport | undefined> =>
  (await call(list_imports, { querystring: { limit: 1 } }, base)).items[0];
const productOf = (sku: string) => call(get_product, { params: { sku } }, base);

async function upload(page: Page, path: string): Promise<void> {
  await visit(page, "/imports");
  await page.getByTestId("file").setInputFiles(path);
  await page.waitForURL(/\/imports\/\d+$/);
}

/** The tests with the mouse and with the keyboard both expect these products. */
async function expectProducts(): Promise<void> {
  expect(await productOf("Südwind:4711")).toMatchObject({
    name: "Hängeleuchte Größe L",
    attributes: { price: "89.50", Status: "discontinued", Farbe: "rot" },
  });
  expect(await productOf("Nordlicht:4712")).toMatchObject({
    name: "Stehleuchte Düne",
    attributes: { price: "1049.00", Status: "lieferbar" },
  });
}

test("an unknown file is mapped by mouse and saved as a profile; the next file, with one more column, is imported without a question", async () => {
  const page = await open("/imports");
  await upload(page, await writeSupplierFile(fileOf("week-1.csv")));
  const editor = page.getByTestId("mapping-editor");
  const products = page.getByTestId("first-products");
  const start = page.getByTestId("start");
  await start.getByRole("button", { name: "Import 4 products" }).waitFor();
  const notes = "4 products · 1 row replaced by a later row with the same SKU · 1 rejected";
  await start.getByText(notes, { exact: true }).waitFor();
  await expect
    .poll(() => page.getByTestId("key-figures").innerText())
    .toMatch(/filled\s+5 of 6\s+blank\s+1\s+different\s+4 of 5/);
  await inspectLooks(page, "mapping-review");

  await editor.getByRole("button", { name: "SKUs repeat: join this column with Lieferant" }).click();
  await products.getByText("Südwind:4711", { exact: true }).waitFor();
  await editor.getByRole("button", { name: "Suggestion for VK-Preis: Number like 1.234,56" }).click();
  await editor.getByRole("textbox", { name: "Name of the attribute for VK-Preis" }).fill("price");
  await page.keyboard.press("Enter");
  await products.getByText("1049.00", { exact: true }).waitFor();
  await editor.getByRole("button", { name: "Details of Status" }).click();
  await editor.getByRole("button", { name: "Replace values…" }).click();
  await editor.getByRole("textbox", { name: "New value for Auslauf" }).fill("discontinued");
  await page.keyboard.press("Enter");
  await products.getByText("discontinued", { exact: true }).waitFor();
  await inspectLooks(page, "mapping-details");
  await products.getByRole("button", { name: "Skip rows like this" }).click();
  await start.getByText("5 products · 1 ignored", { exact: true }).waitFor();
  await editor.getByRole("listitem").filter({ hasText: "Lieferant is blank" }).waitFor();
  await expect
    .poll(() => page.getByTestId("announcement").allInnerTexts())
    .toContain("These rows are skipped. 5 products shown. 0 rejected.");

  await start.getByRole("textbox", { name: "Save as a profile" }).fill("Lampen");
  await start.getByRole("button", { name: "Save the profile and start: Import 5 products" }).click();
  await untilDone(page);
  await expectProducts();
  expect(await newestImport()).toMatchObject({ created: 5, ignored: 1, rejected: 0, profile: { name: "Lampen" } });

  await upload(page, await writeSupplierFile(fileOf("week-2.csv"), ["Gewicht", "2,5"]));
  await untilDone(page);
  await page.getByText("Read with the profile Lampen, version 1", { exact: true }).first().waitFor();
  await page.getByTestId("notices").getByText('does not know the column "Gewicht"').waitFor();
  expect(await productOf("Südwind:4711")).toMatchObject({ attributes: { price: "89.50", Gewicht: "2,5" } });
  await call(delete_profile, { params: { name: "Lampen" } }, base);
});

test("an unknown file is mapped by keyboard alone: Tab, arrows, Enter and typing", async () => {
  const page = await open("/imports");
  const choosing = page.waitForEvent("filechooser");
  await tabAndEnter(page, "Choose files");
  await (await choosing).setFiles(await writeSupplierFile(fileOf("week-3.csv")));
  await page.getByTestId("start").getByRole("button", { name: "Import 4 products" }).waitFor();

  await tabAndEnter(page, "SKUs repeat: join this column with Lieferant");
  await tabAndType(page, "Name of the attribute for VK-Preis", "price");
  await tabAndEnter(page, "Suggestion for VK-Preis");
  await tabTo(page, "What Status becomes");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await tabAndEnter(page, "Details of Status");
  await tabAndEnter(page, "Replace values");
  await tabAndType(page, "New value for Auslauf", "discontinued");
  await tabAndEnter(page, "Skip rows like this");
  await page.getByTestId("start").getByText("5 products · 1 ignored", { exact: true }).waitFor();
  await tabAndType(page, "Save as a profile", "Leuchten");
  await page.keyboard.press("Enter");
  await untilDone(page);
  await expectProducts();
  const { definition } = await call(get_profile, { params: { name: "Leuchten" } }, base);
  expect(definition).toMatchObject({
    key: { from: ["Lieferant", "Artikelnummer"], join: ":", need: "all" },
    attributes: {
      price: { from: "VK-Preis", number: "1.234,56" },
      Status: { from: "Status", map: { Auslauf: "discontinued" }, else: "keep" },
    },
    ignore: [{ blank: "Lieferant" }],
  });

  await upload(page, await writeSupplierFile(fileOf("week-4.csv"), ["Karton", "6"]));
  await untilDone(page);
  await page.getByText("Read with the profile Leuchten, version 1", { exact: true }).first().waitFor();
  await call(delete_profile, { params: { name: "Leuchten" } }, base);
});

test("a change of a column survives a reload, and can be undone, redone and reset", async () => {
  const page = await open("/imports");
  await upload(page, await writeSupplierFile(fileOf("week-5.csv")));
  const editor = page.getByTestId("mapping-editor");
  const target = editor.getByRole("combobox", { name: "What Farbe becomes" });
  await target.selectOption("Not imported");
  await page.getByTestId("first-products").getByText("4712", { exact: true }).first().waitFor();
  await page.reload();
  await expect.poll(() => target.inputValue()).toBe("ignored");
  await editor.getByRole("button", { name: "Undo the last change" }).click();
  await expect.poll(() => target.inputValue()).toBe("attribute");
  await editor.getByRole("button", { name: "Redo the change" }).click();
  await expect.poll(() => target.inputValue()).toBe("ignored");
  await page.locator("h1").click();
  await page.keyboard.press("Control+z");
  await expect.poll(() => target.inputValue()).toBe("attribute");
  await page.keyboard.press("Control+Shift+z");
  await editor.getByRole("button", { name: "Reset", exact: true }).click();
  await expect.poll(() => target.inputValue()).toBe("attribute");
});

test("a fault in the mapping is shown at its column and in the text, and the import cannot be started", async () => {
  const page = await open("/imports");
  await upload(page, await textFile("tea.csv", "Nr;Titel;Preis\nT-1;Assam;7,90\nT-2;Darjeeling;9,50\n"));
  const editor = page.getByTestId("mapping-editor");
  await page.getByTestId("question").getByRole("radio", { name: "Nr" }).check();
  await editor.getByRole("button", { name: "Details of Preis" }).click();
  await editor.getByRole("combobox", { name: "Kind of value" }).selectOption("Number");
  await editor.getByRole("combobox", { name: "Example number, as in the file" }).fill("many");
  await page.keyboard.press("Enter");
  const column = editor.getByTestId("mapped-column").filter({ has: page.getByRole("heading", { name: "Preis" }) });
  await column.getByText('"many" is not a number').waitFor();
  await expect.poll(() => page.getByTestId("start").getByRole("button", { name: "Import" }).isDisabled()).toBe(true);

  await editor.getByRole("button", { name: "Text", exact: true }).click();
  const text = editor.getByTestId("mapping-text");
  await text.fill('{ "key": "Nr", "attributes": { "price": { "from": "Preis", "split": 5 } } }');
  await page.getByTestId("text-faults").getByText("attributes.price.split", { exact: true }).waitFor();
  const start = page.getByTestId("start");
  await start
    .getByTestId("obstacle")
    .getByText("The text of the mapping has a fault. attributes.price.split")
    .waitFor();
  await expect.poll(() => start.getByRole("button", { name: "Import" }).isDisabled()).toBe(true);
  await inspectLooks(page, "mapping-text");
  await editor.getByRole("button", { name: "Form", exact: true }).click();
  await expect.poll(() => start.getByRole("button", { name: "Import" }).isDisabled()).toBe(true);
  await editor.getByRole("button", { name: "Text", exact: true }).click();
  expect(await text.inputValue()).toContain('"split": 5');
  await text.fill('{ "key": "Nr", "name": "Titel", "attributes": { "price": { "from": "Preis", "number": "1,5" } } }');
  await page.getByTestId("first-products").getByText("7.90", { exact: true }).waitFor();
  await editor.getByRole("button", { name: "Form", exact: true }).click();
  await editor.getByRole("button", { name: "Remove from Preis: Number like 1,5" }).waitFor();
  await page.getByTestId("start").getByRole("button", { name: "Import 2 products" }).click();
  await untilDone(page);
  expect(await productOf("T-2")).toMatchObject({ name: "Darjeeling", attributes: { price: "9.50" } });
});

test("the columns of a workbook are mapped, and an existing profile is replaced only after a confirmation", async () => {
  const page = await open("/imports");
  for (const [round, colour] of ["red", "blue"].entries()) {
    const sheets = {
      Liste:
        textRow(1, "Art.-Nr.", "Titel", `Farbe ${round}`, "EAN") +
        textRow(2, `W-${round}`, "Vase", colour, "4006381333931"),
    };
    await writeFile(fileOf("vases.xlsx"), await makeWorkbook({ sheets }));
    await page.goto("/imports");
    await page.getByRole("button", { name: "Options" }).click();
    await page.getByRole("switch", { name: "Check the columns before every import" }).click();
    await page.getByTestId("file").setInputFiles(fileOf("vases.xlsx"));
    const editor = page.getByTestId("mapping-editor");
    await editor.getByRole("textbox", { name: `Name of the attribute for Farbe ${round}` }).fill("colour");
    await page.keyboard.press("Enter");
    await page.getByTestId("first-products").getByText("colour", { exact: true }).first().waitFor();
    const start = page.getByTestId("start");
    await start.getByRole("textbox", { name: "Save as a profile" }).fill("Vases");
    await page.keyboard.press("Enter");
    if (round === 1) {
      await start.getByText("The profile “Vases” exists already, in version 1.").waitFor();
      await page.keyboard.press("Enter");
      await inspectLooks(page, "mapping-replace");
      expect(await call(get_profile, { params: { name: "Vases" } }, base)).toMatchObject({ version: 1 });
      await start.getByRole("button", { name: "Replace the profile and start" }).click();
    }
    await untilDone(page);
    expect(await productOf(`W-${round}`)).toMatchObject({ attributes: { colour, EAN: "4006381333931" } });
  }
  const detect = { columns: ["Art.-Nr.", "Titel", "Farbe 1", "EAN"], need: 3 };
  expect(await call(get_profile, { params: { name: "Vases" } }, base)).toMatchObject({
    version: 2,
    definition: { detect },
  });
});

test("the editor in German has no accessibility violations", async () => {
  const page = await open("/imports", { locale: "de-DE" });
  await page.getByTestId("file").setInputFiles(await writeSupplierFile(fileOf("week-6.csv")));
  await page.getByRole("button", { name: "Die SKUs wiederholen sich: mit Lieferant verbinden" }).click();
  await page.getByRole("button", { name: "Einzelheiten zu VK-Preis" }).click();
  await page.getByTestId("first-products").getByText("Südwind:4711", { exact: true }).waitFor();
  await inspectLooks(page, "mapping-german");
});

test("the faults and problems of a mapping are German in the German editor", async () => {
  const page = await open("/imports", { locale: "de-DE" });
  await upload(page, await textFile("tee.csv", "Kennung;Titel;Preis\nT-1;Assam;7,90\nT-2;Darjeeling;frei\n"));
  await page.getByTestId("question").getByRole("radio", { name: "Kennung" }).check();
  const editor = page.getByTestId("mapping-editor");
  await editor.getByRole("button", { name: "Text", exact: true }).click();
  const text = editor.getByTestId("mapping-text");
  await text.fill('{ "key": "Kennung", "attributes": { "price": { "from": "Preis", "split": 5 } } }');
  await page.getByTestId("text-faults").getByText("Hier muss ein Text stehen.").waitFor();
  await text.fill('{ "key": "Kennung", "name": { "join": ":" } }');
  await page.getByTestId("mapping-fault").getByText("„name“: Es fehlt from |", { exact: false }).waitFor();
  await text.fill(
    '{ "key": "Kennung", "name": "Titel", "attributes": { "price": { "from": "Preis", "number": "viele" } } }',
  );
  await page.getByTestId("mapping-fault").getByText("„attributes.price.number“: Die Beispielzahl").waitFor();
  await inspectLooks(page, "mapping-fault-german");
  await text.fill(
    '{ "key": "Kennung", "name": "Titel", "attributes": { "price": { "from": "Preis", "number": "1,5" } } }',
  );
  await page.getByTestId("first-products").getByText("Abgelehnt: „frei“:", { exact: false }).waitFor();
});
