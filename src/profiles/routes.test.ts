// Profiles through the API: store, read, list, versions, preconditions, faults.
import { expect, test } from "vitest";
import { createTestApp } from "../../tests/support/app.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import type { Profile, ProfileVersion } from "../../contract/profiles/profiles.ts";

const database = await createTestDatabase();
const app = await createTestApp(database);

type Method = "GET" | "PUT" | "POST" | "DELETE";
async function ask(method: Method, url: string, body?: object, headers: Record<string, string> = {}) {
  const payload = body === undefined ? {} : { payload: body };
  const response = await app.inject({ method, url, headers, ...payload });
  return { status: response.statusCode, headers: response.headers, body: response.json<never>() };
}
const path = (name: string): string => `/api/profiles/${encodeURIComponent(name)}`;

test("a profile is stored, read, listed and deleted", async () => {
  const definition = {
    key: "Art.-Nr.",
    name: "Bezeichnung",
    attributes: { price: { from: "EK", number: "1.234,56" } },
  };
  const created = await ask("PUT", path("Lieferant A & B"), definition);
  expect(created.status).toBe(201);
  expect(created.headers.location).toBe("/api/profiles/Lieferant%20A%20%26%20B");
  const read = await ask("GET", path("lieferant a & b"));
  expect(read.body).toMatchObject({
    name: "Lieferant A & B",
    built_in: false,
    version: 1,
    columns: ["Art.-Nr.", "Bezeichnung", "EK"],
    used_at: null,
    definition: { profile: "Lieferant A & B", ...definition },
  });
  expect(read.headers.etag).toBe(created.headers.etag);
  const { body: list } = await ask("GET", "/api/profiles?limit=200");
  expect((list as { items: Profile[] }).items.map(({ name }) => name)).toContain("Lieferant A & B");
  expect((await ask("DELETE", path("Lieferant A & B"))).body).toMatchObject({ name: "Lieferant A & B" });
  expect((await ask("GET", path("Lieferant A & B"))).status).toBe(404);
});

test("the order of members is kept, because it is the order of attributes", async () => {
  const definition = { key: "k", attributes: { z: "Z", a: "A", "10": "T" } };
  await ask("PUT", path("ordered"), definition);
  const { body } = await ask("GET", path("ordered"));
  expect(Object.keys((body as Profile).definition["attributes"] as object)).toEqual(Object.keys(definition.attributes));
});

test("each change keeps the older text as a version, which can be restored", async () => {
  await ask("PUT", path("versions"), { key: "a" });
  expect((await ask("PUT", path("versions"), { key: "a" })).body).toMatchObject({ version: 1 });
  expect((await ask("PUT", path("versions"), { key: "b" })).body).toMatchObject({ version: 2 });
  expect((await ask("GET", `${path("versions")}/versions/1`)).body).toMatchObject({
    current: false,
    definition: { profile: "versions", key: "a" },
  });
  const restored = await ask("POST", `${path("versions")}/versions/1/restore`);
  expect(restored.body).toMatchObject({ version: 3, definition: { key: "a" } });
  const first = (await ask("GET", `${path("versions")}/versions?limit=2`)).body as {
    items: ProfileVersion[];
    next_cursor: string;
  };
  expect(first.items.map(({ version, current }) => [version, current])).toEqual([
    [3, true],
    [2, false],
  ]);
  const rest = await ask("GET", `${path("versions")}/versions?cursor=${first.next_cursor}`);
  expect(rest.body).toMatchObject({ items: [{ version: 1, actor: "local" }], next_cursor: null });
  expect((await ask("GET", `${path("versions")}/versions/9`)).status).toBe(404);
});

