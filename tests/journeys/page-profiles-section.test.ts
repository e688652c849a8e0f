// End-to-end tests of the profiles section: list, mapping in words, text with faults, failing tests, conflicts, copies, versions.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../client/call.ts";
import { list_column_choices } from "../../contract/imports/column-choices.ts";
import { continue_import, get_import } from "../../contract/imports/imports.ts";
import { get_profile, put_profile, type Profile } from "../../contract/profiles/profiles.ts";
import type { ProfileDefinition } from "../../contract/profiles/profile.ts";
import { importOverHttp } from "../support/import-over-http.ts";
import { until } from "../support/until.ts";
import { startOnePage } from "./support/journey.ts";
import { inspectLooks } from "./support/looks.ts";

const { server, watched, page } = await startOnePage({ acceptDownloads: true });
const LAMPS = "Lieferant;Artikel;Bezeichnung;EK\nX;101;Table lamp;19,90\nX;102;Floor lamp;1.049,00\n";
const DEFINITION: ProfileDefinition = {
  key: { from: ["Lieferant", "Artikel"], join: ":", need: "all" },
  name: "Bezeichnung",
  attributes: { price: { from: "EK", number: "1.234,56" } },
};
const put = (name: string, body: ProfileDefinition): Promise<Profile> =>
  call(put_profile, { params: { name }, querystring: { confirm: true }, body }, { base_url: server.base_url });
const read = (name: string): Promise<Profile> => call(get_profile, { params: { name } }, { base_url: server.base_url });
const tab = (name: string): Locator =>
  page.getByRole("navigation", { name: "Parts of the profile" }).getByRole("link", { name });
const button = (name: string, within: Page | Locator = page): Locator =>
  within.getByRole("button", { name, exact: true });
const editor = (): Locator => page.getByLabel("Text of the profile as JSON");
const said = (text: string): Promise<void> => page.getByText(text, { exact: true }).first().waitFor();

/** Opens the section by its shortcut, once the page handles keys. */
async function goByKeys(): Promise<void> {
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Profiles" }).first().waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.waitForURL("**/profiles");
}

/** Moves the mouse away, so that no button is hovered, and inspects the page. */
async function look(view: string): Promise<void> {
  await page.mouse.move(0, 0);
  await inspectLooks(page, view);
}

/** Replaces a part of the text in the editor. */
async function edit(from: string, to: string): Promise<void> {
  await expect.poll(() => editor().inputValue()).toContain(from);
  await editor().fill((await editor().inputValue()).replace(from, to));
}

test("without own profiles, the page explains them and lists the built-in ones", async () => {
  await page.goto("/products");
  await goByKeys();
  await page.getByRole("heading", { name: "No profiles of your own yet" }).waitFor();
  await page
    .getByRole("list", { name: "Built-in profiles" })
    .getByRole("link", { name: "Akeneo", exact: true })
    .waitFor();
  await look("profiles-first");
});

test("a new profile is written as text; each fault is shown at its line", async () => {
  await button("New profile", page.getByTestId("first-profile")).click();
  await editor().fill('{\n  "key": "SKU",\n}');
  await page.getByText("A name in double quotes was expected here", { exact: false }).first().waitFor();
  await button("Save the profile").click();
  await said("Write a name.");
  await page.getByLabel("Name", { exact: true }).fill("Supplier A");
  await editor().fill(JSON.stringify({ ...DEFINITION, on_new_column: "drop", attributes: { price: 5 } }, null, 2));
  await said("2 faults");
  await page.getByRole("list", { name: "Faults in the text" }).getByText("attributes › price").waitFor();
  await look("profiles-faults");
  await button("Line 12").click();
  await expect.poll(() => page.evaluate("document.activeElement.selectionStart")).toBeGreaterThan(100);
  await editor().fill(JSON.stringify(DEFINITION, null, 2));
  await said("The text is valid");
  await button("Save the profile").click();
  await page.waitForURL("**/profiles/Supplier%20A");
  expect(await read("Supplier A")).toMatchObject({ version: 1, definition: { profile: "Supplier A", ...DEFINITION } });
});

