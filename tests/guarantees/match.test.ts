// Imports with a mapping that finds products by an attribute instead of the SKU. A row changes a product only if the product still has the
// row's value when the row is applied. Any other row creates a product, if the mapping allows this, or is rejected. Long because there is a
// test for each way in which a product can change between scan and load.
import { beforeEach, describe, expect, test } from "vitest";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import type { Import } from "../../contract/imports/imports.ts";
import { csvLine } from "../../src/csv-line.ts";
import { MAX_MATCHES, readMatches } from "../../src/imports/match/store.ts";
import { runScan } from "../../src/imports/scan/run-scan.ts";
import { createTestDatabase } from "../support/database.ts";
import { importBytes, receiveBytes, rejectsOf, workOn, type Options } from "../support/import-file.ts";
import { runLoader } from "../../src/imports/load/loader.ts";
import { readImport } from "../../src/imports/store.ts";
import { createOperationApp } from "../support/operation-app.ts";

const database = await createTestDatabase();
const { pool } = database;
const { app, ask, context, finish } = await createOperationApp(database, 2);
const signal = new AbortController().signal;

/** GTINs with valid check digits. */
const LAMP = "4006381333931";
const DESK = "96385074";
const CHAIR = "036000291452";
const padded = (gtin: string): string => gtin.padStart(14, "0");

const BY_GTIN: Mapping = {
  key: "EAN",
  match: { attribute: "gtin", as: "gtin" },
  name: "Name",
  attributes: { price: "Price" },
};
const CREATING: Mapping = { ...BY_GTIN, match: { attribute: "gtin", as: "gtin", none: "create" } };

beforeEach(async () => {
  await pool.query("truncate products, product_history, search_backlog, events");
});

const put = (sku: string, attributes: object, name = `Product ${sku}`): Promise<unknown> =>
  app.inject({ method: "PUT", url: `/api/products/${encodeURIComponent(sku)}`, payload: { name, attributes } });

type Row = [ean: string, name: string, price: string];

const fileOf = (...rows: Row[]): string => [["EAN", "Name", "Price"], ...rows].map(csvLine).join("");

const run = (rows: [string, string, string][], mapping: Mapping = BY_GTIN, options: Options = {}): Promise<Import> =>
  importBytes(context, fileOf(...rows), { mapping, ...options });

/** Name and attributes of all products, by SKU. */
async function products(): Promise<Record<string, object>> {
  const { rows } = await pool.query<{ sku: string; name: string; attributes: object }>(
    "select sku, name, attributes from products order by sku_key",
  );
  return Object.fromEntries(rows.map(({ sku, name, attributes }) => [sku, { name, ...attributes }]));
}

async function rejects(id: number): Promise<[row: number, code: string][]> {
  return (await rejectsOf(context, id)).map(({ row, code }) => [row, code]);
}

async function scanOf(id: number): Promise<{ id: number; scan_token: number }> {
  const { rows } = await pool.query<{ id: number; scan_token: number }>(
    "select id, scan_token from imports where id = $1",
    [id],
  );
  return rows[0] as { id: number; scan_token: number };
}

async function matchesLeft(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>("select count(*)::int as count from import_matches");
  return rows[0]?.count ?? -1;
}

