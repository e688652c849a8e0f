// Compares random edits and imports with a sequential model. The catalogue, every version of every product, the changes in each
// changeset, and all events must match the model.
// This file is long because the model and its commands belong together.
import fc from "fast-check";
import { expect, test } from "vitest";
import { isBlankValue, type AttributeValue } from "../../contract/catalog/attribute-value.ts";
import type { ProductChange } from "../../contract/changesets/changesets.ts";
import type { ProductValues, ProductVersion } from "../../contract/catalog/edit-products.ts";
import type { Product } from "../../contract/catalog/products.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes } from "../support/import-file.ts";
import { keyOf } from "./sequential-model.ts";
import { runs } from "../support/random-runs.ts";

const database = await createTestDatabase();
const { pool } = database;
const app = await createTestApp(database);
const imports = await createImportContext(pool, 3);

const SKUS = ["a", "A", "b", "c/d", "é"] as const;
const sku = fc.constantFrom(...SKUS);
const name = fc.constantFrom("One", "Two", "Three");
const text = fc.constantFrom("", "x", "y");
/** The value of an attribute: a text or a list. */
const value = fc.oneof(text, fc.constantFrom([], ["x"], ["x", "y"]));
const values = fc.record(
  {
    name,
    description: text,
    active: fc.boolean(),
    parent_sku: text,
    attributes: fc.dictionary(fc.constantFrom("p", "q"), value),
  },
  { requiredKeys: ["name"] },
);
const patch = fc.record(
  {
    name,
    description: fc.option(text),
    active: fc.boolean(),
    parent_sku: fc.option(text),
    attributes: fc.option(fc.dictionary(fc.constantFrom("p", "q"), fc.option(value))),
    sku,
  },
  { requiredKeys: [] },
);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("post" as const), sku, values }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("put" as const), sku, values }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("patch" as const), sku, patch }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), sku }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("import" as const),
      rows: fc.uniqueArray(fc.record({ sku, name, p: text }), { minLength: 1, selector: ({ sku: one }) => keyOf(one) }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Given = Omit<Partial<ProductValues>, "attributes" | "description" | "parent_sku"> & {
  description?: string | null;
  parent_sku?: string | null;
  attributes?: Record<string, AttributeValue | null> | null;
};

/** The versions of one product, in order, and its SKU key at each version. A deletion is a version that is null. */
interface Life {
  versions: (ProductValues | null)[];
  keys: string[];
}

class Model {
  readonly current = new Map<string, Life>();
  readonly lives: Life[] = [];
  /** The changes of each changeset, in order: a product, and the version to which the changeset changed it. */
  readonly changes: { life: Life; version: number }[][] = [];

  product(given: string): ProductValues | undefined {
    return this.current.get(keyOf(given))?.versions.at(-1) ?? undefined;
  }
  change(changes: { life: Life; version: number }[]): void {
    if (changes.length > 0) this.changes.push(changes);
  }
  set(key: string, after: ProductValues): { life: Life; version: number }[] {
    let life = this.current.get(key);
    if (life === undefined) {
      life = { versions: [], keys: [] };
      this.lives.push(life);
    } else if (isSame(life.versions.at(-1) ?? null, after)) return [];
    this.current.delete(key);
    this.current.set(keyOf(after.sku), life);
    life.versions.push(after);
    life.keys.push(keyOf(after.sku));
    return [{ life, version: life.versions.length }];
  }
  delete(key: string): void {
    const life = this.current.get(key) as Life;
    this.current.delete(key);
    life.versions.push(null);
    life.keys.push(key);
    this.change([{ life, version: life.versions.length }]);
  }
}

const sorted = (attributes: object): object =>
  Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
const isSame = (a: ProductValues | null, b: ProductValues | null): boolean => canonical(a) === canonical(b);
const canonical = (one: ProductValues | null): string =>
  one === null
    ? ""
    : JSON.stringify([one.sku, one.name, one.description, one.active, one.parent_sku, sorted(one.attributes)]);

function withAttributes(base: ProductValues["attributes"], given: Given["attributes"]): ProductValues["attributes"] {
  if (given === null) return {};
  const entries = Object.entries({ ...base, ...given }).filter(([, kept]) => kept !== null && !isBlankValue(kept));
  return Object.fromEntries(entries);
}

/** Applies the step to the model. @returns the expected status code of the API, or 0 for an import */
function apply(model: Model, given: Step): number {
  if (given.do === "import") {
    const changes = given.rows.flatMap((row) => {
      const old = model.product(row.sku);
      const base = old ?? { description: "", active: true, parent_sku: "", attributes: {} };
      const attributes = withAttributes({ ...base.attributes, p: row.p }, {});
      return model.set(keyOf(row.sku), { ...base, sku: row.sku, name: row.name, attributes });
    });
    // An import is a changeset even if it changes nothing.
    model.changes.push(changes);
    return 0;
  }
  const old = model.product(given.sku);
  if (given.do === "delete") {
    if (old === undefined) return 404;
    model.delete(keyOf(given.sku));
    return 200;
  }
  if (given.do === "patch") {
    if (old === undefined) return 404;
    const { attributes, description, parent_sku, ...rest } = given.patch as Given;
    const next: ProductValues = { ...old, ...rest, attributes: withAttributes(old.attributes, attributes) };
    if (description !== undefined) next.description = description ?? "";
    if (parent_sku !== undefined) next.parent_sku = parent_sku ?? "";
    if (keyOf(next.sku) !== keyOf(old.sku) && model.product(next.sku) !== undefined) return 409;
    model.change(model.set(keyOf(old.sku), next));
    return 200;
  }
  if (given.do === "post" && old !== undefined) return 409;
  const { attributes, ...rest } = given.values as Given;
  const texts = { description: rest.description ?? "", parent_sku: rest.parent_sku ?? "" };
  const whole = { sku: given.sku, name: "", active: true, ...rest, ...texts };
  model.change(model.set(keyOf(given.sku), { ...whole, attributes: withAttributes({}, attributes) }));
  return old === undefined ? 201 : 200;
}

async function request(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", url: string, payload?: unknown) {
  const headers = { host: "localhost", ...(payload === undefined ? {} : { "content-type": "application/json" }) };
  const body = payload === undefined ? {} : { payload: JSON.stringify(payload) };
  const answer = await app.inject({ method, url, headers, ...body });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}

async function perform(given: Step): Promise<number> {
  if (given.do === "import") {
    const csv = ["sku,name,p", ...given.rows.map((row) => `${row.sku},${row.name},${row.p}`)].join("\n");
    expect(await importBytes(imports, csv)).toMatchObject({ state: "done", rejected: 0 });
    return 0;
  }
  const url = `/api/products/${encodeURIComponent(given.sku)}`;
  if (given.do === "post") return (await request("POST", "/api/products", { sku: given.sku, ...given.values })).status;
  if (given.do === "put") return (await request("PUT", url, { sku: given.sku, ...given.values })).status;
  if (given.do === "patch") return (await request("PATCH", url, given.patch)).status;
  return (await request("DELETE", url)).status;
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the type of the items
async function everyPage<T>(url: string, limit: number): Promise<{ items: T[]; first: Record<string, unknown> }> {
  const items: T[] = [];
  let first: Record<string, unknown> | undefined;
  for (let cursor = ""; ;) {
    const { status, body } = await request("GET", `${url}${url.includes("?") ? "&" : "?"}limit=${limit}${cursor}`);
    expect(status).toBe(200);
    first ??= body;
    items.push(...(body["items"] as T[]));
    expect((body["items"] as T[]).length).toBeLessThanOrEqual(limit);
    if (body["next_cursor"] === null) return { items, first };
    cursor = `&cursor=${body["next_cursor"] as string}`;
  }
}

function valuesOf(product: Product | ProductValues | null): ProductValues | null {
  if (product === null) return null;
  const { sku: one, name: called, description, active, parent_sku, attributes } = product;
  return { sku: one, name: called, description, active, parent_sku, attributes };
}

const kindOf = (life: Life, version: number): string =>
  version === 1 ? "created" : life.versions[version - 1] === null ? "deleted" : "updated";

test("random edits, renames, deletions and imports match the model", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, limit) => {
        await pool.query(
          "truncate products, product_history, search_backlog, events, changesets restart identity cascade",
        );
        const model = new Model();
        for (const given of steps) expect([given, await perform(given)]).toEqual([given, apply(model, given)]);

        for (const one of SKUS) {
          const { status, body } = await request("GET", `/api/products/${encodeURIComponent(one)}`);
          const product = model.product(one);
          expect(status).toBe(product === undefined ? 404 : 200);
          if (product === undefined) continue;
          expect(valuesOf(body as unknown as Product)).toEqual(product);
          expect(body["version"]).toBe(model.current.get(keyOf(one))?.versions.length);
        }
        const ids = await checkChanges(model, limit);
        for (const life of model.lives) await checkHistory(life, ids, limit);
        await checkEvents(model, ids);
      },
    ),
    { numRuns: runs(8) },
  );
});

