// Signing in and out with a password, and with one-time links.
import { expect, test } from "vitest";
import { call } from "../../../client/call.ts";
import { end_user_sessions, list_users } from "../../../contract/identity/users.ts";
import { sign_in } from "../../../contract/identity/sign-in.ts";
import { pagesOf, startJourney, visit } from "../support/journey.ts";
import { addUser, asLocal, fillIn, invite, isRefusal, NOBODY, PASSWORD, signIn, tokenOf } from "./people.ts";

const journey = await startJourney();
const { server } = journey;
const { open } = pagesOf(journey, NOBODY, isRefusal);
await addUser(server, "Ada", "admin");
await addUser(server, "Vera", "viewer");

const fault = (page: Awaited<ReturnType<typeof open>>) => page.getByTestId("sign-in-fault");

test("without a session every page leads to the sign-in page, and back after the sign-in", async () => {
  const page = await open("/changes?kind=edit");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  await fillIn(page, "ada");
  await page.getByRole("heading", { name: "Changes" }).waitFor();
  expect(page.url()).toBe(`${server.base_url}/changes?kind=edit`);
  await page.getByTestId("user").first().getByText("Administrator").waitFor();
  // The name is shown as the administrator wrote it.
  expect(await page.getByTestId("user").first().textContent()).toContain("Ada");
});

test("(3.7.3) the sign-in page opens no other site", async () => {
  const page = await open(`/sign-in?next=${encodeURIComponent("//evil.example/products")}`);
  await fillIn(page, "Vera");
  await page.getByTestId("user").first().waitFor();
  expect(new URL(page.url()).origin).toBe(server.base_url);
});

test("(6.3.8) a wrong password and an unknown name show the same message, and the focus is in the password", async () => {
  const page = await open("/sign-in");
  await fillIn(page, "Vera", "not her password");
  await fault(page).getByText(/\S/).waitFor();
  const message = await fault(page).textContent();
  expect(await page.evaluate("document.activeElement.autocomplete")).toBe("current-password");
  await fillIn(page, "Nobody", "not a password either");
  await page.getByRole("button", { name: "Sign in", exact: true }).isEnabled();
  await expect.poll(() => fault(page).textContent()).toBe(message);
});

test("empty fields are named before anything is sent", async () => {
  const page = await open("/sign-in");
  const posts: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") posts.push(request.url());
  });
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("Enter your user name.").waitFor();
  await page.getByText("Enter a password.").waitFor();
  expect(posts).toEqual([]);
});

test("(6.3.1) too many failures block the sign-in, even with the right password", async () => {
  await addUser(server, "Tim", "viewer");
  for (let i = 0; i < 10; i++)
    await call(sign_in, { body: { user: "Tim", password: `wrong ${String(i)}` } }, { base_url: server.base_url }).catch(
      () => undefined,
    );
  const page = await open("/sign-in");
  await fillIn(page, "Tim");
  await fault(page)
    .getByText(/too many|again in/i)
    .waitFor();
});

test("(7.4.1) signing out ends the session: the back button and a new tab show the sign-in page", async () => {
  const page = await open("/sign-in");
  await signIn(page, "Vera");
  await visit(page, "/settings");
  await page.getByTestId("user").first().click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.goto("/settings");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(page.url()).toContain("next=%2Fsettings");
});

test("a link to the sign-out page ends no session without a click", async () => {
  const page = await open("/sign-in");
  await signIn(page, "Vera");
  await page.goto("/sign-out");
  await page.getByRole("link", { name: "Stay signed in" }).click();
  await page.getByTestId("user").first().waitFor();
  await page.goto("/sign-out");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("(7.4.5) when the session ends elsewhere, the open page leads to the sign-in page and keeps its address", async () => {
  await addUser(server, "Enid", "editor");
  const page = await open("/sign-in");
  await signIn(page, "Enid");
  await visit(page, "/changes?kind=edit");
  await page.getByRole("heading", { name: "Changes" }).waitFor();
  const local = await asLocal(server);
  const { items } = await call(list_users, {}, local);
  await call(end_user_sessions, { params: { id: items.find(({ name }) => name === "Enid")?.id ?? 0 } }, local);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await fillIn(page, "Enid");
  await page.getByRole("heading", { name: "Changes" }).waitFor();
  expect(page.url()).toBe(`${server.base_url}/changes?kind=edit`);
});

test("an invitation lets the person choose a password; reasons for a refusal are shown", async () => {
  const page = await open(new URL(await invite(server, "Nora", "importer")).href);
  await page.getByRole("heading", { name: "Welcome, Nora" }).waitFor();
  const password = page.getByLabel("New password");
  const save = page.getByRole("button", { name: "Save the password and sign in" });
  await password.fill("short");
  await save.click();
  await page.getByText("Use at least 8 characters.").waitFor();
  for (const refused of ["password1", "noranora"]) {
    await password.fill(refused);
    await save.click();
    await expect.poll(() => fault(page).textContent()).toMatch(/\S/);
  }
  await password.fill(PASSWORD);
  await save.click();
  await page.getByTestId("user").first().getByText("Importer").waitFor();
  await page.goto("/sign-in");
  await signIn(page, "Nora");
});

test("(14.2.1) the secret of a link leaves the address bar and the history at once, and no request has it in its URL", async () => {
  const link = await invite(server, "Otto", "viewer");
  const secret = tokenOf(link);
  const page = await open("/sign-in");
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  await page.goto(link);
  await page.getByRole("heading", { name: "Welcome, Otto" }).waitFor();
  expect(page.url()).toBe(`${server.base_url}/sign-in`);
  await page.goto("/sign-in?next=%2Fchanges");
  await page.goBack();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(page.url()).not.toContain(secret);
  expect(await page.evaluate("JSON.stringify([localStorage, sessionStorage])")).not.toContain(secret);
  expect(urls.filter((url) => url.includes(secret) && !url.includes(`#link=${secret}`))).toEqual([]);
});

test("a used link shows what to do next", async () => {
  const link = await invite(server, "Uwe", "viewer");
  const first = await open(link);
  await first.getByLabel("New password").fill(PASSWORD);
  await first.getByRole("button", { name: "Save the password and sign in" }).click();
  await first.getByTestId("user").first().waitFor();
  const page = await open(link);
  await page.getByTestId("link-gone").getByText("Ask an administrator for a new link.").waitFor();
  await page.getByRole("button", { name: "Sign in with a password" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

test("the sign-in page speaks German", async () => {
  const page = await open("/sign-in", { locale: "de-DE" });
  await page.getByRole("heading", { name: "Anmelden" }).waitFor();
  await page.getByLabel("Benutzername").fill("Vera");
  await page.getByLabel("Passwort", { exact: true }).fill("falsch geraten");
  await page.getByRole("button", { name: "Anmelden", exact: true }).click();
  await fault(page).getByText("stimmt nicht").waitFor();
});
