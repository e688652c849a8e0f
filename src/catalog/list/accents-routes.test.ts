// `accents` applies to every endpoint with a filter, for indexed and for pending products.
import { expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createIndexMemory, indexBacklog } from "../search/indexer/index-backlog.ts";

const database = await createTestDatabase();
const app = await createTestApp(database);

const NAMES = ["Crème brûlée", "CREME", "Cre\u0300me", "Crime"];
for (const [n, name] of NAMES.entries()) {
  const body = { sku: `P-${String(n)}`, name, attributes: { Brand: `Brand ${String(n)}` } };
  expect((await app.inject({ method: "POST", url: "/api/products", payload: body })).statusCode).toBe(201);
}

async function get(url: string): Promise<Record<string, unknown>> {
  return (await app.inject({ method: "GET", url })).json();
}

async function expectFound(query: string, found: readonly number[]): Promise<void> {
  const { items } = await get(`/api/products?${query}`);
  expect([query, items]).toEqual([
    query,
    found.map((n) => expect.objectContaining({ sku: `P-${String(n)}` }) as unknown),
  ]);
  const { total } = await get(`/api/products/positions?${query}`);
  expect([query, total]).toEqual([query, { value: found.length, relation: "eq" }]);
  const { values } = await get(`/api/products/facets?attribute=Brand&${query}`);
  expect([query, values]).toEqual([query, found.map((n) => ({ value: `Brand ${String(n)}`, count: 1 }))]);
  const exported = await app.inject({ method: "GET", url: `/api/products/export?format=jsonl&${query}` });
  expect(
    exported.body
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { sku: string }).sku),
  ).toEqual(found.map((n) => `P-${String(n)}`));
}

async function expectAllFound(): Promise<void> {
  for (const field of ["search", "name"]) {
    await expectFound(`${field}=creme&accents=ignore`, [0, 1, 2]);
    await expectFound(`${field}=CR%C3%88ME&accents=ignore`, [0, 1, 2]);
    await expectFound(`${field}=creme&accents=exact`, [1]);
    await expectFound(`${field}=creme`, [1]);
    await expectFound(`${field}=cr%C3%A8me`, [0, 2]);
  }
}

test("pending products", expectAllFound);

test("indexed products", async () => {
  await indexBacklog(database.pool, createIndexMemory());
  await expectAllFound();
});

test("another value of accents is a bad request", async () => {
  const { statusCode, body } = await app.inject({ method: "GET", url: "/api/products?search=creme&accents=none" });
  expect([statusCode, body]).toEqual([400, expect.stringContaining("accents")]);
});
