// Exports against the database, and the round trip: what was exported is imported without a change.
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { createImportContext, importBytes, rejectsOf } from "../../../tests/import-file.ts";
import { createTestDatabase } from "../../../tests/database.ts";
import { export_query } from "../../../contract/export.ts";
import { skuKey } from "../sku-key.ts";
import { exportProducts } from "./export-products.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);

interface Given {
  sku: string;
  name?: string;
  description?: string;
  active?: boolean;
  attributes?: Record<string, unknown>;
}

beforeEach(async () => {
  await pool.query("truncate products, product_history");
});

async function give(products: readonly Given[]): Promise<void> {
  await pool.query("truncate products");
  await pool.query(
    `insert into products (sku_key, id, sku, name, description, active, attributes, created_in, changed_in, created_at, updated_at)
     select x.sku_key, row_number() over (), x.sku, x.name, x.description, x.active, x.attributes, 1, 1,
            '2026-01-02 03:04:05.000006Z', '2026-01-02 03:04:05.000006Z'
     from jsonb_to_recordset($1) as x(sku_key text, sku text, name text, description text, active boolean, attributes jsonb)`,
    [
      JSON.stringify(
        products.map(({ sku, name = "n", description = "", active = true, attributes = {} }) => ({
          ...{ sku_key: skuKey(sku), sku, name, description, active, attributes },
        })),
      ),
    ],
  );
}

const exported = async (options: Record<string, unknown> = {}): Promise<Buffer> =>
  buffer((await exportProducts(pool, export_query.parse(options))).bytes);

async function lines(options: Record<string, unknown> = {}): Promise<string[]> {
  return (await exported(options)).toString().split(options["spreadsheet"] === true ? "\r\n" : "\n");
}