test("preconditions protect against lost changes", async () => {
  const { headers } = await ask("PUT", path("guarded"), { key: "a" }, { "if-none-match": "*" });
  const etag = headers.etag as string;
  expect((await ask("PUT", path("guarded"), { key: "b" }, { "if-none-match": "*" })).status).toBe(412);
  expect((await ask("PUT", path("guarded"), { key: "b" }, { "if-match": etag })).status).toBe(200);
  const late = await ask("PUT", path("guarded"), { key: "c" }, { "if-match": etag });
  expect(late).toMatchObject({ status: 412, body: { type: "/problems/profile-changed", version: 2 } });
  expect((await ask("DELETE", path("guarded"), undefined, { "if-match": etag })).status).toBe(412);
  expect((await ask("PUT", path("missing"), { key: "c" }, { "if-match": etag })).status).toBe(412);
  expect((await ask("PUT", path("guarded"), { key: "c" }, { "if-match": "x" })).status).toBe(400);
  // A new profile gets a new entity tag, even if a deleted profile had the same name and version.
  await ask("DELETE", path("guarded"));
  expect((await ask("PUT", path("guarded"), { key: "a" })).headers.etag).not.toBe(etag);
});

test.each([
  [{}, "/body/key"],
  [{ key: { from: "a", nonsense: 1 } }, "/body/key"],
  [{ key: "a", name: { from: "n", case: "title" } }, "/body/name/case"],
  [{ key: "a", attributes: { x: { from: [] } } }, "/body/attributes/x/from"],
  [{ key: "a", attributes: { "x/y": 3 } }, "/body/attributes/x~1y"],
  [{ key: "a", detect: { columns: ["a"], need: 2 } }, "/body/detect/need"],
  [{ key: "a", keys: "b" }, "/body"],
  [{ key: "a", profile: "other" }, "/body/profile"],
  [[], "/body"],
])("the faults of %j name the member", async (body, pointer) => {
  const { status, body: problem } = await ask("PUT", path("faulty"), body);
  expect(status).toBe(400);
  const { errors } = problem as { errors: { pointer: string }[] };
  expect(errors.map((fault) => fault.pointer)).toContain(pointer);
});

test.each(["none", "NONE", "x".repeat(101), "a\tb", "%20"])("%j is not a name", async (name) => {
  expect(
    (await ask("PUT", `/api/profiles/${encodeURIComponent(name).replace("%2520", "%20")}`, { key: "a" })).status,
  ).toBe(400);
});

test("the list has pages in the order of the names", async () => {
  await database.pool.query("truncate profiles cascade");
  const names = ["b", "A", "c", "ä", "𝒜"];
  for (const name of names) expect((await ask("PUT", path(name), { key: "k" })).status).toBe(201);
  const found: string[] = [];
  for (let cursor = ""; ;) {
    const { body } = await ask("GET", `/api/profiles?limit=2${cursor}`);
    const page = body as { items: Profile[]; next_cursor: string | null };
    found.push(...page.items.filter(({ built_in }) => !built_in).map(({ name }) => name));
    if (page.next_cursor === null) break;
    cursor = `&cursor=${page.next_cursor}`;
  }
  expect(found).toEqual(["A", "b", "c", "ä", "𝒜"]);
  expect((await ask("GET", "/api/profiles?cursor=nonsense")).status).toBe(400);
});