/** Checks the changes of each changeset: as a full list, filtered by kind, filtered by SKU, and as CSV. @returns the ids of the products */
async function checkChanges(model: Model, limit: number): Promise<Map<Life, number>> {
  const { items: changesets } = await everyPage<{ id: number; created: number; updated: number; deleted: number }>(
    "/api/changesets",
    limit,
  );
  // A rollback leaves gaps in the ids, so compare only the number of changesets.
  expect(changesets).toHaveLength(model.changes.length);
  const ids = new Map<Life, number>();
  for (const [index, expected] of model.changes.entries()) {
    const changeset = changesets.at(-1 - index);
    const url = `/api/changesets/${changeset?.id ?? 0}/changes`;
    const { items } = await everyPage<ProductChange>(url, limit);
    const wanted = expected.map(({ life, version }) => ({
      sku: (life.versions[version - 1] ?? life.versions[version - 2])?.sku,
      change: kindOf(life, version),
      version,
      before: life.versions[version - 2] ?? null,
      after: life.versions[version - 1],
    }));
    const bySku = (a: { sku?: string | undefined }, b: { sku?: string | undefined }): number =>
      (a.sku ?? "") < (b.sku ?? "") ? -1 : 1;
    expect(items.map(({ id: _id, fields: _fields, ...item }) => item).sort(bySku)).toEqual(wanted.sort(bySku));
    for (const { life, version } of expected) {
      const item = items.find(
        (one) => one.version === version && one.sku === (life.versions[version - 1] ?? life.versions[version - 2])?.sku,
      );
      if (ids.has(life)) expect(item?.id).toBe(ids.get(life));
      ids.set(life, item?.id as number);
    }
    const counts = (change: string): number => wanted.filter((one) => one.change === change).length;
    for (const change of ["created", "updated", "deleted"] as const) {
      expect((await everyPage(`${url}?change=${change}`, limit)).items).toHaveLength(counts(change));
      expect(changeset?.[change]).toBe(counts(change));
    }
    for (const item of items) {
      const found = await everyPage<ProductChange>(
        `${url}?sku=${encodeURIComponent((item.before ?? item).sku)}`,
        limit,
      );
      if (item.change !== "created") expect(found.items).toContainEqual(item);
    }
    const csv = await app.inject({ url: `${url}.csv`, headers: { host: "localhost" } });
    expect(csv.statusCode, csv.body).toBe(200);
    const fields = items.reduce((sum, item) => sum + Object.keys(item.fields).length, 0);
    expect(csv.body.trimEnd().split("\n")).toHaveLength(1 + fields);
  }
  return ids;
}

