// Limits of a bulk request: even the largest body gets a response quickly, and the response is short.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createOperationApp } from "../../../tests/support/operation-app.ts";
import { MAX_FILTER_ATTRIBUTES } from "../../../contract/catalog/product-filter.ts";
import type { ProblemDocument } from "../../../contract/problem-document.ts";

const database = await createTestDatabase();
const { app } = await createOperationApp(database);

const numbered = (count: number, name: (i: number) => string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), "v"]));

async function refused(body: object | string): Promise<ProblemDocument> {
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  const headers = { "content-type": "application/json" };
  const answer = await app.inject({ method: "POST", url: "/api/products/bulk", headers, payload });
  expect(answer.statusCode).toBe(400);
  expect(answer.rawPayload.length).toBeLessThanOrEqual(64 << 10);
  return answer.json();
}

// Bodies are made inside the tests: as arguments, they would become part of the test titles.
test.each<[string, () => object]>([
  ["13 MB of unknown filter keys", () => ({ action: "activate", filter: numbered(700_000, (i) => `unknown_${i}`) })],
  ["400,000 attributes", () => ({ action: "activate", filter: { attributes: numbered(400_000, (i) => `a${i}`) } })],
  ["400,000 flat attributes", () => ({ action: "activate", filter: numbered(400_000, (i) => `attributes.a${i}`) })],
  [
    "400,000 new attributes",
    () => ({ action: "set", filter: {}, set: { attributes: numbered(400_000, (i) => `a${i}`) } }),
  ],
  ["400,000 unknown members", () => numbered(400_000, (i) => `m${i}`)],
  ["2,000,000 empty SKUs", () => ({ action: "activate", skus: Array.from({ length: 2_000_000 }, () => "") })],
])("%s are rejected before validation", async (_, body) => {
  expect((await refused(body())).detail).toBe("The body has more than 25,000 values. Split it into smaller requests.");
});

test.each<[string, () => object]>([
  [
    "unknown filter keys",
    () => ({ action: "activate", filter: numbered(20_000, (i) => `unknown_${i}${"x".repeat(600)}`) }),
  ],
  [
    "attributes without a value",
    () => ({
      action: "activate",
      filter: { attributes: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`a${i}`, ""])) },
    }),
  ],
  ["unknown members", () => numbered(20_000, (i) => `m${i}`)],
  ["SKUs", () => ({ action: "activate", skus: Array.from({ length: 20_000 }, () => "") })],
])("for 20,000 faulty %s, the response names at most a hundred faults and counts all of them", async (_, body) => {
  const { errors = [], detail } = await refused(body());
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.length).toBeLessThanOrEqual(100);
  expect(detail.length).toBeLessThan(3000);
});

test("a filter can have at most 50 attributes in all of its parts together", async () => {
  for (const filter of [
    { attributes: numbered(MAX_FILTER_ATTRIBUTES + 1, (i) => `a${i}`) },
    numbered(MAX_FILTER_ATTRIBUTES + 1, (i) => `attributes.a${i}`),
    { attributes: numbered(MAX_FILTER_ATTRIBUTES, (i) => `a${i}`), "attributes.b": "v" },
  ]) {
    const { errors } = await refused({ action: "activate", filter });
    expect(errors).toContainEqual({
      pointer: "/body/filter/attributes",
      detail: "Filter by at most 50 attributes.",
    });
  }
  const filter = { attributes: numbered(MAX_FILTER_ATTRIBUTES, (i) => `a${i}`) };
  const answer = await app.inject({
    method: "POST",
    url: "/api/products/bulk",
    payload: { action: "activate", filter },
  });
  expect(answer.statusCode).toBe(202);
});

test("the total length of the strings in a filter and in new values is limited too", async () => {
  const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}`, "v".repeat(9000)]));
  expect((await refused({ action: "activate", filter: { attributes } })).detail).toContain(
    "more than 100,000 characters",
  );
  const set = { attributes: Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`a${i}`, "v".repeat(900_000)])) };
  expect((await refused({ action: "set", filter: {}, set })).detail).toContain("more than 2,000,000 characters");
});

test("every kind of route rejects JSON nested 5,000 levels deep", async () => {
  const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
  await refused(`{"action":"activate","filter":{"attributes":{"a":${deep}}}}`);
  for (const [method, url] of [
    ["POST", "/api/webhooks/1/test"],
    ["PATCH", "/api/products/a"],
    ["PUT", "/api/products/a"],
  ] as const) {
    const answer = await app.inject({
      method,
      url,
      headers: { "content-type": "application/json" },
      payload: `{"data":${deep}}`,
    });
    expect([url, answer.statusCode]).toEqual([url, 400]);
    expect(answer.json<ProblemDocument>().detail).toContain("nested deeper than 64 levels");
  }
});
