// What each role sees: controls that the role does not allow are absent, and pages that it does not allow show the role that they need.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call } from "../../../client/call.ts";
import { patch_product } from "../../../contract/catalog/edit-products.ts";
import { includesRole, ROLES, type Role } from "../../../contract/identity/identity-rules.ts";
import { put_profile } from "../../../contract/profiles/profiles.ts";
import { importOverHttp } from "../../support/import-over-http.ts";
import { pagesOf, startJourney, visit } from "../support/journey.ts";
import { asLocal, isRefusal } from "./people.ts";

const journey = await startJourney();
const { server } = journey;
const { open } = pagesOf(journey, { reducedMotion: "reduce" }, isRefusal);

const path = join(server.folder, "lamps.csv");
await writeFile(path, "sku,name,colour\nL-1,Lamp,red\nL-2,Shade,blue\n,Nameless,green\n");
await importOverHttp(server.base_url, path);
const local = await asLocal(server);
await call(patch_product, { params: { sku: "L-1" }, body: { name: "Table lamp" } }, local);
await call(
  put_profile,
  { params: { name: "Lamps" }, body: { profile: "Lamps", key: "sku", name: "name" } },
  { ...local, headers: { "if-none-match": "*" } },
);

interface Control {
  /** The page with the control, and a text that the page shows to every role. */
  path: string;
  shows: string;
  role: "button" | "checkbox" | "link" | "textbox" | "region" | "switch";
  name: string | RegExp;
  needs: Role;
}

const PRODUCTS = { path: "/products", shows: "L-2" };
const PRODUCT = { path: "/products?open=L-1", shows: "History" };
const IMPORT = { path: "/imports/1", shows: "Rejected rows" };
const PROFILE = { path: "/profiles/Lamps", shows: "Which files use this profile" };

const CONTROLS: Control[] = [
  { ...PRODUCTS, role: "button", name: "Export", needs: "viewer" },
  { ...PRODUCTS, role: "button", name: "New product", needs: "editor" },
  { ...PRODUCTS, role: "checkbox", name: "Select L-2", needs: "editor" },
  { ...PRODUCTS, role: "checkbox", name: "Select all loaded products", needs: "editor" },
  { ...PRODUCT, role: "button", name: /press to edit/, needs: "editor" },
  { ...PRODUCT, role: "switch", name: "Active", needs: "editor" },
  { ...PRODUCT, role: "button", name: "Remove colour", needs: "editor" },
  { ...PRODUCT, role: "button", name: "Restore", needs: "editor" },
  { path: "/imports", shows: "lamps.csv", role: "region", name: "New import", needs: "importer" },
  { ...IMPORT, role: "link", name: "rejects.csv", needs: "viewer" },
  { ...IMPORT, role: "button", name: "Undo…", needs: "editor" },
  { ...IMPORT, role: "button", name: "Fix rows here", needs: "importer" },
  { ...IMPORT, role: "button", name: "Import again with other columns…", needs: "importer" },
  { path: "/changes", shows: "L-1 updated", role: "button", name: /^Undo/, needs: "editor" },
  { path: "/changes/2", shows: "L-1 updated", role: "button", name: "Undo this change", needs: "editor" },
  { path: "/profiles", shows: "Remembered columns", role: "button", name: "New profile", needs: "importer" },
  { ...PROFILE, role: "button", name: "Export", needs: "viewer" },
  { ...PROFILE, role: "button", name: "Copy…", needs: "importer" },
  { ...PROFILE, role: "button", name: "Rename", needs: "importer" },
  { ...PROFILE, role: "button", name: "Delete", needs: "importer" },
  { ...PROFILE, role: "link", name: "Try a file", needs: "importer" },
  { path: "/profiles/Lamps/tests", shows: "Tests", role: "button", name: "Add a test", needs: "importer" },
  { path: "/profiles/Lamps/text", shows: "Text", role: "button", name: "Save", needs: "importer" },
  { path: "/settings", shows: "Up to date", role: "link", name: "Webhooks", needs: "admin" },
  { path: "/settings", shows: "Up to date", role: "link", name: "Users", needs: "admin" },
  { path: "/settings", shows: "Up to date", role: "link", name: "Audit log", needs: "admin" },
];