describe("GTINs", () => {
  test("are found with and without leading zeros, and the product keeps the spelling of its SKU and its GTIN", async () => {
    await put("L-1", { gtin: padded(LAMP) });
    await put("d-1", { gtin: DESK });
    await put("C-1", { gtin: `0${CHAIR}` });
    const result = await run([
      [LAMP, "", "10"],
      [padded(DESK), "Desk", "20"],
      [CHAIR.slice(0, 6) + " " + CHAIR.slice(6), "", "30"],
    ]);
    expect(result).toMatchObject({ state: "done", rows: 3, created: 0, updated: 3, rejected: 0 });
    expect(await products()).toEqual({
      "C-1": { name: "Product C-1", gtin: `0${CHAIR}`, price: "30" },
      "d-1": { name: "Desk", gtin: DESK, price: "20" },
      "L-1": { name: "Product L-1", gtin: padded(LAMP), price: "10" },
    });
    expect(await matchesLeft()).toBe(0);
  });

  test("that are spelled differently are the same key: the last row is applied", async () => {
    await put("L-1", { gtin: LAMP });
    const result = await run([
      [padded(LAMP), "", "1"],
      [LAMP, "", "2"],
    ]);
    expect(result).toMatchObject({ state: "done", rows: 2, updated: 1, superseded: 1 });
    expect(await products()).toEqual({ "L-1": { name: "Product L-1", gtin: LAMP, price: "2" } });
  });

  test("with a wrong check digit are rejected, in the file and in the catalogue", async () => {
    await put("L-1", { gtin: LAMP });
    await put("W-1", { gtin: "4006381333932" });
    const result = await run([
      [LAMP, "", "1"],
      ["4006381333932", "", "2"],
      ["", "", "3"],
    ]);
    expect(result).toMatchObject({ state: "done", rows: 3, updated: 1, rejected: 2 });
    expect(await rejects(result.id)).toEqual([
      [2, "does_not_fit"],
      [3, "sku_empty"],
    ]);
  });

  test("that two products have cause the row to be rejected, even if the products spell them differently", async () => {
    await put("L-1", { gtin: LAMP });
    await put("L-2", { gtin: padded(LAMP) });
    await put("D-1", { gtin: DESK });
    const before = await products();
    const result = await run(
      [
        [LAMP, "Lamp", "1"],
        [DESK, "", "2"],
      ],
      CREATING,
    );
    expect(result).toMatchObject({ state: "done", rows: 2, updated: 1, rejected: 1 });
    expect(await rejects(result.id)).toEqual([[1, "match_ambiguous"]]);
    expect(await products()).toEqual({ ...before, "D-1": { name: "Product D-1", gtin: DESK, price: "2" } });
  });

  test("that many products have cause the row to be rejected", async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `m-${i},Many ${i},${LAMP}\n`);
    await importBytes(context, `sku,name,gtin\n${rows.join("")}`);
    const before = await products();
    const { id } = await receiveBytes(context, fileOf([LAMP, "Lamp", "1"]), { mapping: CREATING });
    await runScan(context, id, signal);
    // For each GTIN, the scan stores at most MAX_MATCHES + 1 products. That is enough to detect that the GTIN is ambiguous.
    const stored = await pool.query<{ count: number }>("select count(*)::integer as count from import_matches");
    expect(stored.rows).toEqual([{ count: MAX_MATCHES + 1 }]);
    expect(await readMatches(pool, await scanOf(id), [padded(LAMP)])).toHaveLength(MAX_MATCHES + 1);
    await runLoader(context, id, signal);
    expect(await rejects(id)).toEqual([[1, "match_ambiguous"]]);
    expect(await products()).toEqual(before);
  });

  test("that are elements of a list are not found", async () => {
    await put("L-1", { gtin: [LAMP] });
    const result = await run([[LAMP, "Lamp", "1"]]);
    expect(await rejects(result.id)).toEqual([[1, "does_not_exist"]]);
  });
});

describe("rows without a product", () => {
  test("are rejected, and the message names the attribute", async () => {
    await put("L-1", { gtin: LAMP });
    const result = await run([
      [LAMP, "", "1"],
      [DESK, "Desk", "2"],
    ]);
    expect(result).toMatchObject({ state: "done", updated: 1, rejected: 1 });
    const [reject] = await rejectsOf(context, result.id);
    expect(reject).toMatchObject({ row: 2, code: "does_not_exist", value: padded(DESK) });
    expect(reject?.message).toContain('attribute "gtin"');
  });

  test("create a product with the value as its SKU if the mapping allows this and the row has a name", async () => {
    await put("L-1", { gtin: LAMP });
    const result = await run(
      [
        [LAMP, "", "1"],
        [DESK, "Desk", "2"],
        [CHAIR, "", "3"],
      ],
      CREATING,
    );
    expect(result).toMatchObject({ state: "done", created: 1, updated: 1, rejected: 1 });
    expect(await rejects(result.id)).toEqual([[3, "name_empty"]]);
    expect(await products()).toEqual({
      [padded(DESK)]: { name: "Desk", price: "2" },
      "L-1": { name: "Product L-1", gtin: LAMP, price: "1" },
    });
  });

  test("do not change a product that has the value as its SKU", async () => {
    await put(padded(DESK), { gtin: CHAIR });
    const before = await products();
    const result = await run([[DESK, "Desk", "2"]], CREATING);
    expect(result).toMatchObject({ state: "failed", rejected: 1 });
    const [reject] = await rejectsOf(context, result.id);
    expect(reject?.code).toBe("match_ambiguous");
    expect(reject?.message).toContain("as its SKU");
    expect(await products()).toEqual(before);
  });

  test.each([
    ["create" as const, { created: 1, updated: 0, rejected: 1 }, [[1, "exists_already"]]],
    ["update" as const, { created: 0, updated: 1, rejected: 1 }, [[2, "does_not_exist"]]],
  ])("with the mode %s", async (mode, counts, expected) => {
    await put("L-1", { gtin: LAMP });
    const result = await run(
      [
        [LAMP, "", "1"],
        [DESK, "Desk", "2"],
      ],
      CREATING,
      { mode },
    );
    expect(result).toMatchObject({ state: "done", ...counts });
    expect(await rejects(result.id)).toEqual(expected);
  });

  test("make a strict import fail, and nothing is changed", async () => {
    for (const [sku, gtin] of [
      ["L-1", LAMP],
      ["C-1", CHAIR],
    ] as const)
      await put(sku, { gtin });
    const before = await products();
    const result = await run(
      [
        [LAMP, "", "1"],
        [CHAIR, "", "2"],
        [DESK, "Desk", "3"],
      ],
      BY_GTIN,
      { strict: true },
    );
    expect(result).toMatchObject({ state: "failed", problem: { type: "/problems/rejected-rows" }, rejected: 1 });
    expect(await products()).toEqual(before);
    expect(await matchesLeft()).toBe(0);
  });
});

