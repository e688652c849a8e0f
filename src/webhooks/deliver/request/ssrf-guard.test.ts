import type { LookupAddress, LookupOptions } from "node:dns";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestApp } from "../../../../tests/support/app.ts";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createReceiver } from "../../../../tests/support/receiver.ts";
import { until } from "../../../../tests/support/until.ts";
import { asker, createWebhookContext } from "../../../../tests/support/webhook-app.ts";
import { emitEvents } from "../../../events/emit.ts";
import type { WebhookSettings } from "../../context.ts";
import { refusalOf } from "./ssrf-guard.ts";
import { createAgent, send, type Outcome } from "./send.ts";
import { deliverWebhooks } from "../worker.ts";
import type { Delivery, DeliveryDetail } from "../../../../contract/webhooks/deliveries.ts";

const PUBLIC_ONLY: WebhookSettings = { allow_cidrs: [], proxy: undefined, time_scale: 1, keep_days: 30 };

/** A server that counts connections. The guard must prevent every connection to it. */
let canary: Server;
let port: number;
let dialled = 0;
beforeAll(async () => {
  canary = createServer((socket) => {
    dialled += 1;
    socket.destroy();
  });
  canary.listen(0, "::");
  await once(canary, "listening");
  port = (canary.address() as AddressInfo).port;
  // First make sure that the server does count connections, over IPv4 and over IPv6.
  for (const host of ["127.0.0.1", "::1"]) connect(port, host).on("error", () => undefined);
  await until(() => dialled === 2);
});
beforeEach(() => (dialled = 0));
afterAll(() => canary.close());

type Lookup = NonNullable<Parameters<typeof createAgent>[2]>;

async function call(url: string, settings = PUBLIC_ONLY, lookup?: Lookup): Promise<Outcome> {
  const agent = createAgent(settings, 1, lookup);
  const outgoing = { url: new URL(url), event_id: "evt_1", body: "{}", keys: [Buffer.from("k")], headers: {} };
  const outcome = await send(agent, outgoing, settings);
  await agent.destroy();
  return outcome;
}

