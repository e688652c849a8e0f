// Signs browsers in without showing the sign-in page: sets a password over HTTP, as the page does it.
import { randomUUID } from "node:crypto";
import type { BrowserContext } from "playwright-core";
import { call } from "../../../client/call.ts";
import type { Role } from "../../../contract/identity/identity-rules.ts";
import { create_reset_link, create_user, list_users } from "../../../contract/identity/users.ts";

/** The cookies of the users' sessions, by URL of the server and name. Several pages share the session of a user, because each sign-in
 * computes a hash that is slow on purpose. */
const sessions = new Map<string, [name: string, value: string]>();

/** Signs the browser context in. If there is no user with this name, it is created with this role.
 * @param baseUrl URL of a server to which `fetch` sends a key (see fetch-with-key.ts) */
export async function signInBrowser(
  context: BrowserContext,
  baseUrl: string,
  user = "admin",
  role: Role = "admin",
): Promise<void> {
  const session = `${baseUrl} ${user}`;
  const [name, value] = sessions.get(session) ?? (await startSession(baseUrl, user, role));
  sessions.set(session, [name, value]);
  await context.addCookies([{ name, value, url: baseUrl, httpOnly: true, sameSite: "Lax" }]);
}

/** Forgets the sessions of a server that has been removed. A later server may have its port. */
export function forgetSessions(baseUrl: string): void {
  for (const session of sessions.keys()) if (session.startsWith(`${baseUrl} `)) sessions.delete(session);
}

/** Sets a password for the user, by a link of an administrator, which starts a session. Returns its cookie. */
async function startSession(baseUrl: string, name: string, role: Role): Promise<[name: string, value: string]> {
  const options = { base_url: baseUrl };
  const { items } = await call(list_users, {}, options);
  const found = items.find((user) => user.name === name);
  const { url } =
    found === undefined
      ? (await call(create_user, { body: { name, role } }, options)).link
      : await call(create_reset_link, { params: { id: found.id }, body: {} }, options);
  const body = JSON.stringify({ token: new URL(url).hash.replace("#link=", ""), password: randomUUID() });
  const headers = { "content-type": "application/json", authorization: "" };
  const response = await fetch(`${baseUrl}/api/links/redeem`, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`Cannot sign ${name} in: ${await response.text()}`);
  const [cookie = "", value = ""] = (response.headers.get("set-cookie") ?? "").split(";", 1).join("").split("=");
  return [cookie, value];
}
