// Single sign-on in a browser. The provider's host is `localhost` and the server's is 127.0.0.1, so the provider is another site: the browser
// sends cookies and Fetch Metadata as it would for a provider on the internet.
import { afterAll, expect, test } from "vitest";
import { signInAt, startIdentityProvider } from "../../support/single-sign-on/identity-provider.ts";
import { launchBrowser } from "../support/browser.ts";
import { startPageServer } from "../support/page-server.ts";

let baseUrl = "";
const provider = await startIdentityProvider(() => `${baseUrl}/api/single-sign-on/callback`, "localhost");
const { issuer, client_id, client_secret, name, scope, role_claim, roles } = provider.settings;
const server = await startPageServer({
  SKUPORT_OIDC_ISSUER: issuer,
  SKUPORT_OIDC_CLIENT_ID: client_id,
  SKUPORT_OIDC_CLIENT_SECRET: client_secret,
  SKUPORT_OIDC_NAME: name,
  SKUPORT_OIDC_SCOPE: scope,
  SKUPORT_OIDC_ROLE_CLAIM: role_claim,
  SKUPORT_OIDC_ROLES: roles.map(({ value, role }) => `${value}=${role}`).join(),
  SKUPORT_PASSWORD_SIGN_IN: "false",
});
baseUrl = server.base_url;
const browser = await launchBrowser();
afterAll(async () => {
  await browser.close();
  await server.remove();
});

/** Opens a path in a browser without cookies. */
async function open(path: string) {
  const page = await browser.newPage({ baseURL: baseUrl, locale: "en" });
  await page.goto(path);
  return page;
}

test("(10.1.2) a person signs in at the provider, and the page that they wanted opens", async () => {
  provider.person = { sub: "1", preferred_username: "Anna Schmidt", groups: ["staff"] };
  const page = await open("/changes?kind=edit");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(await page.getByLabel("Password").count()).toBe(0);
  await page.getByRole("link", { name: "Test Login" }).click();
  await page.getByRole("heading", { name: "Changes" }).waitFor();
  expect(page.url()).toBe(`${baseUrl}/changes?kind=edit`);
  await page.getByTestId("user").first().getByText("Anna Schmidt").waitFor();
  const names = (await page.context().cookies(baseUrl)).map((cookie) => cookie.name);
  expect(names).toEqual([`skuport-${new URL(baseUrl).port}`]);
  // The session cookie is HttpOnly: no script can read it.
  expect(await page.evaluate("document.cookie")).toBe("");
  await page.close();
});

test("(8.2.1) a person without a role reads on the sign-in page why they cannot sign in", async () => {
  provider.person = { sub: "2", preferred_username: "Nora", groups: [] };
  const page = await open("/sign-in");
  await page.getByRole("link", { name: "Test Login" }).click();
  await page.getByText("Your account has no role in Skuport").waitFor();
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  await page.close();
});

test("(10.2.1) a link with an answer that an attacker has started does not sign the victim in", async () => {
  provider.person = { sub: "3", preferred_username: "Mallory", groups: ["staff"] };
  const started = await fetch(`${baseUrl}/api/single-sign-on/start`, { redirect: "manual" });
  const stolen = await signInAt(started.headers.get("location") ?? "");
  const victim = await open(stolen.href);
  await victim.getByText("The sign-in took too long, or was started in another window").waitFor();
  expect(await victim.context().cookies(baseUrl)).toEqual([]);
  await victim.close();
});