test("the mapping is shown in plain words, with the columns and the policies", async () => {
  const words = page.getByRole("region", { name: "Mapping" });
  await words
    .getByText("Lieferant and Artikel, joined by “:” (blank if one of them is blank)", { exact: true })
    .waitFor();
  await words.getByText("EK; number written as 1.234,56", { exact: true }).waitFor();
  await page.getByText("New columns become attributes, and the import reports them.").waitFor();
  await importOverHttp(server.base_url, await fileOf("lamps.csv", LAMPS));
  await page.reload();
  await page.getByRole("heading", { name: "Columns of the last file" }).waitFor();
  expect(await page.getByRole("link", { name: "Import 1" }).getAttribute("href")).toBe("/imports/1");
  await look("profiles-mapping");
});

test("a test is made from pasted lines: the profile computes the products, and the user confirms them", async () => {
  await tab("Tests").click();
  await button("Add a test").click();
  const form = page.getByTestId("add-test");
  await form.getByLabel("Lines of the file", { exact: true }).fill(LAMPS);
  await form.getByRole("cell", { name: "1049.00" }).waitFor();
  await form.getByLabel("Name of the test").fill("two lamps");
  await look("profiles-add-test");
  await button("The products are right: add the test", form).click();
  const list = page.getByRole("list", { name: "Tests" });
  await list.getByText("Passed", { exact: true }).waitFor();
  expect((await read("Supplier A")).tests).toEqual({ count: 1, failed: 0 });
});

test("a change that breaks a test is confirmed in place; the test then shows expected beside actual", async () => {
  await tab("Text").click();
  await edit('"number": "1.234,56"', '"number": "1.234,56", "suffix": " EUR"');
  await said("1 test fails");
  await button("Save").click();
  const problem = page.getByTestId("save-problem");
  await problem.getByText("Not saved: a test would fail", { exact: true }).waitFor();
  await problem.getByRole("cell", { name: "19.90 EUR" }).waitFor();
  await look("profiles-test-breaks");
  expect((await read("Supplier A")).version).toBe(2);
  await button("Save anyway", problem).click();
  await said("Saved the profile Supplier A, version 3");
  await tab("Tests").click();
  const list = page.getByRole("list", { name: "Tests" });
  await list.getByText("Failed", { exact: true }).waitFor();
  const row = list.getByRole("row").nth(1);
  expect(await row.getByRole("cell").allInnerTexts()).toEqual(["X:101", "price", "19.90", "19.90 EUR"]);
  await look("profiles-test-red");
  await button("Accept the new result of the test two lamps", list).click();
  await list.getByText("Passed", { exact: true }).waitFor();
  expect((await read("Supplier A")).tests).toEqual({ count: 1, failed: 0 });
});

test("a conflict shows both texts, and the user chooses", async () => {
  await tab("Text").click();
  await edit('"suffix": " EUR"', '"suffix": " €"');
  const other = await read("Supplier A");
  await put("Supplier A", { ...DEFINITION, description: "Text" });
  await button("Save").click();
  const problem = page.getByTestId("save-problem");
  await problem.getByText("Not saved: the profile was changed meanwhile", { exact: true }).waitFor();
  await problem
    .getByRole("region", { name: `Stored now (version ${other.version + 1})` })
    .getByText("Text")
    .waitFor();
  await problem.getByRole("region", { name: "Your text" }).getByText(" €").waitFor();
  await look("profiles-conflict");
  await button("Replace the stored text with mine", problem).click();
  await button("Save anyway", problem).click();
  await said(`Saved the profile Supplier A, version ${other.version + 2}`);
});

test("an older version is compared with the current text and made current again", async () => {
  await tab("Versions").click();
  const item = page.getByRole("listitem").filter({ hasText: "Version 2" });
  await button("Compare", item).click();
  await item.getByRole("region", { name: "Version 2" }).waitFor();
  await look("profiles-versions");
  await button("Make version 2 current", item).click();
  await said("Version 2 is current again");
  expect((await read("Supplier A")).definition["attributes"]).toEqual(DEFINITION.attributes);
});

test("a file is tried with the profile without importing it", async () => {
  await tab("Try a file").click();
  const chooser = page.waitForEvent("filechooser");
  await button("Choose a file").click();
  await (await chooser).setFiles(await fileOf("more.csv", `${LAMPS}X;103;Desk lamp;on request\n`));
  const tried = page.getByTestId("try");
  await tried.getByRole("cell", { name: "1049.00" }).waitFor();
  await tried.getByText("on request").waitFor();
  await look("profiles-try");
});