const PAGES: [path: string, needs: Role, heading: string][] = [
  ["/profiles/-/new", "importer", "New profile"],
  ["/webhooks", "admin", "Webhooks"],
  ["/users", "admin", "Users"],
  ["/audit", "admin", "Audit log"],
  ["/account", "viewer", "Account"],
];

const COMMANDS: [command: string, needs: Role][] = [
  ["Import a file…", "importer"],
  ["Webhooks", "admin"],
  ["Users", "admin"],
  ["Audit log", "admin"],
  ["Account", "viewer"],
];

const openAs = (role: Role, at: string): Promise<Page> => open(at, { user: { name: `the ${role}`, role } });

test.each(ROLES)("(8.3.1) the role %s sees exactly the controls that it allows", async (role) => {
  const page = await openAs(role, "/settings");
  const shown: string[] = [];
  let at = "";
  for (const control of CONTROLS) {
    if (control.path !== at) await visit(page, control.path);
    at = control.path;
    await page.getByText(control.shows).first().waitFor();
    const found = page.getByRole(control.role, { name: control.name, exact: true }).first();
    if (includesRole(role, control.needs)) await found.waitFor({ state: "attached" });
    if ((await found.count()) > 0) shown.push(`${control.path} ${String(control.name)}`);
  }
  const allowed = CONTROLS.filter(({ needs }) => includesRole(role, needs));
  expect(shown).toEqual(allowed.map((control) => `${control.path} ${String(control.name)}`));
});

test.each(ROLES)(
  "the role %s opens exactly the pages that it allows; the others show the role that they need",
  async (role) => {
    const page = await openAs(role, "/settings");
    for (const [at, needs, heading] of PAGES) {
      await visit(page, at);
      const expected = includesRole(role, needs) ? heading : "Your role does not allow this page";
      await page.getByRole("heading", { name: expected, level: 1, exact: true }).waitFor();
    }
  },
);

test.each(ROLES)("the role %s has exactly the commands and shortcuts that it allows", async (role) => {
  const page = await openAs(role, "/products");
  await page.getByText("L-2").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("option", { name: "Settings" }).waitFor();
  const names = await page.getByRole("option").allTextContents();
  const has = (command: string): boolean => names.some((name) => name.trim().startsWith(command));
  for (const [command, needs] of COMMANDS) expect(has(command), command).toBe(includesRole(role, needs));
  expect(has("New product")).toBe(includesRole(role, "editor"));
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.waitFor();
  for (const [label, needs] of [
    ["New product", "editor"],
    ["Select the row", "editor"],
    ["Go to Users", "admin"],
    ["Go to Imports", "viewer"],
  ] as const)
    expect(await help.getByText(label, { exact: true }).count(), label).toBe(includesRole(role, needs) ? 1 : 0);
});

test("a viewer edits nothing with mouse and keyboard: a cell opens the product instead", async () => {
  const page = await openAs("viewer", "/products");
  await page.locator('tr[data-index="0"] td[data-column="name"]').dblclick();
  await page.keyboard.press("x");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("n");
  expect(await page.getByTestId("selection").count()).toBe(0);
  expect(await page.locator("tr input[type=text], tr textarea").count()).toBe(0);
  await page.keyboard.press("Enter");
  await page.getByTestId("panel").getByText("Table lamp").first().waitFor();
  expect(await page.getByTestId("panel").getByRole("textbox").count()).toBe(0);
  await page.getByTestId("panel").getByRole("button", { name: "More actions for this product" }).click();
  await expect.poll(() => page.getByRole("menuitem").allTextContents()).toEqual(["Copy link"]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "More actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "View as API call" }).waitFor();
  expect(await page.getByRole("menuitem", { name: "Delete all products" }).count()).toBe(0);
});

test("a viewer who drops or pastes a table starts no import", async () => {
  const page = await openAs("viewer", "/products");
  await page.getByText("L-2").first().waitFor();
  const posts: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") posts.push(request.url());
  });
  await page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "sku\\tname\\nL-9\\tVase\\nL-10\\tBowl\\n");
    document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
  }`);
  await page.keyboard.press("Control+k");
  await page.getByRole("option", { name: "Settings" }).waitFor();
  expect(await page.getByRole("dialog").count()).toBe(1);
  expect(posts).toEqual([]);
});
