// This file is long because it is a table of cases for four endpoints.
import { beforeEach, describe, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);

beforeEach(async () => {
  await pool.query("truncate products, product_history, search_backlog, events, changesets restart identity cascade");
});

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown> & { errors?: { pointer: string; detail: string }[] };
}

async function ask(
  method: Method,
  url: string,
  payload?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await app.inject({
    method,
    url,
    headers: {
      ...(payload === undefined ? {} : { "content-type": "application/json" }),
      host: "localhost",
      ...headers,
    },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

const pointersOf = ({ body }: Answer): string[] => (body.errors ?? []).map(({ pointer }) => pointer).sort();

/** Counts the rows of every table that an edit writes. */
async function traces(): Promise<object> {
  const { rows } = await pool.query(
    `select (select count(*)::int from products) as products, (select count(*)::int from product_history) as history,
            (select count(*)::int from changesets) as changesets, (select count(*)::int from events) as events,
            (select count(*)::int from search_backlog) as backlog`,
  );
  return rows[0] as object;
}

describe("POST", () => {
  test("creates a product with its changeset, event and backlog entry", async () => {
    const made = await ask("POST", "/api/products?reason=a%20test", {
      sku: " Ä/1 ",
      name: "One",
      attributes: { Brand: "Acme", Empty: "" },
    });
    expect(made).toMatchObject({
      status: 201,
      headers: { etag: expect.stringMatching(/^"\d+-1"$/) as string, location: "/api/products/%C3%84%2F1" },
    });
    expect(made.body).toMatchObject({
      sku: "Ä/1",
      name: "One",
      description: "",
      active: true,
      attributes: { Brand: "Acme" },
      version: 1,
      created_in: 1,
      changed_in: 1,
      source_line: null,
    });
    expect((await ask("GET", String(made.headers["location"]))).body).toEqual(made.body);
    expect(await traces()).toEqual({ products: 1, history: 0, changesets: 1, events: 1, backlog: 1 });
    const { rows } = await pool.query("select * from changesets");
    expect(rows[0]).toMatchObject({
      kind: "edit",
      actor: "local",
      reason: "a test",
      created: 1,
      updated: 0,
      id_count: 1,
    });
    expect(rows[0]).toMatchObject({ id_base: made.body["id"], finished_at: made.body["created_at"] });
    const events = await pool.query("select type, changeset_id, data from events");
    expect(events.rows).toEqual([
      {
        type: "product.created",
        changeset_id: 1,
        data: { actor: "local", id: made.body["id"], sku: "Ä/1", version: 1, changeset_id: 1, product: made.body },
      },
    ]);
  });

  test("returns 409 with a link to the other product that has the SKU, whatever its letter case", async () => {
    await ask("POST", "/api/products", { sku: "Abc", name: "One" });
    const again = await ask("POST", "/api/products", { sku: "aBC ", name: "Two" });
    expect(again).toMatchObject({ status: 409, body: { type: "/problems/sku-taken", link: "/api/products/Abc" } });
    expect(await traces()).toMatchObject({ products: 1, changesets: 1, events: 1 });
  });

  test("returns all faults together, each with a JSON Pointer", async () => {
    const answer = await ask("POST", "/api/products", {
      sku: "x".repeat(256),
      name: " ",
      description: "a\0b",
      active: "yes",
      attributes: { "a/b~c": 5, " Brand": "x", name: "x", "": "y", ok: "\ud800", gone: null },
      id: 7,
      colour: "red",
    });
    expect(answer.status).toBe(400);
    expect(pointersOf(answer)).toEqual(
      [
        "/body/sku",
        "/body/name",
        "/body/description",
        "/body/active",
        "/body/id",
        "/body/colour",
        "/body/attributes/a~1b~0c",
        "/body/attributes/ Brand",
        "/body/attributes/name",
        "/body/attributes/",
        "/body/attributes/ok",
        "/body/attributes/gone",
      ].sort(),
    );
    expect(await traces()).toMatchObject({ products: 0, changesets: 0 });
  });

  test.each<[string, unknown, string[]]>([
    ["an empty object", {}, ["/body/name", "/body/sku"]],
    ["an array instead of an object", [1], ["/body"]],
    ["a blank SKU", { sku: "\u2003", name: "x" }, ["/body/sku"]],
    ["a long name", { sku: "a", name: "x".repeat(1001) }, ["/body/name"]],
    ["a long description", { sku: "a", name: "x", description: "é".repeat(500_001) }, ["/body/description"]],
    ["attributes that are not an object", { sku: "a", name: "x", attributes: ["a"] }, ["/body/attributes"]],
    [
      "more attributes than a file has columns",
      { sku: "a", name: "x", attributes: Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`a${i}`, "x"])) },
      ["/body/attributes"],
    ],
  ])("rejects %s", async (_title, body, pointers) => {
    const answer = await ask("POST", "/api/products", body);
    expect([answer.status, pointersOf(answer)]).toEqual([400, pointers]);
  });

  test.each([
    ["text/plain", "hello", 415],
    ["application/json", "{", 400],
    ["application/json", "", 400],
    ["application/json", `{"sku":"a","name":"${"x".repeat(9 << 20)}"}`, 413],
  ])("rejects this body of type %s", async (type, payload, status) => {
    const response = await app.inject({
      method: "POST",
      url: "/api/products",
      headers: { "content-type": type, host: "localhost" },
      payload,
    });
    expect(response.statusCode).toBe(status);
  });
});