test("a change that makes a test of the profile fail needs confirmation", async () => {
  const tests = [{ input: "Art,Titel\nA-1,Lamp\n", expected: [{ sku: "A-1", name: "Lamp" }] }];
  const sound = { key: "Art", name: "Titel", tests };
  expect((await ask("PUT", path("tested"), sound)).body).toMatchObject({ tests: { count: 1, failed: 0 } });
  const broken = { ...sound, name: { from: "Titel", suffix: "!" } };
  const refused = await ask("PUT", path("tested"), broken);
  expect(refused).toMatchObject({
    status: 409,
    body: {
      type: "/problems/profile-tests-fail",
      tests: [{ passed: false, differences: [{ sku: "A-1", member: "name", expected: '"Lamp"', actual: '"Lamp!"' }] }],
    },
  });
  expect((await ask("GET", path("tested"))).body).toMatchObject({ version: 1 });
  const unsaved = await ask("POST", `${path("tested")}/test`, { definition: broken });
  expect(unsaved.body).toMatchObject({ passed: false });
  const stored = await ask("PUT", `${path("tested")}?confirm=true`, broken);
  expect(stored.body).toMatchObject({ version: 2, tests: { count: 1, failed: 1 } });
  expect((await ask("POST", `${path("tested")}/test`)).body).toMatchObject({ passed: false });
  expect((await ask("POST", `${path("tested")}/versions/1/restore`)).body).toMatchObject({ tests: { failed: 0 } });
  expect((await ask("POST", `${path("Akeneo")}/test`)).body).toMatchObject({ passed: true });
});

test("a test is computed from an input, with the stored text or a new one, and nothing is stored", async () => {
  await ask("PUT", path("computed"), { key: "Art", name: "Titel", file: { encoding: "cp850" } });
  const input = "Art,Titel,Farbe\nA-1,Stehleuchte groß,grün\n,Ohne Nummer,\n";
  const { body } = await ask("POST", `${path("computed")}/tests/compute`, { name: "lamps", input });
  const expected = {
    sku: "A-1",
    name: "Stehleuchte groß",
    description: "",
    active: true,
    parent_sku: "",
    attributes: { Farbe: "grün" },
  };
  expect(body).toMatchObject({
    test: { name: "lamps", input, expected: [expected], rejects: [{ line: 3, code: "sku_empty" }] },
    preview: { products: [{ line: 2, sku: "A-1" }], problem: null },
  });
  const { test: computed } = body as { test: object };
  const stored = await ask("PUT", path("computed"), {
    key: "Art",
    name: "Titel",
    file: { encoding: "cp850" },
    tests: [computed],
  });
  expect(stored.body).toMatchObject({ version: 2, tests: { count: 1, failed: 0 } });
  const definition = { key: "Nummer" };
  expect((await ask("POST", `${path("new")}/tests/compute`, { input: "Nummer\n1\n", definition })).body).toMatchObject({
    test: { expected: [{ sku: "1" }] },
  });
  const many = `Art,Titel\n${Array.from({ length: 300 }, (_, i) => `${i},Lamp\n`).join("")}`;
  expect((await ask("POST", `${path("computed")}/tests/compute`, { input: many })).status).toBe(400);
  const faulty = { input: "Art\n", definition: { key: 1 } };
  expect((await ask("POST", `${path("new")}/tests/compute`, faulty)).body).toMatchObject({
    errors: [{ pointer: "/body/definition/key" }],
  });
  expect((await ask("POST", `${path("new")}/tests/compute`, {})).body).toMatchObject({
    errors: [{ pointer: "/body/input" }],
  });
});

test("a renamed profile keeps its versions; a name that another profile has is refused", async () => {
  const first = await ask("PUT", path("old name"), { key: "a" });
  await ask("PUT", path("old name"), { key: "b" });
  await ask("PUT", path("taken"), { key: "a" });
  const rename = (from: string, name: string, headers: Record<string, string> = {}) =>
    ask("POST", `${path(from)}/rename`, { name }, headers);
  expect((await rename("old name", "Taken")).body).toMatchObject({ type: "/problems/profile-exists" });
  expect((await rename("old name", "other", { "if-match": String(first.headers.etag) })).status).toBe(412);
  expect((await rename("Akeneo", "other")).body).toMatchObject({ type: "/problems/built-in-profile" });
  expect((await rename("old name", "none")).status).toBe(400);
  const renamed = await rename("old name", "New name");
  expect(renamed.body).toMatchObject({ name: "New name", version: 3, definition: { profile: "New name", key: "b" } });
  expect((await ask("GET", path("old name"))).status).toBe(404);
  const restored = await ask("POST", `${path("new name")}/versions/1/restore`);
  expect(restored.body).toMatchObject({ version: 4, definition: { profile: "New name", key: "a" } });
  expect((await rename("New name", "NEW NAME")).body).toMatchObject({ name: "NEW NAME", version: 5 });
});