describe("texts", () => {
  const BY_NUMBER: Mapping = { ...BY_GTIN, match: { attribute: "Old number" } };

  test("are compared like SKUs", async () => {
    await put("a", { "Old number": " É-1 " });
    const result = await run([["e\u0301-1", "", "1"]], BY_NUMBER);
    expect(result).toMatchObject({ state: "done", updated: 1 });
  });

  test("a product whose SKU is far longer than the value keeps its SKU", async () => {
    const sku = "ü".repeat(255);
    await put(sku, { "Old number": "1" });
    expect(await run([["1", "", ""]], { ...BY_NUMBER, name: "Name", keep: false, attributes: {} })).toMatchObject({
      unchanged: 1,
    });
    expect(await run([["1", "N", "2"]], BY_NUMBER)).toMatchObject({ state: "done", updated: 1 });
    expect(Object.keys(await products())).toEqual([sku]);
  });

  test("an import that exchanges the values of products finds each product by its value before the import", async () => {
    for (const n of [1, 2, 3, 4, 5, 6]) await put(`p${n}`, { "Old number": String(n) });
    const mapping: Mapping = { key: "EAN", match: { attribute: "Old number" }, attributes: { "Old number": "Price" } };
    const rows = [1, 2, 3, 4, 5, 6].map((n): [string, string, string] => [String(n), "", String((n % 6) + 1)]);
    expect(await run(rows, mapping)).toMatchObject({ state: "done", updated: 6, rejected: 0 });
    expect(
      Object.entries(await products()).map(([sku, values]) => [sku, (values as Record<string, string>)["Old number"]]),
    ).toEqual([1, 2, 3, 4, 5, 6].map((n) => [`p${n}`, String((n % 6) + 1)]));
  });
});