/** Creates a resolver that returns the `answers` one after the other, and then always the last one. */
const namesAre = (...answers: string[][]): Lookup & { asked: number } => {
  const lookup = (
    _name: string,
    _options: LookupOptions,
    callback: (error: null, addresses: LookupAddress[]) => void,
  ): void => {
    const addresses = answers[Math.min(lookup.asked++, answers.length - 1)] as string[];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  lookup.asked = 0;
  return lookup as never;
};

const LITERALS = [
  ...[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.01",
    "127.255.255.254",
  ],
  "0.0.0.0",
  "0",
  "[::]",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  ...[
    "[::ffff:0:127.0.0.1]",
    "[2002:7f00:1::]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2001::1]",
  ],
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "100.64.0.1",
  "169.254.0.1",
  "192.0.0.1",
  "192.0.2.1",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  ...[
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[4000::1]",
  ],
  // Cloud metadata services
  ...[
    "169.254.169.254",
    "169.254.170.2",
    "168.63.129.16",
    "100.100.100.200",
    "[fd00:ec2::254]",
    "[::ffff:169.254.169.254]",
  ],
  "2852039166",
  "0xa9fea9fe",
  "①②⑦.⓪.⓪.①",
  "127。0。0。1",
];

test.each(LITERALS)("the literal address %s is refused without a connection", async (host) => {
  const outcome = await call(`http://${host}:${port}/`);
  expect(outcome).toMatchObject({ succeeded: false, error: "refused_address", status: null });
  expect(outcome.message).not.toMatch(/loopback|private|link/i);
  expect(dialled).toBe(0);
});

test.each([
  ["an IPv4 loopback address", ["127.0.0.1"]],
  ["an IPv6 loopback address", ["::1"]],
  ["a public address first, then a private one", ["93.184.216.34", "127.0.0.1"]],
  ["a private address first, then a public one", ["127.0.0.1", "93.184.216.34"]],
  ["an IPv4-mapped IPv6 address", ["::ffff:127.0.0.1"]],
  ["a 6to4 address", ["2002:7f00:1::"]],
  ["a NAT64 address", ["64:ff9b::7f00:1"]],
  ["a metadata address", ["169.254.169.254"]],
  ["Azure's metadata address", ["168.63.129.16"]],
])("a name that resolves to %s is refused without a connection", async (_what, addresses) => {
  const outcome = await call(`http://receiver.example:${port}/`, PUBLIC_ONLY, namesAre(addresses));
  expect(outcome).toMatchObject({ error: "refused_address", status: null });
  expect(outcome.message).toBe("receiver.example is refused: it is not a public internet address.");
  expect(dialled).toBe(0);
});

test.each(["localhost", "LOCALHOST"])("the name %s is refused with the real resolver", async (host) => {
  expect(await call(`http://${host}:${port}/`)).toMatchObject({ error: "refused_address" });
  expect(dialled).toBe(0);
});

test("each connection resolves and checks the name again, and uses the checked address", async () => {
  // 127.0.0.2 is allowed and represents a public address. 127.0.0.1 is refused.
  const settings = { ...PUBLIC_ONLY, allow_cidrs: ["127.0.0.2/32"] };
  const receiver = createHttpServer((_request, response) => response.end()).listen(0, "127.0.0.2");
  await once(receiver, "listening");
  const at = (receiver.address() as AddressInfo).port;
  const lookup = namesAre(["127.0.0.2"], ["127.0.0.1"]);
  expect(await call(`http://rebinding.example:${at}/`, settings, lookup)).toMatchObject({ succeeded: true });
  expect(lookup.asked).toBe(1);
  expect(await call(`http://rebinding.example:${port}/`, settings, lookup)).toMatchObject({ error: "refused_address" });
  expect(dialled).toBe(0);
  receiver.close();
});

test("redirects are never followed", async () => {
  const receiver = await createReceiver();
  const settings = { ...PUBLIC_ONLY, allow_cidrs: ["127.0.0.1/32"] };
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answer = (_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${port}/` }).end();
    expect(await call(receiver.url, settings)).toMatchObject({ succeeded: false, error: "redirect", status });
  }
  expect(dialled).toBe(0);
});

test.each([22, 25, 53, 111, 445, 631, 993, 2375, 3306, 5432, 6379, 9200, 11211, 27017])(
  "port %i of a public address is refused",
  async (refused) => {
    expect(await call(`http://8.8.8.8:${refused}/`)).toMatchObject({ error: "refused_address" });
  },
);

test.each([
  ["8.8.8.8", 443, []],
  ["8.8.8.8", 80, []],
  ["8.8.8.8", 8443, []],
  ["2606:4700:4700::1111", 443, []],
  ["::ffff:8.8.8.8", 443, []],
  ["10.1.2.3", 25, ["10.1.2.0/24"]],
  ["fd00:1::5", 80, ["fd00:1::/64"]],
  ["::ffff:10.1.2.3", 80, ["10.1.2.0/24"]],
  ["169.254.169.254", 80, ["169.254.169.254/32"]],
])("%s, port %i, may be called if the allowed networks are %o", (address, to, allowCidrs) => {
  expect(refusalOf(address, to, { allow_cidrs: allowCidrs })).toBeUndefined();
});

test.each([
  ["10.1.3.3", ["10.1.2.0/24"]],
  ["169.254.169.254", ["169.254.0.0/16"]],
  ["fd00:ec2::254", ["fc00::/7"]],
  ["168.63.129.16", ["0.0.0.0/0"]],
  ["nonsense", ["0.0.0.0/0"]],
])("%s is refused even if the allowed networks are %o", (address, allowCidrs) => {
  expect(refusalOf(address, 80, { allow_cidrs: allowCidrs })).toBeDefined();
});

test("with a proxy, Skuport checks IP addresses, and the proxy checks names", async () => {
  const receiver = await createReceiver();
  const asked: string[] = [];
  const proxy = createHttpServer().on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    const to = connect(Number(new URL(receiver.url).port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      to.pipe(socket).pipe(to);
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const settings = { ...PUBLIC_ONLY, proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  expect(await call("http://receiver.example/x", settings)).toMatchObject({ succeeded: true, status: 200 });
  expect(asked).toEqual(["receiver.example:80"]);
  expect(await call(`http://127.0.0.1:${port}/`, settings)).toMatchObject({ error: "refused_address" });
  expect(asked).toHaveLength(1);
  proxy.close();
});

test("the guard applies to tests, deliveries, retries and replays", async () => {
  const database = await createTestDatabase();
  const context = createWebhookContext(database, { allow_cidrs: [], time_scale: 0.00001 });
  const ask = asker(await createTestApp(database, { webhooks: context }));
  const stop = new AbortController();
  const worker = deliverWebhooks(context, database.address, stop.signal);
  const url = `http://localhost:${port}/`;
  const { id } = (await ask("POST", "/api/webhooks", { url })).body as { id: number };
  expect((await ask("POST", `/api/webhooks/${id}/test`, {})).body).toMatchObject({
    delivered: false,
    attempt: { error: "refused_address" },
  });
  const failed = async (): Promise<Delivery | undefined> => {
    // With this time scale, a webhook is disabled after failing for four seconds. A slow machine may need longer, so each poll enables the
    // webhook again.
    await ask("PATCH", `/api/webhooks/${id}`, { enabled: true });
    const page = (await ask("GET", `/api/webhooks/${id}/deliveries?state=failed`)).body as { items: Delivery[] };
    return page.items.find(({ is_test }) => !is_test);
  };
  const data = { id: 1, sku: "a", version: 1, changeset_id: null, actor: "test" };
  await emitEvents(database.pool, [{ type: "product.deleted", changeset_id: null, data }]);
  const delivery = await until(failed);
  for (const again of [
    () => ask("POST", `/api/deliveries/${delivery.id}/retry`),
    () => ask("POST", `/api/webhooks/${id}/replay`, { scope: "failed", since: "2020-01-01T00:00:00Z" }),
  ]) {
    const { attempts } = await until(failed);
    expect((await again()).status).toBe(202);
    await until(async () => ((await failed())?.attempts ?? 0) > attempts);
  }
  const { attempt_log } = (await ask("GET", `/api/deliveries/${delivery.id}`)).body as DeliveryDetail;
  expect(new Set(attempt_log.map(({ error }) => error))).toEqual(new Set(["refused_address"]));
  expect(dialled).toBe(0);
  stop.abort();
  await worker;
});
