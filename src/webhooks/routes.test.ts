import { expect, test } from "vitest";
import { z } from "zod";
import { EVENTS } from "../../contract/webhooks/events.ts";
import { EVENT_TYPES } from "../../contract/webhooks/event-types.ts";
import type { Webhook, WebhookSecrets } from "../../contract/webhooks/webhooks.ts";
import { createTestApp } from "../../tests/support/app.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { asker } from "../../tests/support/webhook-app.ts";

const database = await createTestDatabase();
const app = await createTestApp(database);
const ask = asker(app);

async function create(body: object = {}): Promise<Webhook> {
  const answer = await ask("POST", "/api/webhooks", { url: "https://shop.example/hook", ...body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}
const reveal = async (id: number): Promise<WebhookSecrets> => (await ask("POST", `/api/webhooks/${id}/reveal`)).body;

test("a webhook is created with defaults, listed, changed and deleted", async () => {
  const made = await create({ description: "Shop" });
  expect(made).toMatchObject({
    url: "https://shop.example/hook",
    types: null,
    volume: "summary",
    enabled: true,
    max_parallel: 8,
    max_per_second: null,
    status: "new",
    waiting: 0,
  });
  const twin = await create();
  expect((await ask("GET", "/api/webhooks?limit=200")).body).toMatchObject({
    items: expect.arrayContaining([made, twin]) as never,
  });
  const changed = (
    await ask("PATCH", `/api/webhooks/${made.id}`, { volume: "products", types: ["product.updated"], enabled: false })
  ).body as Webhook;
  expect(changed).toMatchObject({
    volume: "products",
    types: ["product.updated"],
    description: "Shop",
    status: "disabled",
    disabled_reason: "manual",
  });
  expect(changed.version).toBeGreaterThan(made.version);
  expect((await ask("DELETE", `/api/webhooks/${made.id}`)).status).toBe(200);
  expect((await ask("GET", `/api/webhooks/${made.id}`)).status).toBe(404);
  expect((await ask("DELETE", `/api/webhooks/${made.id}`)).status).toBe(404);
  expect((await ask("GET", `/api/webhooks/${twin.id}`)).status).toBe(200);
});

test("the list of webhooks has pages", async () => {
  const ids = [(await create()).id, (await create()).id, (await create()).id];
  const seen: number[] = [];
  for (let cursor = ""; ;) {
    const { body } = await ask("GET", `/api/webhooks?limit=2${cursor}`);
    const page = body as { items: Webhook[]; next_cursor: string | null };
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map(({ id }) => id));
    if (page.next_cursor === null) break;
    cursor = `&cursor=${page.next_cursor}`;
  }
  expect(seen.slice(-3)).toEqual(ids);
  expect(new Set(seen).size).toBe(seen.length);
});

test.each([
  [{ url: "http://127.0.0.2:1/" }, 201],
  [{ url: "http://10.0.0.1/" }, 400],
  [{ url: "nonsense" }, 400],
  [{ types: [] }, 400],
  [{ types: ["no.such"] }, 400],
  [{ types: ["products.changed"] }, 400],
  [{ types: ["ping"] }, 400],
  [{ volume: "everything" }, 400],
  [{ max_parallel: 0 }, 400],
  [{ headers: { host: "x" } }, 400],
  [{ unknown: 1 }, 400],
])("%o gets status %i", async (body, status) => {
  expect((await ask("POST", "/api/webhooks", { url: "https://a.example/", ...body })).status).toBe(status);
});

test("faults found by schema and rules are reported together with their pointers", async () => {
  const pointersOf = async (...asked: Parameters<typeof ask>): Promise<string[]> => {
    const { status, body } = await ask(...asked);
    expect(status).toBe(400);
    return (body as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer).sort();
  };
  const faulty = {
    volume: "everything",
    url: "http://10.0.0.1/",
    headers: { host: "evil.example", "x-a": 1, "x-b": null },
  };
  expect(await pointersOf("POST", "/api/webhooks", faulty)).toEqual([
    "/body/headers/host",
    "/body/headers/x-a",
    "/body/headers/x-b",
    "/body/url",
    "/body/volume",
  ]);
  const { id } = await create();
  expect(await pointersOf("PATCH", `/api/webhooks/${id}`, faulty)).not.toContain("/body/headers/x-b");
  // If schema and rules find faults with the same pointer, only the schema's fault is reported.
  const twice = { url: "ftp://10.0.0.1/", headers: { "x-a": "a".repeat(4001) }, max_parallel: 0 };
  expect(await pointersOf("POST", "/api/webhooks", twice)).toEqual([
    "/body/headers/x-a",
    "/body/max_parallel",
    "/body/url",
  ]);
  // If the value is not an object, exactly one fault is reported, regardless of the value's length.
  for (const headers of ["é".repeat(1000), ["é"]])
    expect(await pointersOf("POST", "/api/webhooks", { url: 7, headers })).toEqual(["/body/headers", "/body/url"]);
  for (const body of [null, [], "text", { headers: [] }, { headers: 7, url: 7 }])
    expect(
      (
        await app.inject({
          method: "POST",
          url: "/api/webhooks",
          headers: { "content-type": "application/json" },
          payload: JSON.stringify(body),
        })
      ).statusCode,
    ).toBe(400);
});

test("only reveal returns secrets and header values; the database stores them encrypted", async () => {
  const made = await create({ headers: { Authorization: "Bearer hunter2" } });
  expect(JSON.stringify(made)).not.toMatch(/hunter2|whsec/);
  expect(made.header_names).toEqual(["authorization"]);
  const { secrets, headers } = await reveal(made.id);
  expect(headers).toEqual({ authorization: "Bearer hunter2" });
  expect(secrets).toMatchObject([
    { secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) as never, expires_at: null },
  ]);
  const { rows } = await database.pool.query<{ dump: string }>(
    "select (select string_agg(w::text, '') from webhooks w) || (select string_agg(s::text, '') from webhook_secrets s) as dump",
  );
  expect(rows[0]?.dump).not.toMatch(/hunter2|whsec/);
});

