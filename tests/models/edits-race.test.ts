// Tests of concurrent writers: with `If-Match`, a change that is not stored gets a response with status 412. Every version is stored once
// and in order.
import type { FastifyInstance } from "fastify";
import { beforeEach, expect, test } from "vitest";
import type { Product } from "../../contract/catalog/products.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, leftovers } from "../support/import-file.ts";

const database = await createTestDatabase();
const { pool } = database;
// There are two servers, because a single server serializes the edits of a product.
const apps = [await createTestApp(database), await createTestApp(database)];
const imports = await createImportContext(pool, 20);

beforeEach(() => pool.query("truncate products, product_history, search_backlog, events, changesets cascade"));

let asked = 0;
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
async function ask(method: Method, url: string, payload?: object, headers: Record<string, string> = {}) {
  const type = payload === undefined ? {} : { "content-type": "application/json" };
  const app = apps[asked++ % 2] as FastifyInstance;
  const answer = await app.inject({
    method,
    url,
    headers: { host: "localhost", ...type, ...headers },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
  return { status: answer.statusCode, etag: String(answer.headers["etag"]), body: answer.json<Product>() };
}

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** Finds missing, duplicate and out-of-order versions, and changes that have no event or are not counted in their changeset. */
async function faults(): Promise<object[]> {
  const { rows } = await pool.query<object>(
    `with versions as (
       select sku_key, id, version, replaced_in, deleted from product_history
       union all select sku_key, id, version, null, false from products),
     lives as (
       select id, count(*) as kept, count(distinct version) as numbers, max(version) as last,
              count(*) filter (where replaced_in is null or deleted) as ends
       from versions group by id)
     select 'life' as fault, id from lives where kept <> last or numbers <> last or ends <> 1
     union all
     select 'edit', c.id from changesets c
     where c.kind = 'edit' and (select count(*) from events e where e.changeset_id = c.id) <> 1
     union all
     select 'counts', c.id from changesets c
     where c.created <> (select count(distinct id) from versions where id between c.id_base and c.id_base + c.id_count - 1)
        or c.updated + c.deleted <> (select count(*) from product_history where replaced_in = c.id)`,
  );
  return rows;
}

/** Reads the product, increments the number in its description, and writes it. */
async function increment(headersOf: (etag: string) => Record<string, string>): Promise<number> {
  for (let refused = 0; ; refused++) {
    const { body, etag } = await ask("GET", "/api/products/counter");
    const description = String(Number(body.description) + 1);
    const { status } = await ask("PATCH", "/api/products/counter", { description }, headersOf(etag));
    if (status === 200) return refused;
    expect(status).toBe(412);
  }
}

test("with If-Match, no increment is lost", async () => {
  await ask("POST", "/api/products", { sku: "counter", name: "n", description: "0" });
  const refused = await times(8, async () => {
    let sum = 0;
    for (let i = 0; i < 10; i++) sum += await increment((etag) => ({ "if-match": etag }));
    return sum;
  });
  expect((await ask("GET", "/api/products/counter")).body).toMatchObject({ description: "80", version: 81 });
  // At least one write was rejected because of a conflict; otherwise the test would prove nothing.
  expect(refused.reduce((a, b) => a + b)).toBeGreaterThan(0);
  expect(await faults()).toEqual([]);
});

test("without If-Match, increments are lost (control for the test above)", async () => {
  await ask("POST", "/api/products", { sku: "counter", name: "n", description: "0" });
  await times(8, async () => {
    for (let i = 0; i < 10; i++) await increment(() => ({}));
  });
  expect(Number((await ask("GET", "/api/products/counter")).body.description)).toBeLessThan(80);
  expect(await faults()).toEqual([]);
});

test("200 concurrent patches of different attributes are all applied, even without If-Match", async () => {
  await ask("POST", "/api/products", { sku: "a", name: "n" });
  const COUNT = 200;
  const patch = (i: number) => ask("PATCH", "/api/products/a", { attributes: { [`a${i}`]: "x" } });
  const answers = await times(COUNT, async (i) => {
    let answer = await patch(i);
    // On a slow machine, an edit may wait too long for the edits before it and get status 503. Send it again, as a client would.
    while (answer.status === 503) answer = await patch(i);
    return answer;
  });
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: COUNT }, () => 200));
  const { body } = await ask("GET", "/api/products/a");
  expect([Object.keys(body.attributes).length, body.version]).toEqual([COUNT, COUNT + 1]);
  expect(new Set(answers.map(({ etag }) => etag)).size).toBe(COUNT);
  expect(await faults()).toEqual([]);
});

