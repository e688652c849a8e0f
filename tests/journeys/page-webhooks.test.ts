// End-to-end tests of the webhook pages: create, test, verify, deliver, replay, edit and delete a webhook.
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterAll, expect, test } from "vitest";
import { startOnePage } from "./support/journey.ts";
import { inspectLooks } from "./support/looks.ts";

interface Received {
  headers: Record<string, string>;
  body: string;
}

const received: Received[] = [];
/** Status code of the receiver's responses. */
let status = 204;
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    received.push({ headers: request.headers as Record<string, string>, body });
    response.writeHead(status, { "x-receiver": "test" }).end(status === 204 ? undefined : "not today");
  });
}).listen(0, "127.0.0.1");
afterAll(() => receiver.close());
await once(receiver, "listening");
const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
const { server, watched, page } = await startOnePage(
  { permissions: ["clipboard-read", "clipboard-write"] },
  { SKUPORT_WEBHOOK_ALLOW_CIDRS: "127.0.0.0/8" },
);

const lastReceived = (): Received => received.at(-1) as Received;
const tab = (name: string) => page.getByRole("navigation", { name: "Webhook sections" }).getByText(name);

test("the empty page explains webhooks; an invalid URL is rejected at its field", async () => {
  await page.goto("/webhooks");
  await page.getByRole("heading", { name: "No webhooks yet" }).waitFor();
  await inspectLooks(page, "webhooks-empty");
  await page.getByRole("button", { name: "Add webhook" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("URL", { exact: true }).fill("ftp://example.com");
  await dialog.getByRole("button", { name: "Add webhook" }).click();
  await dialog.getByText(/http/i).last().waitFor();
  await dialog.getByText("Only these events").click();
  await dialog.getByText("Headers and limits").click();
  await inspectLooks(page, "webhooks-create", false);
});

test("a new webhook is tested with edited data, and the response is shown", async () => {
  const dialog = page.getByRole("dialog");
  await dialog.getByText("All events, including future ones").click();
  await dialog.getByLabel("URL", { exact: true }).fill(receiverUrl);
  await dialog.getByLabel("Note").fill("The shop's search");
  await dialog.getByRole("button", { name: "Add webhook" }).click();
  await page.waitForURL(/\/webhooks\/\d+\/test$/);
  const data = page.getByLabel("Data");
  await data.fill("{ broken");
  await page.getByText("The data is not valid JSON").waitFor();
  await expect.poll(() => page.getByRole("button", { name: "Send", exact: true }).isDisabled()).toBe(true);
  await data.fill('{ "greeting": "hello" }');
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText(/^204 after/).waitFor();
  expect(JSON.parse(lastReceived().body)).toMatchObject({ type: "ping", data: { greeting: "hello" } });
  await inspectLooks(page, "webhooks-test");
});

test("the secret is shown on request, verifies received requests, and is inserted into the example receivers", async () => {
  await tab("Verify").click();
  await page.getByText("The code contains a placeholder until you show the secret above.").waitFor();
  await page.getByRole("button", { name: "Show", exact: true }).click();
  const secret = await page.getByRole("region", { name: "Secret" }).locator("pre").first().innerText();
  const { headers, body } = lastReceived();
  expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: "ping" });
  for (const language of ["Node", "Python", "PHP", "Ruby", "Go"]) {
    await page.getByRole("button", { name: language, exact: true }).click();
    expect(await page.getByRole("region", { name: `Example receiver: ${language}` }).innerText()).toContain(
      secret.replace("whsec_", ""),
    );
  }
  await inspectLooks(page, "webhooks-verify");
  await page.getByRole("button", { name: "Create new secret" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Create new secret" }).click();
  await page.getByText(/^Valid until/).waitFor();
});

test("the delivery of an edit is logged with request and response; a failed delivery shows its next attempt", async () => {
  const create = (sku: string) =>
    page.request.post("/api/products", { data: { sku, name: `Product ${sku}` }, headers: { origin: server.base_url } });
  expect((await create("WEB-1")).status()).toBe(201);
  await tab("Deliveries").click();
  await page.getByRole("button", { name: "product.created" }).waitFor();
  status = 503;
  await create("WEB-2");
  // A delivery of the first product may wait for its next attempt too.
  await page
    .getByText(/^next in/)
    .first()
    .waitFor();
  await inspectLooks(page, "webhooks-deliveries");
  await page.getByRole("button", { name: "product.created" }).first().click();
  const detail = page.getByRole("dialog");
  await detail.getByText("not today").waitFor();
  await detail.getByText("WEB-2").first().waitFor();
  await inspectLooks(page, "webhooks-delivery", false);
  await detail.getByRole("button", { name: "Copy as signed curl command" }).click();
  await page.getByText("Command copied. Its signature is valid for five minutes.", { exact: true }).waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(/^curl -i 'http[^]*webhook-signature: v1,/);
  status = 204;
  await detail.getByRole("button", { name: "Send again" }).click();
  await detail.getByText(/^204 after/).waitFor();
  await page.keyboard.press("Escape");
  await detail.waitFor({ state: "detached" });
});

test("filters are part of the URL; a replay starts; settings are saved; a disabled webhook is shown as off", async () => {
  await page.getByLabel("Status").click();
  await page.getByRole("option", { name: "Failed" }).click();
  await page.getByText("No deliveries match this filter.").waitFor();
  await page.waitForURL(/state=failed/);
  await page.getByRole("button", { name: "Replay…" }).click();
  await page.getByRole("dialog").getByText("Missed events").waitFor();
  await inspectLooks(page, "webhooks-replay", false);
  await page.getByRole("dialog").getByRole("button", { name: "Replay", exact: true }).click();
  await page.getByText("Replay started", { exact: true }).waitFor();
  await tab("Settings").click();
  await page.getByLabel("Note").fill("Search of the shop");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Webhook saved", { exact: true }).first().waitFor();
  await inspectLooks(page, "webhooks-settings");
  await page.getByRole("switch").click();
  await page.getByText("Off", { exact: true }).first().waitFor();
  await page.goto("/webhooks");
  await page.getByText("Search of the shop").waitFor();
  await page.getByText("Off", { exact: true }).waitFor();
  await inspectLooks(page, "webhooks-list");
});

test("a webhook is deleted after a confirmation; no page requested a foreign host or logged another error", async () => {
  await page.getByRole("link", { name: /hook$/ }).click();
  await tab("Settings").click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "No webhooks yet" }).waitFor();
  expect(watched.foreign_requests).toEqual([]);
  // The only message on the console is about the invalid URL that the first test submitted.
  expect(watched.complaints).toEqual([expect.stringContaining("400 (Bad Request)")]);
});