describe("PUT", () => {
  test("creates a product, resets absent fields to their defaults, and writes nothing if no value changes", async () => {
    const body = { name: "One", description: "long", active: false, attributes: { a: "1" } };
    const created = await ask("PUT", "/api/products/abc", body);
    expect(created).toMatchObject({ status: 201, headers: { location: "/api/products/abc" }, body });
    const same = await ask("PUT", "/api/products/ABC", { ...body, sku: "abc" });
    expect(same).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await traces()).toMatchObject({ changesets: 1, events: 1, history: 0 });
    const replaced = await ask("PUT", "/api/products/abc", { sku: "ABC", name: "Two" });
    expect(replaced).toMatchObject({
      status: 200,
      headers: { etag: expect.stringMatching(/^"\d+-2"$/) as string },
      body: { sku: "ABC", name: "Two", description: "", active: true, attributes: {}, version: 2 },
    });
    expect(await traces()).toMatchObject({ products: 1, changesets: 2, events: 2, history: 1 });
  });

  test("rejects a body with another SKU", async () => {
    const answer = await ask("PUT", "/api/products/abc", { sku: "abd", name: "x" });
    expect([answer.status, pointersOf(answer)]).toEqual([400, ["/body/sku"]]);
  });

  test("rejects a NUL in the URL", async () => {
    const answer = await ask("PUT", "/api/products/a%00b", { name: "x" });
    expect([answer.status, pointersOf(answer)]).toEqual([400, ["/params/sku"]]);
  });
});

