// Checks the pages of sign-in, account, users and audit log in light mode, in dark mode and on a phone (see looks.ts).
import { expect, test } from "vitest";
import { pagesOf, startJourney, visit } from "../support/journey.ts";
import { inspectLooks } from "../support/looks.ts";
import { findMisfits } from "../support/misfits.ts";
import { addUser, codeOf, fillIn, invite, isRefusal, NOBODY, PASSWORD } from "./people.ts";

const journey = await startJourney();
const { server } = journey;
const { open } = pagesOf(journey, NOBODY, isRefusal);

test("the sign-in page, a failed sign-in, an invitation and a used link", async () => {
  const page = await open("/sign-in");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await inspectLooks(page, "sign-in");
  await fillIn(page, "Vera", "a wrong guess");
  await page.getByTestId("sign-in-fault").getByText(/\S/).waitFor();
  await inspectLooks(page, "sign-in-failed");
  const link = await invite(server, "Nora", "importer");
  await page.goto(link);
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Save the password and sign in" }).click();
  await page.getByText("Use at least 8 characters.").waitFor();
  await inspectLooks(page, "sign-in-invitation");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Save the password and sign in" }).click();
  await page.getByTestId("user").first().waitFor();
  const other = await open(link);
  await other.getByTestId("link-gone").waitFor();
  await inspectLooks(other, "sign-in-link-gone");
});

test("the account page, the authenticator app, the recovery codes, and the dialog of a key", async () => {
  const page = await open("/account", { user: { name: "Ada", role: "admin" } });
  await page.getByText("This session").waitFor();
  await inspectLooks(page, "account");
  const panel = page.getByTestId("second-factor");
  await panel.getByRole("button", { name: "Set up an authenticator app" }).click();
  await panel.getByText("Enter the key by hand instead").click();
  await inspectLooks(page, "account-app");
  await panel
    .getByLabel("Code", { exact: true })
    .fill(codeOf((await panel.getByTestId("shown-once").textContent()) ?? ""));
  await panel.getByRole("button", { name: "Turn on" }).click();
  await panel.getByTestId("recovery").waitFor();
  await inspectLooks(page, "account-recovery");
  await panel.getByRole("button", { name: "I have stored the codes" }).click();
  await panel.getByRole("button", { name: "Remove the app" }).click();
  await page.getByRole("dialog").waitFor();
  await inspectLooks(page, "account-remove", false);
  await page.keyboard.press("Escape");
  await page.getByTestId("keys").getByRole("button", { name: "Create an API key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await inspectLooks(page, "account-key", false);
  await dialog.getByLabel("Name", { exact: true }).fill("shop prices");
  await dialog.getByRole("button", { name: "Create an API key" }).click();
  await dialog.getByTestId("shown-once").waitFor();
  await inspectLooks(page, "account-key-created", false);
});

test("users, their dialogs, and the audit log", async () => {
  const page = await open("/users", { user: { name: "Uma", role: "admin" } });
  await page.getByTestId("user-item").first().waitFor();
  await inspectLooks(page, "users");
  await page.getByRole("button", { name: "Invite a user" }).click();
  await page.getByRole("dialog").waitFor();
  await inspectLooks(page, "users-invite", false);
  await page.getByRole("dialog").getByLabel("User name").fill("Ben");
  await page.getByRole("dialog").getByRole("button", { name: "Create the user and the link" }).click();
  await page.getByRole("dialog").getByTestId("shown-once").waitFor();
  await inspectLooks(page, "users-link", false);
  await page.getByRole("button", { name: "I have copied the link" }).click();
  await page.getByRole("button", { name: "Actions for Ben" }).click();
  await page.getByRole("menuitem", { name: "Change the role" }).click();
  await page.getByRole("dialog").waitFor();
  await inspectLooks(page, "users-role", false);
  await visit(page, "/audit");
  await page.getByTestId("audit-entry").first().waitFor();
  await inspectLooks(page, "audit");
});

test("a page that the role does not allow, and the catalogue as a viewer sees it", async () => {
  const page = await open("/users", { user: { name: "Vera", role: "viewer" } });
  await page.getByRole("heading", { name: "Your role does not allow this page" }).waitFor();
  await inspectLooks(page, "not-permitted");
  await visit(page, "/");
  await page.getByRole("heading", { name: "The catalogue is empty" }).waitFor();
  await inspectLooks(page, "viewer-start");
  await visit(page, "/imports");
  await page.getByText("No imports yet").waitFor();
  await inspectLooks(page, "viewer-imports");
});

test("in German, no text is cut off and no controls overlap", async () => {
  await addUser(server, "Gerda", "admin");
  const page = await open("/sign-in", { locale: "de-DE" });
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    expect(await findMisfits(page), `/sign-in at ${String(width)}`).toEqual([]);
  }
  await page.getByLabel("Benutzername").fill("Gerda");
  await page.getByLabel("Passwort", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  await page.getByTestId("user").first().waitFor({ state: "attached" });
  for (const [path, text] of [
    ["/account", "Diese Sitzung"],
    ["/users", "Alle Benutzer"],
    ["/audit", "Angemeldet"],
  ] as const) {
    await visit(page, path);
    await page.getByText(text).first().waitFor();
    for (const width of [1280, 820, 390]) {
      await page.setViewportSize({ width, height: 844 });
      expect(await findMisfits(page), `${path} at ${String(width)}`).toEqual([]);
    }
  }
});
