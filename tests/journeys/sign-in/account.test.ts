// The account page: password, authenticator app, recovery codes, sessions and API keys.
import { expect, test } from "vitest";
import { call } from "../../../client/call.ts";
import { list_products } from "../../../contract/catalog/products.ts";
import { pagesOf, startJourney, visit } from "../support/journey.ts";
import { addUser, codeOf, fillIn, isRefusal, NOBODY, PASSWORD, signIn } from "./people.ts";

const journey = await startJourney();
const { server } = journey;
const { open } = pagesOf(journey, NOBODY, isRefusal);

test("(6.2.3, 7.4.3) a new password needs the old one, and ends all other sessions", async () => {
  await addUser(server, "Ada", "admin");
  const page = await open("/sign-in");
  await signIn(page, "Ada");
  const other = await open("/sign-in");
  await signIn(other, "Ada");
  await visit(page, "/account");
  await page.getByTestId("sessions").getByRole("listitem").nth(1).waitFor();
  await page.getByLabel("Current password").fill("not the old one");
  await page.getByLabel("New password").fill("nine green chairs in a row");
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect.poll(() => page.getByRole("alert").allTextContents()).toContainEqual(expect.stringMatching(/password/i));
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("Password saved", { exact: true }).waitFor();
  await other.getByRole("heading", { name: "Sign in" }).waitFor();
  await fillIn(other, "Ada", "nine green chairs in a row");
  await other.getByTestId("user").first().waitFor();
});