test("a response with secrets is not stored for repeated requests", async () => {
  const { id } = await create({ headers: { authorization: "Bearer hunter2" } });
  for (const [path, payload] of [
    ["reveal", {}],
    ["rotate", { overlap_hours: 1 }],
  ] as const) {
    const url = `/api/webhooks/${id}/${path}`;
    const headers = { "idempotency-key": `key-${path}` };
    for (let times = 0; times < 2; times++) {
      const response = await app.inject({ method: "POST", url, headers, payload });
      expect(response.body).toContain("whsec_");
      expect(Object.keys(response.headers)).not.toContain("idempotency-replayed");
    }
  }
  const { rows } = await database.pool.query("select k::text as kept from idempotency_keys k");
  expect(JSON.stringify(rows)).not.toMatch(/hunter2|whsec_/);
});

test("a change replaces all headers; null keeps the stored value of a header", async () => {
  const { id } = await create({ headers: { "x-a": "1", "x-b": "2" } });
  await ask("PATCH", `/api/webhooks/${id}`, { headers: { "X-A": null, "x-c": "3" } });
  expect((await reveal(id)).headers).toEqual({ "x-a": "1", "x-c": "3" });
  await ask("PATCH", `/api/webhooks/${id}`, { description: "same headers" });
  expect((await reveal(id)).headers).toEqual({ "x-a": "1", "x-c": "3" });
  expect((await ask("PATCH", `/api/webhooks/${id}`, { headers: { "x-new": null } })).status).toBe(400);
});

test("a rotated secret stays valid for a day, or ends immediately if it has leaked", async () => {
  const { id } = await create();
  const [first] = (await reveal(id)).secrets;
  const rotated = (await ask("POST", `/api/webhooks/${id}/rotate`, {})).body as WebhookSecrets;
  expect(rotated.secrets.map(({ secret }) => secret)).toEqual([expect.any(String), first?.secret]);
  const [, old] = rotated.secrets;
  const hours = (Date.parse(old?.expires_at ?? "") - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(23.9);
  expect(hours).toBeLessThan(24.1);
  await ask("POST", `/api/webhooks/${id}/rotate`, { overlap_hours: 0 });
  const { secrets } = await reveal(id);
  expect(secrets).toHaveLength(1);
  expect(rotated.secrets.map(({ secret }) => secret)).not.toContain(secrets[0]?.secret);
});

test("the example of every event type matches its schema", async () => {
  const { items } = (await ask("GET", "/api/webhooks/event-types")).body as {
    items: { type: string; schema: z.core.JSONSchema.JSONSchema; example: object }[];
  };
  expect(items.map(({ type }) => type).sort()).toEqual(Object.keys(EVENTS).sort());
  expect([...EVENT_TYPES].sort()).toEqual(Object.keys(EVENTS).sort());
  for (const { type, schema, example } of items) {
    const check = z.fromJSONSchema(schema).safeParse(example);
    expect(check.error?.issues ?? [], type).toEqual([]);
    expect(z.fromJSONSchema(schema).safeParse({ ...example, type: "other" }).success).toBe(false);
  }
});
