// HTTP routes of exports.
import { expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";

const database = await createTestDatabase();
const app = await createTestApp(database);
// The exported file is 300 MB long, more than the buffers of both sockets can hold.
await database.pool.query(
  `insert into products (sku_key, id, sku, name, description, created_in, changed_in, created_at, updated_at)
   select 'sku-' || i, i, 'sku-' || i, 'n', repeat('d', 30000), 1, 1, now(), now() from generate_series(1, 10000) i`,
);

const get = (query: string, method: "GET" | "HEAD" = "GET") =>
  app.inject({ method, url: `/api/products/export${query}` });

test.each([
  ["", "text/csv; charset=utf-8", "csv"],
  ["?format=tsv", "text/tab-separated-values; charset=utf-8", "tsv"],
  ["?format=jsonl", "application/x-ndjson", "jsonl"],
  ["?format=xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"],
  ["?gzip=true", "application/gzip", "csv.gz"],
])("%j returns a download with the right media type", async (query, type, ending) => {
  const { statusCode, headers } = await get(`${query}${query === "" ? "?" : "&"}sku=sku-1`);
  expect(statusCode).toBe(200);
  expect(headers["content-type"]).toBe(type);
  expect(headers["content-disposition"]).toMatch(
    new RegExp(`^attachment; filename="products-\\d{4}-\\d\\d-\\d\\d\\.${ending}"$`),
  );
});

test("HEAD returns the same headers without the file", async () => {
  const { statusCode, headers, body } = await get("", "HEAD");
  expect([statusCode, body]).toEqual([200, ""]);
  expect(headers["content-disposition"]).toMatch(/^attachment/);
});

test.each(["?format=xls", "?spreadsheet=perhaps", "?limit=5", "?format=xlsx&gzip=true"])(
  "%j is a bad request",
  async (query) => {
    expect((await get(query)).statusCode).toBe(400);
  },
);

test("a value that is too long for a cell causes an error, not a truncated file", async () => {
  await database.pool.query(`update products set description = repeat('d', 40000) where sku_key = 'sku-7'`);
  const response = await get("?format=xlsx");
  expect(response.statusCode).toBe(422);
  expect(response.json()).toMatchObject({ type: "/problems/does-not-fit-sheet" });
});

test("four exports run at the same time, and a fifth is refused until one of the four has ended", async () => {
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const open = async (): Promise<{ response: Response; close: () => void }> => {
    const stop = new AbortController();
    const response = await fetch(`${url}/api/products/export`, { signal: stop.signal });
    return {
      response,
      close: () => {
        stop.abort();
      },
    };
  };
  // Keep the responses referenced: fetch closes the connection of a response that was garbage-collected.
  const opened = [];
  for (let i = 0; i < 5; i++) opened.push(await open());
  expect(opened.map(({ response }) => response.status)).toEqual([200, 200, 200, 200, 429]);
  for (const { close } of opened) close();
  await expect
    .poll(async () => {
      const again = await open();
      again.close();
      return again.response.status;
    })
    .toBe(200);
});
