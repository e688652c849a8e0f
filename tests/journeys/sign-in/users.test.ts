// The users page and the audit log: what an administrator does on them, and what the other person sees.
import { expect, test } from "vitest";
import { call } from "../../../client/call.ts";
import { list_changesets } from "../../../contract/changesets/changesets.ts";
import { create_key } from "../../../contract/identity/keys.ts";
import { sign_in } from "../../../contract/identity/sign-in.ts";
import { pagesOf, startJourney, visit } from "../support/journey.ts";
import { addUser, asLocal, fillIn, isRefusal, NOBODY, PASSWORD, signIn } from "./people.ts";

const journey = await startJourney();
const { server } = journey;
const { open } = pagesOf(journey, NOBODY, isRefusal);

async function openUsers() {
  const page = await open("/users", { user: { name: "Ada", role: "admin" } });
  await page.getByRole("heading", { name: "Users", exact: true }).waitFor();
  const item = (name: string) => page.getByTestId("user-item").filter({ hasText: name });
  const act = async (name: string, action: string): Promise<void> => {
    await page.getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: action }).click();
  };
  return { page, item, act };
}

test("an administrator invites a user: the link is shown once, and the person signs in with it", async () => {
  const { page, item } = await openUsers();
  await page.getByRole("button", { name: "Invite a user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("User name").fill("ADA");
  await dialog.getByRole("button", { name: "Create the user and the link" }).click();
  await dialog.getByRole("alert").getByText(/\S/).first().waitFor();
  await dialog.getByLabel("User name").fill("Ben");
  await dialog.getByRole("radio", { name: "Editor" }).check();
  await dialog.getByRole("button", { name: "Create the user and the link" }).click();
  const link = (await dialog.getByTestId("shown-once").textContent()) ?? "";
  expect(link).toMatch(new RegExp(`^${server.base_url}/sign-in#link=`));
  await dialog.getByRole("button", { name: "I have copied the link" }).click();
  await item("Ben").getByText("Link not used yet").waitFor();
  expect(await page.content()).not.toContain(link);
  const other = await open(link);
  await other.getByLabel("New password").fill(PASSWORD);
  await other.getByRole("button", { name: "Save the password and sign in" }).click();
  await other.getByTestId("user").first().getByText("Editor").waitFor();
  await page.reload();
  await item("Ben").getByText("1 session").waitFor();
});

test("(7.4.2) a new role and disabling a user sign the person out; a disabled user cannot sign in", async () => {
  await addUser(server, "Cleo", "viewer");
  const { page, item, act } = await openUsers();
  const other = await open("/sign-in");
  await signIn(other, "Cleo");
  await visit(other, "/changes");
  await other.getByRole("heading", { name: "Changes" }).waitFor();
  await act("Cleo", "Change the role");
  await page.getByRole("dialog").getByRole("radio", { name: "Editor" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Change the role" }).click();
  await item("Cleo").getByText("Editor", { exact: true }).waitFor();
  await other.getByRole("heading", { name: "Sign in" }).waitFor();
  await fillIn(other, "Cleo");
  await other.getByTestId("user").first().getByText("Editor").waitFor();

  await act("Cleo", "Disable the user");
  await page.getByRole("dialog").getByRole("button", { name: "Disable the user" }).click();
  await item("Cleo").getByText("Disabled").waitFor();
  await other.getByText("Your session has ended").waitFor();
  await fillIn(other, "Cleo");
  await other.getByTestId("sign-in-fault").getByText(/\S/).waitFor();
  await act("Cleo", "Enable the user");
  await page.getByText("Cleo can sign in again").first().waitFor();
  await fillIn(other, "Cleo");
  await other.getByTestId("user").first().waitFor();
});

test("the last administrator keeps the role", async () => {
  const { page, item, act } = await openUsers();
  await act("admin", "Disable the user");
  await page.getByRole("dialog").getByRole("button", { name: "Disable the user" }).click();
  await item("admin").getByText("Disabled").waitFor();
  await page.getByRole("button", { name: "Actions for Ada" }).click();
  await page.getByRole("menuitem", { name: "Change the role" }).waitFor();
  expect(await page.getByRole("menuitem", { name: "Disable the user" }).count()).toBe(0);
  await page.getByRole("menuitem", { name: "Change the role" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Editor" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Change the role" }).click();
  await page.getByRole("dialog").getByRole("alert").getByText("the only enabled administrator").waitFor();
  await page.keyboard.press("Escape");
  await act("admin", "Enable the user");
  await page.getByText("admin can sign in again").first().waitFor();
});

test("(6.4.3) a reset link replaces the password", async () => {
  await addUser(server, "Dora", "viewer");
  const { page, act } = await openUsers();
  await act("Dora", "Create a link");
  await page.getByRole("dialog").getByRole("button", { name: "Create a link" }).click();
  const link = (await page.getByRole("dialog").getByTestId("shown-once").textContent()) ?? "";
  const other = await open(link);
  await other.getByRole("heading", { name: "New password for Dora" }).waitFor();
  await other.getByLabel("New password").fill("eight blue boats at noon");
  await other.getByRole("button", { name: "Save the password and sign in" }).click();
  await other.getByTestId("user").first().waitFor();
  const old = call(sign_in, { body: { user: "Dora", password: PASSWORD } }, { base_url: server.base_url });
  await expect(old).rejects.toMatchObject({ slug: "sign-in-failed" });
});

test("an administrator sees and revokes the keys of all users", async () => {
  const local = await asLocal(server);
  const { key } = await call(create_key, { body: { name: "night export", scopes: ["read"] } }, local);
  const { page } = await openUsers();
  const keys = page.getByTestId("all-keys").getByRole("listitem").filter({ hasText: "night export" });
  await keys.getByText("of admin").waitFor();
  await keys.getByRole("button", { name: "Revoke the key night export" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await keys.getByText("Not valid").waitFor();
  await expect(call(list_changesets, {}, { base_url: server.base_url, key })).rejects.toMatchObject({
    slug: "sign-in-required",
  });
});

test("(16.2.1) the audit log is filtered by action, actor and day, and contains no secret", async () => {
  await call(sign_in, { body: { user: "Ada", password: "a wrong guess" } }, { base_url: server.base_url }).catch(
    () => undefined,
  );
  const { page } = await openUsers();
  await visit(page, "/audit");
  const entries = page.getByTestId("audit-entry");
  await entries.first().waitFor();
  await page.getByLabel("Action", { exact: true }).click();
  await page.getByRole("option", { name: "Sign-in failed" }).click();
  await page.waitForURL(/action=sign-in-failed/);
  const actions = entries.locator("td:nth-child(2)");
  await expect
    .poll(async () => (await actions.allTextContents()).every((text) => text.trim().startsWith("Sign-in failed")))
    .toBe(true);
  await entries.first().getByText("Ada").first().waitFor();
  await page.getByRole("button", { name: "Clear the filter" }).click();
  await page.getByLabel("Who", { exact: true }).fill("Ada");
  await page.waitForURL(/actor=Ada/);
  await entries.first().waitFor();
  await page.getByLabel("From", { exact: true }).fill("2020-01-01");
  await page.getByLabel("To", { exact: true }).fill("2020-01-31");
  await page.getByText("No entry matches the filter.").waitFor();
  await visit(page, "/audit");
  await entries.first().waitFor();
  const text = await page.content();
  for (const secret of [PASSWORD, "a wrong guess"]) expect(text).not.toContain(secret);
});
