// Starts a server for the end-to-end tests of one file and a browser for those of one process, and opens pages whose requests and console
// messages are recorded.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import { launchBrowser, openPage, type PageOptions, type WatchedPage } from "./browser.ts";
import { startPageServer, type PageServer } from "./page-server.ts";

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

/** Returns a function that opens a page for one test. After the test, the page is closed. The page must not have requested a foreign
 * host, and must have logged only errors and warnings that `isExpected` accepts. */
export function pagesOf(
  { server, browser }: Journey,
  options: PageOptions = {},
  isExpected: (complaint: string) => boolean = () => false,
) {
  let opened: WatchedPage[] = [];
  afterEach(async () => {
    const closing = opened;
    opened = [];
    for (const { foreign_requests, complaints, close } of closing) {
      expect(foreign_requests).toEqual([]);
      expect(complaints.filter((complaint) => !isExpected(complaint))).toEqual([]);
      await close();
    }
  });
  const open = async (path: string, more: PageOptions = {}): Promise<Page> => {
    const watched = await openPage(browser, server.base_url, { ...options, ...more });
    opened.push(watched);
    await watched.page.goto(path);
    if (path.startsWith("/")) await untilMounted(watched.page);
    return watched.page;
  };
  /** Registers a tab that the test itself has opened. After the test, the tab is checked and closed before the pages from `open`. */
  const add = (watched: WatchedPage): void => {
    opened.unshift(watched);
  };
  return { open, add };
}