test("a test that takes too long is stopped and fails", async () => {
  const like = `${Array.from({ length: 9 }, (_, i) => `{p${i}:letters}${i}`).join("")}{value:digits}x`;
  const attributes = Object.fromEntries(
    Array.from({ length: 5000 }, (_, i) => [`a${i}`, { from: "text", like, else: "blank" }]),
  );
  const rows = Array.from({ length: 38 }, (_, i) => `s${i},n,${"a1".repeat(240)}`);
  const tests = [{ input: `sku,name,text\n${rows.join("\n")}\n`, expected: [] }];
  const { status, body } = await ask("PUT", path("slow"), { key: "sku", name: "name", attributes, tests });
  expect(status).toBe(409);
  expect(body).toMatchObject({ type: "/problems/profile-tests-fail" });
  expect(JSON.stringify(body)).toContain("needs more than 5 seconds");
}, 120_000);

test("a new name without characters that files and addresses cannot contain is needed; a stored profile keeps its name", async () => {
  for (const name of ["a/b", "what?", "all*", "c:d", 'a"b']) {
    const { status, body } = await ask("PUT", path(name), { key: "a" });
    expect([status, body]).toMatchObject([400, { errors: [{ pointer: "/params/name" }] }]);
  }
  await ask("PUT", path("plain name"), { key: "a" });
  await database.pool.query(
    "update profiles set name = 'Plain/Name', name_key = 'plain/name' where name = 'plain name'",
  );
  expect((await ask("PUT", path("Plain/Name"), { key: "b" })).status).toBe(200);
});

test("the refusal of the name of a built-in profile calls it built-in", async () => {
  const refused = await ask("PUT", path("Akeneo"), { key: "a" }, { "if-none-match": "*" });
  expect(refused.status).toBe(412);
  expect(JSON.stringify(refused.body)).toContain("built-in profile");
});

test("a profile with a name that is no longer allowed can be read, used, changed, renamed and deleted", async () => {
  for (const name of ["Acme 2025/26", 'a\\b?c*d:e"f<g>h|i']) {
    await ask("PUT", path("older"), { key: "a", tests: [{ input: "a,name\n1,x\n", expected: [{ sku: "1" }] }] });
    await database.pool.query("update profiles set name = $1, name_key = $2 where name = 'older'", [
      name,
      name.toLowerCase(),
    ]);
    await database.pool.query(
      `update profile_versions set definition = jsonb_set(definition::jsonb, '{profile}', to_jsonb($1::text))::json
       where definition->>'profile' = 'older'`,
      [name],
    );
    expect((await ask("PUT", path(`${name} 2`), { key: "a" })).status).toBe(400);
    expect((await ask("GET", path(name))).body).toMatchObject({ name, version: 1 });
    expect((await ask("GET", `${path(name)}/versions`)).body).toMatchObject({ items: [{ version: 1 }] });
    expect((await ask("POST", `${path(name)}/test`)).status).toBe(200);
    expect((await ask("PUT", path(name), { key: "b" })).body).toMatchObject({ name, version: 2 });
    expect((await ask("POST", `${path(name)}/versions/1/restore`)).body).toMatchObject({ name, version: 3 });
    expect((await ask("POST", `${path(name)}/rename`, { name: "older 2" })).body).toMatchObject({ name: "older 2" });
    expect((await ask("GET", path(name))).status).toBe(404);
    await database.pool.query("update profiles set name = $1, name_key = lower($1) where name = 'older 2'", [name]);
    expect((await ask("DELETE", path(name))).body).toMatchObject({ name });
    expect((await ask("GET", path(name))).status).toBe(404);
  }
});
