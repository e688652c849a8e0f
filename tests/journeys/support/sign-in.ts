// Signs browsers in without showing the sign-in page. Users sign in over HTTP, as the page does it.
import { randomUUID } from "node:crypto";
import type { BrowserContext } from "playwright-core";
import { call } from "../../../client/call.ts";
import type { Role } from "../../../contract/identity/identity-rules.ts";
import { create_reset_link, create_user, list_users } from "../../../contract/identity/users.ts";

/** Passwords of the users of each server, by URL and name. */
const passwords = new Map<string, string>();

/** Signs the browser context in. If there is no user with this name, it is created with this role.
 * @param baseUrl URL of a server to which `fetch` sends a key (see fetch-with-key.ts) */
export async function signInBrowser(
  context: BrowserContext,
  baseUrl: string,
  user = "admin",
  role: Role = "admin",
): Promise<void> {
  const known = passwords.get(`${baseUrl} ${user}`);
  const response =
    known === undefined
      ? await redeemLink(baseUrl, user, role)
      : await post(`${baseUrl}/api/session`, { user, password: known });
  const [name = "", value = ""] = (response.headers.get("set-cookie") ?? "").split(";", 1).join("").split("=");
  await context.addCookies([{ name, value, url: baseUrl, httpOnly: true, sameSite: "Lax" }]);
}

/** Sets a password for the user, by a link of an administrator. */
async function redeemLink(baseUrl: string, name: string, role: Role): Promise<Response> {
  const options = { base_url: baseUrl };
  const { items } = await call(list_users, {}, options);
  const found = items.find((user) => user.name === name);
  const { url } =
    found === undefined
      ? (await call(create_user, { body: { name, role } }, options)).link
      : await call(create_reset_link, { params: { id: found.id }, body: {} }, options);
  const password = randomUUID();
  const token = new URL(url).hash.replace("#link=", "");
  const response = await post(`${baseUrl}/api/links/redeem`, { token, password });
  passwords.set(`${baseUrl} ${name}`, password);
  return response;
}

async function post(url: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json", authorization: "" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return response;
}
