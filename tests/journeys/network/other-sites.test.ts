// Attacks by pages of other sites, and the session cookie over TLS, in a real browser. The browser resolves names such as shop.example to
// this computer.
import { createServer } from "node:http";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { makeCertificate, writeCertificate } from "../../support/network/certificates.ts";
import { launchBrowser } from "../support/browser.ts";
import { startPageServer, type PageServer } from "../support/page-server.ts";

const certificates = await mkdtemp(join(tmpdir(), "skuport-tls-"));
const files = await writeCertificate(certificates, await makeCertificate(["shop.example"]));
const [local, remote, browser] = await Promise.all([
  startPageServer(),
  startPageServer((port) => ({
    SKUPORT_PUBLIC_URL: `https://shop.example:${String(port)}`,
    SKUPORT_TLS_CERT: files.cert,
    SKUPORT_TLS_KEY: files.key,
  })),
  launchBrowser(["--host-resolver-rules=MAP *.example 127.0.0.1", "--ignore-certificate-errors"]),
]);
const evil = createServer(
  (_request, response) => void response.setHeader("content-type", "text/html").end("<h1>Evil</h1>"),
);
evil.listen(0, "127.0.0.1");
await once(evil, "listening");
const evilUrl = `http://evil.example:${String((evil.address() as AddressInfo).port)}`;
afterAll(async () => {
  await browser.close();
  evil.close();
  await Promise.all([local.remove(), remote.remove()]);
  await rm(certificates, { recursive: true });
});

/** Opens a page of the server, and signs in there. */
async function signIn(server: PageServer): Promise<{ context: BrowserContext; page: Page }> {
  const json = { "content-type": "application/json" };
  const users = (await (await fetch(`${server.local_url}/api/users`)).json()) as {
    items: { id: number; name: string }[];
  };
  const admin = users.items.find(({ name }) => name === "admin");
  const asked = await fetch(`${server.local_url}/api/users/${String(admin?.id)}/link`, {
    method: "POST",
    headers: json,
    body: "{}",
  });
  const { url } = (await asked.json()) as { url: string };
  const token = new URL(url).hash.replace(/^#link=/, "");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.base_url}/sign-in`);
  const status = await page.evaluate(
    async (body) =>
      (await fetch("/api/links/redeem", { method: "POST", headers: { "content-type": "application/json" }, body }))
        .status,
    JSON.stringify({ token, password: "correct horse battery staple 7" }),
  );
  expect(status).toBe(200);
  return { context, page };
}

test("(3.5.1) DNS rebinding: a host name of another site that resolves to this computer is refused", async () => {
  const { port } = new URL(local.base_url);
  const { context } = await signIn(local);
  const page = await context.newPage();
  const opened = await page.goto(`http://rebound.example:${port}/`);
  expect(opened?.status()).toBe(403);
  // Here, the open page plays the attacker's page: one that was loaded from this host name before the attacker changed the address to which
  // the name resolves.
  const statuses = await page.evaluate(async () =>
    Promise.all(["/api/products", "/api/session", "/health/live"].map(async (url) => (await fetch(url)).status)),
  );
  expect(statuses).toEqual([403, 403, 403]);
  const publicPort = new URL(remote.base_url).port;
  expect((await page.goto(`https://rebound.example:${publicPort}/`))?.status()).toBe(403);
  await context.close();
});

test("(3.5.1, 3.5.3, 3.5.8) a page of another site neither reads nor changes anything with the user's session", async () => {
  for (const server of [local, remote]) {
    const { context } = await signIn(server);
    const page = await context.newPage();
    const answers: [string, number][] = [];
    page.on("response", (response) => {
      if (response.url().startsWith(server.base_url)) answers.push([response.request().method(), response.status()]);
    });
    await page.goto(evilUrl);
    const outcomes = await page.evaluate(async (base) => {
      const send = async (url: string, options: RequestInit): Promise<string> => {
        try {
          const { type } = await fetch(`${base}${url}`, { credentials: "include", ...options });
          return type;
        } catch {
          return "failed";
        }
      };
      return Promise.all([
        send("/api/products", {}),
        send("/api/products", { mode: "no-cors" }),
        send("/api/products", {
          method: "POST",
          body: '{"sku":"evil","name":"Evil"}',
          headers: { "content-type": "application/json" },
        }),
        send("/api/imports", { method: "POST", body: "sku,name\nevil,Evil\n", mode: "no-cors" }),
        send("/api/products/export", { mode: "no-cors" }),
      ]);
    }, server.base_url);
    // A response without CORS is "opaque": the page cannot read it.
    expect(outcomes.filter((outcome) => !["failed", "opaque"].includes(outcome))).toEqual([]);
    expect(answers.filter(([, status]) => status < 400)).toEqual([]);
    await page.setContent(`<form action="${server.base_url}/api/imports" method="post" enctype="multipart/form-data">
      <input name="file" value="sku,name"><button>Win</button></form>`);
    await Promise.all([
      page.waitForResponse((response) => response.url().startsWith(server.base_url)),
      page.click("button"),
    ]);
    expect(answers.at(-1)).toEqual(["POST", 403]);
    const found = await fetch(`${server.local_url}/api/imports`);
    expect(((await found.json()) as { items: unknown[] }).items).toEqual([]);
    await context.close();
  }
});

test("(3.3.1, 3.3.2, 3.3.3, 3.3.4) over TLS, the session cookie is Secure, HttpOnly, SameSite and for this host only", async () => {
  const { context, page } = await signIn(remote);
  expect(await context.cookies()).toMatchObject([
    { name: "__Host-skuport", secure: true, httpOnly: true, sameSite: "Lax", path: "/", domain: "shop.example" },
  ]);
  expect(await page.evaluate("document.cookie")).toBe("");
  expect((await page.goto(`${remote.base_url}/api/session`))?.status()).toBe(200);
  await context.close();
});

test("(14.3.1) signing out deletes the cookie, the cache and what the page has stored", async () => {
  const { context, page } = await signIn(remote);
  await page.evaluate("localStorage.setItem('view', 'kept')");
  const signedOut = page.waitForResponse((response) => response.request().method() === "DELETE");
  await page.evaluate("fetch('/api/session', { method: 'DELETE' })");
  const answer = await signedOut;
  expect([answer.status(), (await answer.allHeaders())["clear-site-data"]]).toEqual([204, '"cache", "storage"']);
  expect(await context.cookies()).toEqual([]);
  await page.goto(`${remote.base_url}/sign-in`);
  expect(await page.evaluate("localStorage.getItem('view')")).toBeNull();
  expect(await page.evaluate("fetch('/api/session').then(({ status }) => status)")).toBe(401);
  await context.close();
});