test("a built-in profile can only be read and copied; the copy can be renamed, exported and opened again", async () => {
  await page.goto("/profiles/Akeneo/text");
  await expect.poll(() => editor().getAttribute("readonly")).not.toBeNull();
  await button("Copy…").click();
  await page.getByLabel("Name of the copy").fill("Supplier A");
  await button("Create the copy").click();
  await said("There is already a profile with this name.");
  await page.getByLabel("Name of the copy").fill("Our Akeneo");
  await look("profiles-copy");
  await button("Create the copy").click();
  await page.waitForURL("**/profiles/Our%20Akeneo/text");
  await button("Rename").click();
  await page.getByLabel("New name").fill("Our PIM & Akeneo");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/profiles/Our%20PIM%20%26%20Akeneo");
  const download = page.waitForEvent("download");
  await button("Export").click();
  const path = join(server.folder, "exported.json");
  expect((await download).suggestedFilename()).toBe("Our PIM & Akeneo.json");
  await (await download).saveAs(path);
  await page.goto("/profiles");
  const chooser = page.waitForEvent("filechooser");
  await button("Open a file…").click();
  await (await chooser).setFiles(path);
  await expect.poll(() => page.getByLabel("Name", { exact: true }).inputValue()).toBe("Our PIM & Akeneo");
  await button("Save the profile").click();
  await page.getByTestId("save-problem").getByText("Not saved: the profile was changed meanwhile").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Opened");
  await button("Save the profile").click();
  await page.waitForURL("**/profiles/Opened");
});

test("a profile is deleted after a second click, and restored by undo", async () => {
  await button("Delete").click();
  await look("profiles-delete");
  await button("Delete Opened").click();
  await page.waitForURL("**/profiles");
  // Click at once: the page shows this button for a few seconds only.
  await button("Undo").click();
  await page.waitForURL("**/profiles/Opened");
  expect(await read("Opened")).toMatchObject({ version: 1 });
  await page.goto("/profiles");
  await page
    .getByRole("list", { name: "Your profiles" })
    .getByRole("link", { name: "Supplier A", exact: true })
    .waitFor();
  await look("profiles-list");
});

test("choices for columns are listed and can be forgotten", async () => {
  const created = await fetch(`${server.base_url}/api/imports?filename=odd.csv&profile=none`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: "Foo,Bar\nF-1,Lamp\nF-2,Desk\n",
  });
  const { id } = (await created.json()) as { id: number };
  const state = async (): Promise<string> =>
    (await call(get_import, { params: { id } }, { base_url: server.base_url })).state;
  await until(async () => (await state()) === "held");
  await call(continue_import, { params: { id }, body: { key: "Foo", name: "Bar" } }, { base_url: server.base_url });
  await until(async () => (await state()) === "done");
  await page.goto("/profiles");
  const list = page.getByRole("list", { name: "Remembered columns" });
  await list.getByRole("listitem").filter({ hasText: "Foo" }).getByText("is SKU", { exact: true }).waitFor();
  await look("profiles-remembered");
  await button("Forget the choice for Foo", list).click();
  await said("Removed the choice for Foo");
  await list.getByText("Foo", { exact: true }).waitFor({ state: "detached" });
  const { items } = await call(list_column_choices, {}, { base_url: server.base_url });
  expect(items.map(({ column, target }) => [column, target])).toEqual([["Bar", "name"]]);
});

test("a profile is opened, edited and saved by keyboard alone", async () => {
  await page.goto("/imports");
  await goByKeys();
  await page.getByRole("list", { name: "Your profiles" }).waitFor();
  await tabTo("Supplier A");
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Parts of the profile" }).waitFor();
  await tabTo("Text");
  await page.keyboard.press("Enter");
  await editor().waitFor();
  await tabTo("Text of the profile as JSON");
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.type('"repeats": "first",');
  await said("1 test passes");
  await page.keyboard.press("Control+s");
  await page
    .getByText(/^Saved the profile Supplier A, version/)
    .first()
    .waitFor();
  expect((await read("Supplier A")).definition).toMatchObject({ repeats: "first" });
});

/** Presses Tab until the element with this text or label has the focus. */
async function tabTo(name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const label = await page.evaluate<string>(
      "(document.activeElement.ariaLabel ?? document.activeElement.textContent).trim()",
    );
    if (label === name) return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

test("no page requested a foreign host; the console only has the refused requests", () => {
  expect(watched.foreign_requests).toEqual([]);
  expect(watched.complaints.filter((complaint) => !/status of (?:400|404|409|412)/.test(complaint))).toEqual([]);
});

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(server.folder, name);
  await writeFile(path, text);
  return path;
}