test("if many requests claim one SKU by rename, POST or PUT, exactly one succeeds", async () => {
  await times(10, (i) => ask("POST", "/api/products", { sku: `p${i}`, name: "n" }));
  const answers = await Promise.all([
    times(10, (i) => ask("PATCH", `/api/products/p${i}`, { sku: "Wanted" })),
    times(5, () => ask("POST", "/api/products", { sku: "wanted", name: "n" })),
    times(5, () => ask("PUT", "/api/products/WANTED", { name: "n" }, { "if-none-match": "*" })),
  ]);
  const statuses = answers.flat().map(({ status }) => status);
  expect(statuses.filter((status) => status < 300)).toHaveLength(1);
  expect(statuses.filter((status) => status !== 409 && status !== 412)).toHaveLength(1);
  expect(await faults()).toEqual([]);
});

test("products that are concurrently created and deleted under one SKU have separate histories", async () => {
  const statuses = await times(8, async (writer) => {
    const seen: number[] = [];
    for (let i = 0; i < 12; i++) {
      const { status } =
        (writer + i) % 2 === 0
          ? await ask("PUT", "/api/products/a", { name: `n ${i}` })
          : await ask("DELETE", "/api/products/a");
      seen.push(status);
    }
    return seen;
  });
  expect(statuses.flat().filter((status) => ![200, 201, 404].includes(status))).toEqual([]);
  expect(await faults()).toEqual([]);
  const { rows } = await pool.query<{ created: number; deleted: number; products: number }>(
    `select sum(created)::int as created, sum(deleted)::int as deleted,
            (select count(*)::int from products) as products from changesets`,
  );
  const { created, deleted, products } = rows[0] as { created: number; deleted: number; products: number };
  expect(created - deleted).toBe(products);
});

test("if the same products are edited and imported concurrently, every successful response is stored as a version", async () => {
  const COUNT = 120;
  const file = (round: number): string =>
    ["sku,name", ...Array.from({ length: COUNT }, (_, i) => `p${(i * 7) % COUNT},import ${round}`)].join("\n");
  await importBytes(imports, file(0));
  let running = true as boolean;
  const written: { id: number; version: number; name: string }[] = [];
  const writers = times(4, async (writer) => {
    for (let i = 0; running; i++) {
      const url = `/api/products/p${(i * 13 + writer * 29) % COUNT}`;
      if (i % 9 === 0) {
        await ask("DELETE", url);
        continue;
      }
      const { status, body, etag } = await ask("GET", url);
      if (status === 404) continue;
      const name = `writer ${writer} ${i}`;
      const answer = await ask("PATCH", url, { name }, { "if-match": etag });
      expect([200, 404, 412]).toContain(answer.status);
      if (answer.status !== 200) continue;
      // The new version directly follows the version that was read.
      expect([answer.body.id, answer.body.version]).toEqual([body.id, body.version + 1]);
      written.push({ id: answer.body.id, version: answer.body.version, name });
    }
  });
  for (let round = 1; round <= 5; round++) {
    const done = await importBytes(imports, file(round), { strict: round % 4 === 0 });
    expect(done).toMatchObject({ state: "done", rows: COUNT, rejected: 0 });
    expect(done.created + done.updated + done.unchanged).toBe(COUNT);
  }
  running = false;
  await writers;
  expect(written.length).toBeGreaterThan(10);
  const { rows } = await pool.query<{ id: number; version: number; name: string }>(
    `select id, version, name from product_history union all select id, version, name from products`,
  );
  const names = new Map(rows.map(({ id, version, name }) => [`${id} ${version}`, name]));
  for (const { id, version, name } of written) expect(names.get(`${id} ${version}`)).toBe(name);
  expect(await faults()).toEqual([]);
  expect(await leftovers(imports)).toEqual({ files: [], chunks: 0, staged: 0 });
});
