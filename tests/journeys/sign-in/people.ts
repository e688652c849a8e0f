// Users for the journeys about the sign-in, created with the key in the data folder.
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { call } from "../../../client/call.ts";
import type { Role } from "../../../contract/identity/identity-rules.ts";
import { redeem_link } from "../../../contract/identity/sign-in.ts";
import { create_user } from "../../../contract/identity/users.ts";
import type { PageServer } from "../support/page-server.ts";

export const PASSWORD = "seven grey lamps on a shelf";

/** Options of a page in a browser without a session. */
export const NOBODY = { user: null, reducedMotion: "reduce" } as const;

/** Whether the browser reports a refusal, or the end of the event stream of an ended session. These journeys cause both on purpose. */
export const isRefusal = (complaint: string): boolean =>
  /status of (401|403|404|409|410|422|429)|ERR_INCOMPLETE_CHUNKED_ENCODING/.test(complaint);

/** Options of `call` for a request with the key in the data folder. */
export async function asLocal({ base_url, folder }: PageServer): Promise<{ base_url: string; key: string }> {
  const key = await readFile(join(folder, "data", "local.key"), "utf8");
  return { base_url, key: key.trim() };
}

/** Creates a user. Returns the link that invites them. */
export async function invite(server: PageServer, name: string, role: Role): Promise<string> {
  const { link } = await call(create_user, { body: { name, role } }, await asLocal(server));
  return link.url;
}

/** Creates a user with a password. */
export async function addUser(server: PageServer, name: string, role: Role): Promise<void> {
  const token = tokenOf(await invite(server, name, role));
  await call(redeem_link, { body: { token, password: PASSWORD } }, { base_url: server.base_url });
}

export const tokenOf = (link: string): string => new URLSearchParams(new URL(link).hash.slice(1)).get("link") ?? "";

/** Fills in the form of the sign-in page that is open, and sends it. */
export async function fillIn(page: Page, user: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Signs a user in on the sign-in page, and waits until the user's name is shown. */
export async function signIn(page: Page, user: string, password = PASSWORD): Promise<void> {
  await fillIn(page, user, password);
  await page.getByTestId("user").first().waitFor();
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;

/** The code that an authenticator app shows (RFC 6238, SHA-1, six digits). `steps` moves the time: each code is accepted once, so a second
 * sign-in in the same half minute needs the code of the next step. */
export function codeOf(secret: string, steps = 0): string {
  const bits = Array.from(secret.replaceAll(/[ =]/g, ""))
    .map((character) => BASE32.indexOf(character).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
