// Starts a server and a browser for the end-to-end tests of a file, and opens pages whose requests and console are recorded.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import { launchBrowser, openPage, type WatchedPage } from "./browser.ts";
import { startPageServer, type PageServer } from "./page-server.ts";

export interface Journey {
  server: PageServer;
  browser: Browser;
}

/** Call it at the top of a file. Server and browser stop after its last test. `settings` are those of the server. */
export async function startJourney(settings?: Readonly<Record<string, string>>): Promise<Journey> {
  const [server, browser] = await Promise.all([startPageServer(settings), launchBrowser()]);
  afterAll(async () => {
    await browser.close();
    await server.remove();
  });
  return { server, browser };
}

/** The same, with one page for all tests of the file and without animations. */
export async function startOnePage(
  options?: BrowserContextOptions,
  settings?: Readonly<Record<string, string>>,
): Promise<{ server: PageServer; watched: WatchedPage; page: Page }> {
  const { server, browser } = await startJourney(settings);
  const watched = await openPage(browser, server.base_url, { reducedMotion: "reduce", ...options });
  return { server, watched, page: watched.page };
}

/** Opens pages for one test each. After the test they are closed, and must have sent no request to a foreign host and logged no error
 * other than those that `isMeant` accepts. */
export function pagesOf(
  { server, browser }: Journey,
  options: BrowserContextOptions = {},
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
  const open = async (path: string, more: BrowserContextOptions = {}): Promise<Page> => {
    const watched = await openPage(browser, server.base_url, { ...options, ...more });
    opened.push(watched);
    await watched.page.goto(path);
    return watched.page;
  };
  /** Closes and checks another tab in the same way, before its page. */
  const add = (watched: WatchedPage): void => {
    opened.unshift(watched);
  };
  return { open, add };
}