describe("changes between the scan and the load", () => {
  /** Imports a file with the rows, and calls `change` between the scan and the load. */
  async function runAround(
    change: () => Promise<unknown>,
    rows: [string, string, string][],
    mapping: Mapping = BY_GTIN,
  ) {
    const { id } = await receiveBytes(context, fileOf(...rows), { mapping });
    await runScan(context, id, signal);
    await change();
    await runLoader(context, id, signal);
    return (await readImport(pool, id)) as Import;
  }
  const two: [string, string, string][] = [
    [LAMP, "Lamp", "1"],
    [DESK, "Desk", "2"],
  ];
  beforeEach(async () => {
    await put("L-1", { gtin: LAMP });
    await put("D-1", { gtin: DESK });
  });

  test.each([BY_GTIN, CREATING])(
    "a product that lost the value is not changed, and the row is rejected",
    async (mapping) => {
      const result = await runAround(() => put("L-1", { gtin: CHAIR }), two, mapping);
      expect(result).toMatchObject({ state: "done", created: 0, updated: 1, rejected: 1 });
      expect(await rejects(result.id)).toEqual([[1, "does_not_exist"]]);
      expect(await products()).toEqual({
        "D-1": { name: "Desk", gtin: DESK, price: "2" },
        "L-1": { name: "Product L-1", gtin: CHAIR },
      });
    },
  );

  test.each([BY_GTIN, CREATING])("two products that swapped the value are not changed", async (mapping) => {
    const result = await runAround(
      async () => {
        await put("L-1", { gtin: DESK });
        await put("D-1", { gtin: LAMP });
      },
      two,
      mapping,
    );
    expect(result).toMatchObject({ state: "failed", created: 0, updated: 0, rejected: 2 });
    expect(await products()).toEqual({
      "D-1": { name: "Product D-1", gtin: LAMP },
      "L-1": { name: "Product L-1", gtin: DESK },
    });
  });

  test.each([BY_GTIN, CREATING])("a deleted product is not created again", async (mapping) => {
    const result = await runAround(() => app.inject({ method: "DELETE", url: "/api/products/L-1" }), two, mapping);
    expect(result).toMatchObject({ state: "done", created: 0, updated: 1, rejected: 1 });
    expect(await rejects(result.id)).toEqual([[1, "does_not_exist"]]);
    expect(Object.keys(await products())).toEqual(["D-1"]);
  });

  test("a catalogue that was emptied stays empty", async () => {
    const result = await runAround(async () => {
      const { body } = await ask("POST", "/api/products/bulk", { action: "delete", skus: ["L-1", "D-1"] });
      await finish(body.id);
    }, two);
    expect(result).toMatchObject({ state: "failed", created: 0, rejected: 2 });
    expect(await products()).toEqual({});
  });

  test.each([BY_GTIN, CREATING])("a renamed product is not created again under its old SKU", async (mapping) => {
    const result = await runAround(
      () => app.inject({ method: "PATCH", url: "/api/products/L-1", payload: { sku: "L-2" } }),
      two,
      mapping,
    );
    expect(result).toMatchObject({ state: "done", created: 0, rejected: 1 });
    expect(Object.keys(await products())).toEqual(["D-1", "L-2"]);
  });

  test("if another import moved the value to another product, neither product is changed, and the row is rejected", async () => {
    const result = await runAround(() => importBytes(context, `sku,name,gtin\nL-1,,\nN-1,New,${LAMP}\n`), two);
    expect(result).toMatchObject({ state: "done", updated: 1, rejected: 1 });
    expect(await products()).toEqual({
      "D-1": { name: "Desk", gtin: DESK, price: "2" },
      "L-1": { name: "Product L-1" },
      "N-1": { name: "New", gtin: LAMP },
    });
  });

  test("a product that got the value as its SKU is not changed", async () => {
    const result = await runAround(() => put(padded(CHAIR), {}, "Another"), [...two, [CHAIR, "Chair", "3"]], CREATING);
    expect(result).toMatchObject({ state: "done", created: 0, updated: 2, rejected: 1 });
    expect(await rejects(result.id)).toEqual([[3, "match_ambiguous"]]);
    expect((await products())[padded(CHAIR)]).toEqual({ name: "Another" });
  });

  test("a change of other values is kept, and the row is applied", async () => {
    const result = await runAround(
      () => app.inject({ method: "PATCH", url: "/api/products/L-1", payload: { description: "by hand" } }),
      two,
    );
    expect(result).toMatchObject({ state: "done", updated: 2 });
    const { rows } = await pool.query("select description from products where sku = 'L-1'");
    expect(rows).toEqual([{ description: "by hand" }]);
  });

  test("the rows are rejected in the same way if the import continues after a stop", async () => {
    const { id } = await receiveBytes(context, fileOf(...two, [CHAIR, "", "3"]), { mapping: BY_GTIN });
    await put("C-1", { gtin: CHAIR });
    await runScan(context, id, signal);
    await put("L-1", { gtin: CHAIR });
    const result = await workOn(context, id);
    expect(result).toMatchObject({ state: "done", rows: 3, updated: 2, rejected: 1 });
    expect(await rejects(id)).toEqual([[1, "does_not_exist"]]);
  });
});

test("while edits move GTINs between products, no row ever changes a product with another GTIN", async () => {
  const count = 120;
  const gtins = Array.from({ length: count }, (_, i) => gtinOf(i));
  for (const [i, gtin] of gtins.entries()) await put(`p${i}`, { gtin });
  const mapping: Mapping = { ...BY_GTIN, attributes: { price: "EAN" } };
  const { id } = await receiveBytes(context, fileOf(...gtins.map((ean): Row => [ean, "", ""])), { mapping });
  await runScan(context, id, signal);
  let isLoading = true;
  const edit = async (): Promise<void> => {
    for (let i = 0; isLoading; i++) {
      const gtin = gtins[(i * 7 + 3) % count];
      const url = `/api/products/p${(i * 11) % count}`;
      await app.inject({ method: "PATCH", url, payload: { attributes: { gtin } } });
    }
  };
  const editing = Promise.all([edit(), edit()]);
  await Promise.all([runLoader(context, id, signal), runLoader(context, id, signal)]);
  isLoading = false;
  await editing;
  const { state, rows, created, updated, unchanged, rejected, changeset_id } = (await readImport(pool, id)) as Import;
  expect(state).toBe("done");
  expect([rows, created]).toEqual([count, 0]);
  expect(updated + unchanged + rejected).toBe(count);
  // The mapping stores the GTIN of the row as the price, so each version that the import has written must have an equal GTIN and price.
  const { rows: versions } = await pool.query<{ gtin: string; price: string }>(
    `select attributes ->> 'gtin' as gtin, attributes ->> 'price' as price
     from (select changed_in, attributes from products union all select changed_in, attributes from product_history) v
     where changed_in = $1`,
    [changeset_id],
  );
  expect(versions).toHaveLength(updated);
  for (const { gtin, price } of versions) expect(gtin).toBe(price);
});

/** Returns a GTIN with a valid check digit. Each number gives a different GTIN. */
function gtinOf(number: number): string {
  const digits = `4${String(number).padStart(11, "0")}`;
  const sum = Array.from(digits).reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