describe("CSV", () => {
  test("has the fields, then a column for each attribute in the order of names, in SKU order", async () => {
    await give([
      { sku: "B-2", name: "Two", attributes: { Zeta: "z", "Weight (kg)": "0017" } },
      { sku: "a-1", name: "One", description: "d", active: false, attributes: { Brand: "B" } },
    ]);
    expect(await lines()).toEqual([
      "sku,name,description,active,Brand,Weight (kg),Zeta",
      "a-1,One,d,false,B,,",
      "B-2,Two,,true,,0017,z",
      "",
    ]);
  });

  test("of an empty catalogue is the header", async () => {
    expect(await lines()).toEqual(["sku,name,description,active", ""]);
  });

  test.each([
    ["plain", "plain"],
    ["a,b", '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ["two\nlines", '"two\nlines"'],
    [" blank", '" blank"'],
    ["blank\u00a0", '"blank\u00a0"'],
    ["\ufeffmark", '"\ufeffmark"'],
    ["'a", '"\'a"'],
    ["=1+1", "=1+1"],
    ["-5", "-5"],
    ["'=1", "\"''=1\""],
    ["''@x", "\"'''@x\""],
    ["back\\slash", "back\\slash"],
    ["tab\tin", "tab\tin"],
    ["\u0001", '"\u0001"'],
    ["日本語", "日本語"],
  ])("writes %j as %s, as a field and as an attribute", async (value, cell) => {
    await give([{ sku: "s", name: "n", description: value, attributes: { A: value } }]);
    expect((await exported()).toString()).toBe(`sku,name,description,active,A\ns,n,${cell},true,${cell}\n`);
  });

  test("for a spreadsheet has a byte order mark, CRLF, and nothing that the program would run", async () => {
    await give([
      { sku: "=s", name: "+n", description: "-d\n", attributes: { "@A": "\tx", B: "\rx", C: "'=1", D: "it's" } },
    ]);
    expect((await exported({ spreadsheet: true })).toString()).toBe(
      '\ufeffsku,name,description,active,"\'@A",B,C,D\r\n"\'=s","\'+n","\'-d\n",true,"\'\tx","\'\rx","\'\'=1",it\'s\r\n',
    );
  });

  test("shows values that are no text as JSON", async () => {
    await give([{ sku: "s", attributes: { a: 1.5, b: [1, "x,y", { z: "}" }], c: null, d: true } }]);
    expect((await lines())[1]).toBe('s,n,,true,1.5,"[1, ""x,y"", {""z"": ""}""}]",null,true');
  });
});

test("TSV has tabs between its cells", async () => {
  await give([{ sku: "s", name: "a,b", description: "c\td", attributes: { E: "=1" } }]);
  expect(await lines({ format: "tsv" })).toEqual(["sku\tname\tdescription\tactive\tE", 's\ta,b\t"c\td"\ttrue\t=1', ""]);
  expect((await lines({ format: "tsv", spreadsheet: true }))[1]).toBe('s\ta,b\t"c\td"\ttrue\t"\'=1"');
});

test("JSON Lines have a product a line, as the API shows it", async () => {
  await give([{ sku: "s", name: "=n", description: "a\nb", attributes: { A: "x" } }]);
  const [line = "", end] = await lines({ format: "jsonl" });
  expect(end).toBe("");
  expect(JSON.parse(line)).toEqual({
    sku: "s",
    id: 1,
    name: "=n",
    description: "a\nb",
    active: true,
    attributes: { A: "x" },
    version: 1,
    created_in: 1,
    changed_in: 1,
    source_line: null,
    created_at: "2026-01-02T03:04:05.000006+00:00",
    updated_at: "2026-01-02T03:04:05.000006+00:00",
  });
});

test("gzip compresses the file and tells so in its name", async () => {
  await give([{ sku: "s" }]);
  const file = await exportProducts(pool, export_query.parse({ gzip: true }));
  expect(file).toMatchObject({ media_type: "application/gzip" });
  expect(file.filename).toMatch(/^products-\d{4}-\d\d-\d\d\.csv\.gz$/);
  expect(gunzipSync(await buffer(file.bytes)).toString()).toBe("sku,name,description,active\ns,n,,true\n");
  await expect(exportProducts(pool, export_query.parse({ format: "xlsx", gzip: true }))).rejects.toThrow("compressed");
});

describe("one snapshot", () => {
  test("a product and an attribute that come while the file is read are not in it", async () => {
    await give(Array.from({ length: 20_000 }, (_, i) => ({ sku: `sku-${i}`, description: "d".repeat(300) })));
    const { bytes } = await exportProducts(pool, export_query.parse({}));
    const pieces: string[] = [];
    for await (const piece of bytes) {
      if (pieces.length === 0)
        await pool.query(
          `update products set attributes = '{"New": "x"}', name = 'changed' where sku_key like 'sku-1%'`,
        );
      pieces.push(String(piece));
    }
    const rows = pieces.join("").trimEnd().split("\n");
    expect(rows).toHaveLength(20_001);
    expect(rows[0]).toBe("sku,name,description,active");
    expect(rows.filter((row) => row.includes("changed"))).toEqual([]);
  });

  test("a reader that goes away ends the query and gives the connection back", async () => {
    await give(Array.from({ length: 20_000 }, (_, i) => ({ sku: `sku-${i}`, description: "d".repeat(300) })));
    const { bytes } = await exportProducts(pool, export_query.parse({ format: "jsonl" }));
    for await (const _ of bytes) break;
    await expect.poll(running).toBe(0);
    await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
  });

  test("a reader that takes nothing is let go", async () => {
    await give(Array.from({ length: 20_000 }, (_, i) => ({ sku: `sku-${i}`, description: "d".repeat(300) })));
    const { bytes } = await exportProducts(pool, export_query.parse({}), { patience_ms: 50 });
    const gone = new Promise((resolve) => bytes.once("error", resolve));
    bytes.read(0);
    expect(String(await gone)).toContain("took nothing");
    await expect.poll(running).toBe(0);
  });
});

/** Connections that are in the middle of something, but this question. */
async function running(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
  );
  return rows[0]?.count ?? -1;
}

describe("what was exported is imported without a change", () => {
  const text_value = fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from("=+-@\t\r'\" \n,;ab\\")) }),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc.constantFrom("0017", "90.750", "1E5", "123456789012345678", "'=1", "''+", "true", "\ufeff", "日本語", "="),
  );
  /** No text of the database has a NUL; lone surrogates are no text. */
  const clean = (value: string): string => value.replaceAll("\0", "").toWellFormed();
  const cell = text_value.map(clean);
  const attribute_name = fc.constantFrom("Brand", "=Formula", "'=x", "EAN", "größe", "a,b", "Weight (kg)", "z\ny", "-");
  const product = fc.record({
    sku: cell.map((value) => value.trim().slice(0, 50)).filter((value) => skuKey(value) !== ""),
    name: cell.map((value) => `${value}n`),
    description: cell,
    active: fc.boolean(),
    attributes: fc.dictionary(
      attribute_name,
      cell.filter((value) => value !== ""),
    ),
  });
  const catalogue = fc.uniqueArray(product, { minLength: 1, maxLength: 12, selector: ({ sku }) => skuKey(sku) });

  test.each([
    { format: "csv" },
    { format: "csv", spreadsheet: true },
    { format: "tsv" },
    { format: "tsv", spreadsheet: true },
  ])("%j", async (options) => {
    await fc.assert(
      fc.asyncProperty(catalogue, async (products) => {
        await give(products);
        const result = await importBytes(context, await exported(options));
        expect(await rejectsOf(context, result.id)).toEqual([]);
        expect(result).toMatchObject({ state: "done", rows: products.length, unchanged: products.length });
      }),
      { numRuns: 60 },
    );
  });
});