describe("PATCH", () => {
  // Before the patch, the product is { name: "n", description: "d", active: true, attributes: { a: "1", b: "2" } }.
  test.each<[object, object]>([
    [{ name: "m" }, { name: "m", description: "d" }],
    [{ description: null }, { description: "" }],
    [{ description: "" }, { description: "" }],
    [{ active: false }, { active: false }],
    [{ attributes: { a: "3" } }, { attributes: { a: "3", b: "2" } }],
    [{ attributes: { a: null, c: "4" } }, { attributes: { b: "2", c: "4" } }],
    [{ attributes: { a: "" } }, { attributes: { b: "2" } }],
    [{ attributes: null }, { attributes: {} }],
    [{ sku: "SKU" }, { sku: "SKU" }],
  ])("%j", async (patch, after) => {
    await ask("POST", "/api/products", { sku: "sku", name: "n", description: "d", attributes: { a: "1", b: "2" } });
    const answer = await ask("PATCH", "/api/products/sku", patch, { "content-type": "application/merge-patch+json" });
    expect(answer).toMatchObject({ status: 200, headers: { etag: expect.stringMatching(/^"\d+-2"$/) as string } });
    expect(answer.body).toMatchObject(after);
    expect((await ask("GET", "/api/products/sku")).body).toEqual(answer.body);
    if ("attributes" in after) expect(answer.body["attributes"]).toEqual(after.attributes);
  });

  test.each<[object]>([
    [{}],
    [{ attributes: {} }],
    [{ attributes: { none: null, nothing: "" } }],
    [{ name: "n", active: true, sku: " sku " }],
  ])("%j changes nothing and writes nothing", async (patch) => {
    await ask("POST", "/api/products", { sku: "sku", name: "n" });
    expect(await ask("PATCH", "/api/products/sku", patch)).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await traces()).toEqual({ products: 1, history: 0, changesets: 1, events: 1, backlog: 1 });
  });

  test("rejects an attribute named __proto__, which JSON responses would lose", async () => {
    await ask("POST", "/api/products", { sku: "sku", name: "n" });
    const answer = await app.inject({
      method: "PATCH",
      url: "/api/products/sku",
      headers: { "content-type": "application/merge-patch+json", host: "localhost" },
      payload: '{"attributes":{"__proto__":"x"}}',
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ errors: [{ pointer: "/body/attributes/__proto__" }] });
    const { rows } = await pool.query<{ attributes: string }>("select attributes::text from products");
    expect(rows[0]?.attributes).toBe("{}");
  });

  test("rejects null for required fields and returns all faults together", async () => {
    await ask("POST", "/api/products", { sku: "sku", name: "n" });
    const answer = await ask("PATCH", "/api/products/sku", { sku: null, name: null, active: null, version: 3 });
    expect([answer.status, pointersOf(answer)]).toEqual([
      400,
      ["/body/active", "/body/name", "/body/sku", "/body/version"],
    ]);
  });

  test("emits an event with the old and new values", async () => {
    await ask("POST", "/api/products", { sku: "sku", name: "n", attributes: { a: "1" } });
    await ask("PATCH", "/api/products/sku", { name: "m", attributes: { a: null, b: "2" } });
    const { rows } = await pool.query<{ data: object }>("select data from events where type = 'product.updated'");
    expect(rows).toMatchObject([
      {
        data: {
          sku: "sku",
          version: 2,
          changes: {
            name: { before: "n", after: "m" },
            "attributes.a": { before: "1", after: null },
            "attributes.b": { before: null, after: "2" },
          },
        },
      },
    ]);
  });

  test("keeps the id of a renamed product and frees its old SKU", async () => {
    const { body: made } = await ask("POST", "/api/products", { sku: "old", name: "n" });
    const renamed = await ask("PATCH", "/api/products/old", { sku: "new", name: "m" });
    expect(renamed).toMatchObject({ status: 200, body: { id: made["id"], sku: "new", name: "m", version: 2 } });
    expect(renamed.body["created_at"]).toBe(made["created_at"]);
    expect((await ask("GET", "/api/products/old")).status).toBe(404);
    const { rows } = await pool.query("select sku_key, version, renamed_to, deleted from product_history");
    expect(rows).toEqual([{ sku_key: "old", version: 1, renamed_to: "new", deleted: false }]);
    const backlog = await pool.query("select keys from search_backlog order by id desc limit 1");
    expect(backlog.rows).toEqual([{ keys: ["old", "new"] }]);
    expect((await ask("POST", "/api/products", { sku: "old", name: "another" })).status).toBe(201);
  });

  test("rejects the SKU of another product and writes nothing", async () => {
    await ask("POST", "/api/products", { sku: "a", name: "n" });
    await ask("POST", "/api/products", { sku: "B", name: "n" });
    const answer = await ask("PATCH", "/api/products/a", { sku: "b" });
    expect(answer).toMatchObject({ status: 409, body: { type: "/problems/sku-taken", link: "/api/products/b" } });
    expect(await traces()).toMatchObject({ products: 2, history: 0, changesets: 2, events: 2 });
  });

  test("returns 404 if the product does not exist", async () => {
    expect((await ask("PATCH", "/api/products/none", {}, { "if-match": '"1"' })).status).toBe(404);
    expect((await ask("DELETE", "/api/products/a%00b")).status).toBe(404);
  });
});

