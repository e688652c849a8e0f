// What journeys of the page begin with: a server and a browser for the tests of a file, and pages that are watched.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import { launchBrowser, openPage, type WatchedPage } from "./browser.ts";
import { startPageServer, type PageServer } from "./page-server.ts";

export interface Journey {
  server: PageServer;
  browser: Browser;
}

/** At the top of a file; both end after its last test. `settings` are the server's. */
export async function startJourney(settings?: Readonly<Record<string, string>>): Promise<Journey> {
  const [server, browser] = await Promise.all([startPageServer(settings), launchBrowser()]);
  afterAll(async () => {
    await browser.close();
    await server.remove();
  });
  return { server, browser };
}

/** The same with one page for all tests, in which nothing moves by itself. */
export async function startOnePage(
  options?: BrowserContextOptions,
  settings?: Readonly<Record<string, string>>,
): Promise<{ server: PageServer; watched: WatchedPage; page: Page }> {
  const { server, browser } = await startJourney(settings);
  const watched = await openPage(browser, server.base_url, { reducedMotion: "reduce", ...options });
  return { server, watched, page: watched.page };
}

/** Pages of one test each: after it they are closed, and must have asked no foreign host and complained of nothing but what
 * `isMeant` says. */
export function pagesOf(
  { server, browser }: Journey,
  options: BrowserContextOptions = {},
  isMeant: (complaint: string) => boolean = () => false,
) {
  let opened: WatchedPage[] = [];
  afterEach(async () => {
    const closing = opened;
    opened = [];
    for (const { foreign_requests, complaints, close } of closing) {
      expect(foreign_requests).toEqual([]);
      expect(complaints.filter((complaint) => !isMeant(complaint))).toEqual([]);
      await close();
    }
  });
  const open = async (path: string, more: BrowserContextOptions = {}): Promise<Page> => {
    const watched = await openPage(browser, server.base_url, { ...options, ...more });
    opened.push(watched);
    await watched.page.goto(path);
    return watched.page;
  };
  /** Has a tab be treated in the same way, before the page beside which it is. */
  const add = (watched: WatchedPage): void => {
    opened.unshift(watched);
  };
  return { open, add };
}
