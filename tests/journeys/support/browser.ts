// Starts a real Chromium for the end-to-end tests: the one from npm, or the one at CHROMIUM_PATH. Every page records requests to
// foreign hosts, and errors and warnings on the console.
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import type { Role } from "../../../contract/identity/identity-rules.ts";
import { HANGING_MS } from "../../support/until.ts";
import { signInBrowser } from "./sign-in.ts";
import { unpackBrowser } from "./unpack-browser.ts";

/** Starts the browser with these additional arguments. The caller must close it. */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const given = process.env["CHROMIUM_PATH"];
  const executablePath = given === undefined || given === "" ? await unpackBrowser() : given;
  return chromium.launch({ executablePath, args: ["--no-sandbox", ...args] });
}

export interface WatchedPage {
  page: Page;
  /** Requests to hosts other than the server. */
  foreign_requests: string[];
  /** Errors and warnings on the console, and uncaught exceptions. */
  complaints: string[];
  close: () => Promise<void>;
}

export interface PageOptions extends BrowserContextOptions {
  /** Who is signed in; null = no one. Default: the administrator `admin`. A user that does not exist is created. */
  user?: { name: string; role: Role } | null | undefined;
}

/** Opens a page in a new browser context, which has its own storage. Requests to hosts other than that of `baseUrl` are recorded. */
export async function openPage(
  browser: Browser,
  baseUrl: string,
  { user, ...options }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: baseUrl, locale: "en-GB", ...options });
  context.setDefaultTimeout(HANGING_MS);
  const page = await context.newPage();
  await signInPage(page, baseUrl, { user });
  return { page, ...watch(page, baseUrl), close: () => context.close() };
}

/** Signs the user of the options in. */
export async function signInPage(
  page: Page,
  baseUrl: string,
  { user = { name: "admin", role: "admin" } }: Pick<PageOptions, "user">,
): Promise<void> {
  if (user !== null) await signInBrowser(page.context(), baseUrl, user.name, user.role);
}

/** Opens another tab in the browser context of `neighbour`. */
export async function openTab(neighbour: Page, baseUrl: string): Promise<WatchedPage> {
  const page = await neighbour.context().newPage();
  return { page, ...watch(page, baseUrl), close: () => page.close() };
}

function watch(page: Page, baseUrl: string): Pick<WatchedPage, "foreign_requests" | "complaints"> {
  const foreignRequests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && new URL(url).host !== new URL(baseUrl).host) foreignRequests.push(url);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { foreign_requests: foreignRequests, complaints };
}