async function checkHistory(life: Life, ids: ReadonlyMap<Life, number>, limit: number): Promise<void> {
  const id = ids.get(life) as number;
  // The history must be available under every SKU key that the product has had.
  for (const key of new Set(life.keys)) {
    const url = `/api/products/${encodeURIComponent(key)}/history?id=${id}`;
    const { items, first } = await everyPage<ProductVersion>(url, limit);
    expect(first).toMatchObject({ id, exists: life.versions.at(-1) !== null });
    expect(items.map(({ version }) => version)).toEqual(life.versions.map((_, index) => index + 1).reverse());
    let rebuilt: Record<string, unknown> = {};
    for (const { version, change, product, fields } of items.toReversed()) {
      expect([version, change, product]).toEqual([version, kindOf(life, version), life.versions[version - 1]]);
      // Applying the listed changes to the previous version must give this version.
      for (const [field, { before, after }] of Object.entries(fields ?? {})) {
        expect(rebuilt[field] ?? null).toEqual(before);
        rebuilt[field] = after;
      }
      rebuilt = Object.fromEntries(Object.entries(rebuilt).filter(([, value]) => value !== null));
      const { attributes = {}, ...rest } = product ?? {};
      const own = Object.entries(attributes).map(([called, value]) => [`attributes.${called}`, value]);
      expect(rebuilt).toEqual({ ...rest, ...Object.fromEntries(own) });
    }
  }
}

async function checkEvents(model: Model, ids: ReadonlyMap<Life, number>): Promise<void> {
  const { rows } = await pool.query<{ type: string; changeset_id: number; data: Record<string, unknown> }>(
    "select type, changeset_id, data from events where type like 'product.%' order by id",
  );
  const { rows: changesets } = await pool.query<{ id: number; kind: string }>(
    "select id, kind from changesets order by id",
  );
  const wanted = changesets.flatMap(({ id, kind }, index) => {
    const [first] = model.changes[index] ?? [];
    if (kind !== "edit" || first === undefined) return [];
    const { life, version } = first;
    return [{ type: `product.${kindOf(life, version)}`, changeset_id: id, data: { id: ids.get(life), version } }];
  });
  expect(rows).toMatchObject(wanted);
  expect(rows).toHaveLength(wanted.length);
  const { rows: backlog } = await pool.query("select from search_backlog");
  expect(backlog.length).toBeGreaterThanOrEqual(wanted.length);
}