test("(6.3.3, 6.5.1) an authenticator app is set up with a QR code; afterwards the sign-in needs its code, or a recovery code once", async () => {
  await addUser(server, "Toni", "editor");
  const page = await open("/sign-in");
  await signIn(page, "Toni");
  await visit(page, "/account");
  const panel = page.getByTestId("second-factor");
  await panel.getByRole("button", { name: "Set up an authenticator app" }).click();
  await panel.getByTestId("qr").waitFor();
  await panel.getByText("Enter the key by hand instead").click();
  const secret = (await panel.getByTestId("shown-once").textContent()) ?? "";
  await panel.getByLabel("Code", { exact: true }).fill("000000");
  await panel.getByRole("button", { name: "Turn on" }).click();
  await expect.poll(() => panel.getByRole("alert").textContent()).toMatch(/\S/);
  await panel.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await panel.getByRole("button", { name: "Turn on" }).click();
  const recovery = panel.getByTestId("recovery").getByRole("listitem");
  await recovery.first().waitFor();
  const codes = await recovery.allTextContents();
  expect(codes.length).toBeGreaterThanOrEqual(8);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    panel.getByRole("button", { name: "Download" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("skuport-recovery-codes.txt");
  // While the codes are shown, the app is already active.
  await panel.getByText("On", { exact: true }).waitFor();
  await panel.getByRole("button", { name: "I have stored the codes" }).click();
  await panel.getByText("10 recovery codes are left.").waitFor();

  const other = await open("/sign-in");
  await fillIn(other, "Toni");
  await other.getByLabel("Code", { exact: true }).waitFor();
  await other.getByLabel("Code", { exact: true }).fill("123456");
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect.poll(() => other.getByTestId("sign-in-fault").textContent()).toMatch(/\S/);
  await other.getByLabel("Code", { exact: true }).fill(codeOf(secret, 1));
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await other.getByTestId("user").first().waitFor();

  for (const isAccepted of [true, false]) {
    const third = await open("/sign-in");
    await fillIn(third, "Toni");
    await third.getByLabel("Code", { exact: true }).fill(codes[0] ?? "");
    await third.getByRole("button", { name: "Sign in", exact: true }).click();
    if (isAccepted) await third.getByTestId("user").first().waitFor();
    else await expect.poll(() => third.getByTestId("sign-in-fault").textContent()).toMatch(/\S/);
  }

  await page.reload();
  await panel.getByText("9 recovery codes are left.").waitFor();
  await panel.getByRole("button", { name: "Renew the recovery codes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Renew the recovery codes" }).click();
  await recovery.first().waitFor();
  // The focus is on the codes, so that a screen reader reads them.
  await panel.locator("ul:focus").waitFor();
  const renewed = await recovery.allTextContents();
  expect([renewed.length, renewed.filter((code) => codes.includes(code))]).toEqual([10, []]);
  await panel.getByRole("button", { name: "I have stored the codes" }).click();
  await panel.getByText("10 recovery codes are left.").waitFor();

  await panel.getByRole("button", { name: "Remove the app" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Your password").fill(PASSWORD);
  await dialog.getByLabel("Code", { exact: true }).fill(codes[1] ?? "");
  await dialog.getByRole("button", { name: "Remove the app" }).click();
  await expect.poll(() => dialog.getByRole("alert").textContent()).toMatch(/\S/);
  await dialog.getByLabel("Your password").fill(PASSWORD);
  await dialog.getByLabel("Code", { exact: true }).fill(renewed[1] ?? "");
  await dialog.getByRole("button", { name: "Remove the app" }).click();
  await panel.getByText("Off", { exact: true }).waitFor();
});

test("(7.5.2) sessions are listed with browser and system; one can be ended, and all others", async () => {
  await addUser(server, "Sven", "viewer");
  const page = await open("/sign-in");
  await signIn(page, "Sven");
  const others = [];
  for (const userAgent of ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "curl/8.11.0"]) {
    const other = await open("/sign-in", { userAgent });
    await signIn(other, "Sven");
    others.push(other);
  }
  await visit(page, "/account");
  const list = page.getByTestId("sessions").getByRole("listitem");
  // One of the four is the session in which the user chose the password.
  await expect.poll(() => list.count()).toBe(4);
  await list.filter({ hasText: "This session" }).getByText("Chrome on Linux").waitFor();
  await list.filter({ hasText: "Firefox on Linux" }).getByRole("button").click();
  await page.getByText("Session ended", { exact: true }).waitFor();
  await others[0]?.getByRole("heading", { name: "Sign in" }).waitFor();
  await expect.poll(() => list.count()).toBe(3);
  await page.getByTestId("sessions").getByRole("button", { name: "End all other sessions" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End 2 sessions" }).click();
  await others[1]?.getByRole("heading", { name: "Sign in" }).waitFor();
  await expect.poll(() => list.count()).toBe(1);
});

test("an API key is shown once, works with its scopes, and is revoked", async () => {
  const page = await open("/account", { user: { name: "Kim", role: "importer" } });
  await page.getByTestId("keys").getByRole("button", { name: "Create an API key" }).click();
  const dialog = page.getByRole("dialog");
  // The dialog offers only the scopes that the role of the user allows.
  await expect.poll(() => dialog.getByRole("checkbox").count()).toBe(2);
  await dialog.getByRole("button", { name: "Create an API key" }).click();
  await dialog.getByText("Enter a name.").waitFor();
  await dialog.getByLabel("Name", { exact: true }).fill("shop prices");
  await dialog.getByLabel("Valid for days").fill("900");
  await dialog.getByRole("button", { name: "Create an API key" }).click();
  await dialog.getByText("Enter a number from 1 to 365.").waitFor();
  await dialog.getByLabel("Valid for days").fill("30");
  await dialog.getByRole("button", { name: "Create an API key" }).click();
  const key = (await dialog.getByTestId("shown-once").textContent()) ?? "";
  expect(key).toMatch(/^sku_[\w-]{43}$/);
  const read = () => call(list_products, {}, { base_url: server.base_url, key });
  expect((await read()).items).toEqual([]);
  await dialog.getByRole("button", { name: "I have copied the key" }).click();
  const item = page.getByTestId("keys").getByRole("listitem").filter({ hasText: "shop prices" });
  await item.getByText(key.slice(-4)).waitFor();
  expect(await page.content()).not.toContain(key);
  await page.reload();
  await item.getByRole("button", { name: "Revoke the key shop prices" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await item.getByText("Not valid").waitFor();
  await expect(read()).rejects.toMatchObject({ slug: "sign-in-required" });
});
