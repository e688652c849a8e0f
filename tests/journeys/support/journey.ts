// Starts a server for the end-to-end tests of one file and a browser for those of one process, and opens pages whose requests and console
// messages are recorded.
import { isDeepStrictEqual } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import { launchBrowser, openPage, signInPage, type PageOptions, type WatchedPage } from "./browser.ts";
import { startPageServer, type PageServer } from "./page-server.ts";
import { forgetSessions } from "./sign-in.ts";

export interface Journey {
  server: PageServer;
  browser: Browser;
}

/** The browser of all test files of this process. It ends with the process. */
let ofProcess: Browser | undefined;

async function browserOfProcess(): Promise<Browser> {
  if (ofProcess?.isConnected() !== true) ofProcess = await launchBrowser();
  return ofProcess;
}

/** Starts a server with `settings`, and a browser unless an earlier test file has started it. Call it at the top of a test file. The server
 * stops and all pages are closed after the last test of the file. */
export async function startJourney(settings?: Readonly<Record<string, string>>): Promise<Journey> {
  const [server, browser] = await Promise.all([startPageServer(settings), browserOfProcess()]);
  afterAll(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.remove();
    forgetSessions(server.base_url);
  });
  return { server, browser };
}

/** Starts a server and a browser like `startJourney`, and opens one page without animations for all tests of the file. */
export async function startOnePage(
  options?: PageOptions,
  settings?: Readonly<Record<string, string>>,
): Promise<{ server: PageServer; watched: WatchedPage; page: Page }> {
  const { server, browser } = await startJourney(settings);
  const watched = await openPage(browser, server.base_url, { reducedMotion: "reduce", ...options });
  return { server, watched, page: watched.page };
}

/** Waits until the page has rendered its frame. The listeners for dropped and pasted files exist from then on, but not yet when the
 * document has loaded: the page first asks the server who is signed in. */
async function untilMounted(page: Page): Promise<void> {
  await page.locator("main").first().waitFor({ state: "attached" });
}

/** A page that `open` has returned, with the options it was opened with. */
interface KeptPage {
  watched: WatchedPage;
  options: PageOptions;
}

/** A small document of the server. It has the origin of the page, so the browser keeps the process of the page and its compiled scripts. */
const REST = "/favicon.svg";
const DESK = { width: 1280, height: 720 };

/** Makes the page of an earlier test like a new one: it has no storage, no cookies and no routes. A new browser context would cost more than
 * twice the processor time for its first page. */
async function clear({ page }: WatchedPage): Promise<void> {
  const context = page.context();
  await context.setOffline(false);
  await page.unrouteAll();
  for (const other of context.pages()) if (other !== page) await other.close();
  await page.goto(REST);
  await page.mouse.move(0, 0);
  await page.evaluate("sessionStorage.clear()");
  const session = await context.newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", { origin: new URL(page.url()).origin, storageTypes: "all" });
  await session.detach();
  await context.clearCookies();
}

/** Returns a function that opens a page without animations for one test. After the test, the page must not have requested a foreign host,
 * and must have logged only errors and warnings that `isExpected` accepts. It is cleared for the next test that wants the same options. */
export function pagesOf(
  { server, browser }: Journey,
  options: PageOptions = {},
  isExpected: (complaint: string) => boolean = () => false,
) {
  let opened: (WatchedPage | KeptPage)[] = [];
  const idle: KeptPage[] = [];
  afterEach(async () => {
    const closing = opened;
    opened = [];
    for (const one of closing) {
      const { foreign_requests, complaints, close } = "watched" in one ? one.watched : one;
      expect(foreign_requests).toEqual([]);
      expect(complaints.filter((complaint) => !isExpected(complaint))).toEqual([]);
      if ("watched" in one) {
        await clear(one.watched);
        idle.push(one);
      } else await close();
    }
  });
  const reuse = async (kept: KeptPage): Promise<KeptPage> => {
    idle.splice(idle.indexOf(kept), 1);
    const { watched, options } = kept;
    await watched.page.setViewportSize(options.viewport ?? DESK);
    await signInPage(watched.page, server.base_url, options);
    watched.foreign_requests.length = 0;
    watched.complaints.length = 0;
    return kept;
  };
  const open = async (path: string, more: PageOptions = {}): Promise<Page> => {
    const wanted: PageOptions = { reducedMotion: "reduce", ...options, ...more };
    const found = idle.find((kept) => isDeepStrictEqual(kept.options, wanted));
    const kept =
      found === undefined
        ? { watched: await openPage(browser, server.base_url, wanted), options: wanted }
        : await reuse(found);
    opened.push(kept);
    const { page } = kept.watched;
    await page.goto(path);
    if (path.startsWith("/")) await untilMounted(page);
    return page;
  };
  /** Registers a tab that the test itself has opened. After the test, the tab is checked and closed before the pages from `open`. */
  const add = (watched: WatchedPage): void => {
    opened.unshift(watched);
  };
  return { open, add };
}

/** Opens another view of the page as its links do: without loading the document again, which costs far more. Waits for a page that is
 * still loading, and resolves when the view is rendered; it may still load its data. */
export async function visit(page: Page, path: string): Promise<void> {
  await untilMounted(page);
  await page.evaluate(`document.querySelector("#app").__vue_app__.config.globalProperties.$router
    .push(${JSON.stringify(path)}).then(() => new Promise((resolve) => setTimeout(resolve)))`);
}