describe("DELETE", () => {
  test("deletes the product and archives its last version", async () => {
    await ask("POST", "/api/products", { sku: "Sku", name: "n" });
    const answer = await ask("DELETE", "/api/products/SKU?reason=gone");
    expect(answer).toMatchObject({ status: 200, body: { sku: "Sku", version: 2, changeset_id: 2 } });
    expect((await ask("GET", "/api/products/sku")).status).toBe(404);
    expect(await traces()).toEqual({ products: 0, history: 1, changesets: 2, events: 2, backlog: 2 });
    const { rows } = await pool.query("select version, deleted, replaced_in from product_history");
    expect(rows).toEqual([{ version: 1, deleted: true, replaced_in: 2 }]);
    const changesets = await pool.query("select deleted, reason from changesets where id = 2");
    expect(changesets.rows).toEqual([{ deleted: 1, reason: "gone" }]);
  });
});

describe("preconditions", () => {
  // `N` is replaced by the product's id. The product has version 2.
  test.each<[Method, Record<string, string>, number]>([
    ["PATCH", { "if-match": '"N-2"' }, 200],
    ["PATCH", { "if-match": '"N-1"' }, 412],
    ["PATCH", { "if-match": '"N-1", "N-2"' }, 200],
    ["PATCH", { "if-match": 'W/"N-2"' }, 412],
    ["PATCH", { "if-match": "*" }, 200],
    ["PATCH", { "if-match": "N-2" }, 400],
    ["PATCH", { "if-match": "" }, 400],
    ["PATCH", { "if-match": `"N-1"${" ,".repeat(400)}` }, 400],
    ["PATCH", { "if-none-match": "*" }, 412],
    ["PUT", { "if-none-match": "*" }, 412],
    ["PUT", { "if-none-match": '"N-1"' }, 200],
    ["PUT", { "if-none-match": 'W/"N-2"' }, 412],
    ["PUT", { "if-match": '"N-1"' }, 412],
    ["PUT", { "if-match": '"N-2"' }, 200],
    ["DELETE", { "if-match": '"N-1"' }, 412],
    ["DELETE", { "if-match": '"N-2"' }, 200],
  ])("%s with %j: %i", async (method, headers, status) => {
    const { body: made } = await ask("POST", "/api/products", { sku: "a", name: "n" });
    await ask("PATCH", "/api/products/a", { name: "m" });
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, tags]) => [name, tags.replaceAll("N", String(made["id"]))]),
    );
    const answer = await ask(method, "/api/products/a", method === "DELETE" ? undefined : { name: "o" }, sent);
    expect(answer.status).toBe(status);
    if (status === 412) expect(answer.body).toMatchObject({ version: 2, link: "/api/products/a" });
  });

  test("an ETag does not match a product that was deleted and created again", async () => {
    const { body: known } = await ask("POST", "/api/products", { sku: "a", name: "n" });
    await ask("DELETE", "/api/products/a");
    const { body: anew } = await ask("POST", "/api/products", { sku: "a", name: "n" });
    expect([known["version"], anew["version"]]).toEqual([1, 1]);
    const headers = { "if-match": `"${String(known["id"])}-1"` };
    expect((await ask("PATCH", "/api/products/a", { name: "o" }, headers)).status).toBe(412);
    expect((await ask("DELETE", "/api/products/a", undefined, headers)).status).toBe(412);
  });

  test.each<[Record<string, string>, number]>([
    [{ "if-match": "*" }, 412],
    [{ "if-match": '"N-1"' }, 412],
    [{ "if-none-match": "*" }, 201],
    [{ "if-none-match": '"N-1"' }, 201],
  ])("PUT of a product that does not exist with %j: %i", async (headers, status) => {
    const answer = await ask("PUT", "/api/products/none", { name: "n" }, headers);
    expect(answer.status).toBe(status);
    if (status === 412) expect(answer.body).toMatchObject({ version: null, link: null });
  });
});
