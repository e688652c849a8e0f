// Exports of all formats, and the round trip: importing an exported file changes nothing.
// This file is long because all formats share the helpers that fill the catalogue and read the file.
import { buffer, text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { fromBufferPromise } from "yauzl";
import { beforeEach, describe, expect, test } from "vitest";
import { createImportContext, importBytes, rejectsOf } from "../../../tests/support/import-file.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { export_query } from "../../../contract/catalog/export.ts";
import { insertChangeset } from "../changeset-store.ts";
import { noteChanged } from "../backlog.ts";
import { createIndexMemory, indexBacklog } from "../search/indexer/index-backlog.ts";
import { skuKey, trimWhiteSpace } from "../product/sku-key.ts";
import { exportProducts } from "./export-products.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);
const changesetId = await insertChangeset(pool, { kind: "import", actor: "test" });

interface Given {
  sku: string;
  name?: string;
  description?: string;
  active?: boolean;
  parent_sku?: string;
  attributes?: Record<string, unknown>;
}

beforeEach(async () => {
  await pool.query("truncate products, product_history");
});

async function give(products: readonly Given[]): Promise<void> {
  await pool.query("truncate products, search_backlog");
  await pool.query(
    `insert into products (sku_key, id, sku, name, description, active, parent_sku, attributes, created_in, changed_in, created_at, updated_at)
     select x.sku_key, row_number() over (), x.sku, x.name, x.description, x.active, x.parent_sku, x.attributes, 1, 1,
            '2026-01-02 03:04:05.000006Z', '2026-01-02 03:04:05.000006Z'
     from jsonb_to_recordset($1) as x(sku_key text, sku text, name text, description text, active boolean, parent_sku text,
       attributes jsonb)`,
    [
      JSON.stringify(
        products.map(({ sku, name = "n", description = "", active = true, parent_sku = "", attributes = {} }) => ({
          sku_key: skuKey(sku),
          sku,
          name,
          description,
          active,
          parent_sku,
          attributes,
        })),
      ),
    ],
  );
  await noteChanged(pool, {
    changeset_id: changesetId,
    id_from: 1,
    id_to: products.length,
    rows: products.length,
    delta: 0,
  });
}

async function unzip(bytes: Buffer): Promise<Record<string, string>> {
  const parts: Record<string, string> = {};
  const zip = await fromBufferPromise(bytes);
  for await (const entry of zip.eachEntry()) parts[entry.fileName] = await text(await zip.openReadStreamPromise(entry));
  return parts;
}

const exported = async (options: Record<string, unknown> = {}): Promise<Buffer> =>
  buffer((await exportProducts(pool, export_query.parse(options))).bytes);

async function lines(options: Record<string, unknown> = {}): Promise<string[]> {
  return (await exported(options)).toString().split(options["spreadsheet"] === true ? "\r\n" : "\n");
}

describe("CSV", () => {
  test("has columns for the fields, then for the attributes sorted by name, and rows in SKU order", async () => {
    await give([
      { sku: "B-2", name: "Two", attributes: { Zeta: "z", "Weight (kg)": "0017" } },
      { sku: "a-1", name: "One", description: "d", active: false, parent_sku: "P-1", attributes: { Brand: "B" } },
    ]);
    expect(await lines()).toEqual([
      "sku,name,description,active,parent_sku,Brand,Weight (kg),Zeta",
      "a-1,One,d,false,P-1,B,,",
      "B-2,Two,,true,,,0017,z",
      "",
    ]);
  });

  test("of an empty catalogue has only the header", async () => {
    expect(await lines()).toEqual(["sku,name,description,active,parent_sku", ""]);
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
    expect((await exported()).toString()).toBe(`sku,name,description,active,parent_sku,A\ns,n,${cell},true,,${cell}\n`);
  });

  test("for a spreadsheet program has a byte order mark, CRLF, and no cell that would run as a formula", async () => {
    await give([
      { sku: "=s", name: "+n", description: "-d\n", attributes: { "@A": "\tx", B: "\rx", C: "'=1", D: "it's" } },
    ]);
    expect((await exported({ spreadsheet: true })).toString()).toBe(
      '\ufeffsku,name,description,active,parent_sku,"\'@A",B,C,D\r\n"\'=s","\'+n","\'-d\n",true,,"\'\tx","\'\rx","\'\'=1",it\'s\r\n',
    );
  });

  test("contains values other than text as JSON", async () => {
    await give([{ sku: "s", attributes: { a: 1.5, b: [1, "x,y", { z: "}" }], c: null, d: true } }]);
    expect((await lines())[1]).toBe('s,n,,true,,1.5,"[1, ""x,y"", {""z"": ""}""}]",null,true');
  });
});

test("TSV separates cells with tabs", async () => {
  await give([{ sku: "s", name: "a,b", description: "c\td", attributes: { E: "=1" } }]);
  expect(await lines({ format: "tsv" })).toEqual([
    "sku\tname\tdescription\tactive\tparent_sku\tE",
    's\ta,b\t"c\td"\ttrue\t\t=1',
    "",
  ]);
  expect((await lines({ format: "tsv", spreadsheet: true }))[1]).toBe('s\ta,b\t"c\td"\ttrue\t\t"\'=1"');
});

test("JSON Lines have one product per line, in the format of the API", async () => {
  await give([{ sku: "s", name: "=n", description: "a\nb", attributes: { A: "x" } }]);
  const [line = "", end] = await lines({ format: "jsonl" });
  expect(end).toBe("");
  expect(JSON.parse(line)).toEqual({
    sku: "s",
    id: 1,
    name: "=n",
    description: "a\nb",
    active: true,
    parent_sku: "",
    attributes: { A: "x" },
    version: 1,
    created_in: 1,
    changed_in: 1,
    source_line: null,
    created_at: "2026-01-02T03:04:05.000006+00:00",
    updated_at: "2026-01-02T03:04:05.000006+00:00",
  });
});

test("gzip compresses the file and adds .gz to its name", async () => {
  await give([{ sku: "s" }]);
  const file = await exportProducts(pool, export_query.parse({ gzip: true }));
  expect(file).toMatchObject({ media_type: "application/gzip" });
  expect(file.filename).toMatch(/^products-\d{4}-\d\d-\d\d\.csv\.gz$/);
  expect(gunzipSync(await buffer(file.bytes)).toString()).toBe("sku,name,description,active,parent_sku\ns,n,,true,\n");
  await expect(exportProducts(pool, export_query.parse({ format: "xlsx", gzip: true }))).rejects.toThrow("compressed");
});

describe("filter and order", () => {
  beforeEach(() =>
    give([
      { sku: "a-1", name: "Red boots", attributes: { Brand: "It's" } },
      { sku: "a-2", name: "red hat $1", active: false, parent_sku: "p-1", attributes: { Size: "L" } },
      { sku: "b-1", name: "Blue boots" },
    ]),
  );

  test.each([
    [{}, ["a-1", "a-2", "b-1"]],
    [{ sort: "-sku" }, ["b-1", "a-2", "a-1"]],
    [{ sort: "name" }, ["b-1", "a-1", "a-2"]],
    [{ search: "BOOTS red" }, ["a-1"]],
    [{ search: "$1" }, ["a-2"]],
    [{ sku: "A-*", active: true }, ["a-1"]],
    [{ "attributes.Brand": "It's" }, ["a-1"]],
    [{ "attributes.Brand": "\\'; --" }, []],
    [{ parent_sku: "P-1" }, ["a-2"]],
    [{ created_in: 2 }, []],
    [{ updated_since: "2026-01-01T00:00:00Z", active: false }, ["a-2"]],
  ])("%j", async (options, skus) => {
    expect((await lines(options)).slice(1, -1).map((row) => row.split(",")[0])).toEqual(skus);
  });

  test("columns are the attributes of the selected products", async () => {
    expect((await lines({ name: "hat" }))[0]).toBe("sku,name,description,active,parent_sku,Size");
  });
});

describe("XLSX", () => {
  test("is a zip file with a workbook in which text values stay text", async () => {
    await give([
      { sku: "0017", name: "=1<2", description: " a\r\n_x000D_", active: false, attributes: { B: "\u0001" } },
    ]);
    const parts = await unzip(await exported({ format: "xlsx" }));
    expect(Object.keys(parts)).toEqual([
      "[Content_Types].xml",
      "_rels/.rels",
      "xl/workbook.xml",
      "xl/_rels/workbook.xml.rels",
      "xl/styles.xml",
      "xl/worksheets/sheet1.xml",
    ]);
    const cells = parts["xl/worksheets/sheet1.xml"]?.match(/<row r="2">.*<\/row>/s)?.[0];
    expect(cells).toBe(
      '<row r="2"><c r="A2" s="1" t="inlineStr"><is><t>0017</t></is></c>' +
        '<c r="B2" s="1" t="inlineStr"><is><t>=1&lt;2</t></is></c>' +
        '<c r="C2" s="1" t="inlineStr"><is><t xml:space="preserve"> a_x000D_\n_x005F_x000D_</t></is></c>' +
        '<c r="D2" t="b"><v>0</v></c><c r="F2" s="1" t="inlineStr"><is><t xml:space="preserve">_x0001_</t></is></c></row>',
    );
  });

  test("a value that is too long for a cell is reported with its product, before the file begins", async () => {
    await give([{ sku: "short", description: "日".repeat(32_767) }]);
    await exported({ format: "xlsx" });
    await give([{ sku: "long", attributes: { Text: "\u{1f600}".repeat(16_384) } }]);
    await expect(exported({ format: "xlsx" })).rejects.toMatchObject({
      slug: "does-not-fit-sheet",
      message: expect.stringMatching(/^"Text" of the product "long" has 32,768 characters/) as string,
      extra: { cells: [{ sku: "long", field: "Text", length: 32_768 }] },
    });
  });
});

describe("lists", () => {
  const PRODUCTS = [
    { sku: "a", attributes: { Tags: ["Home", 'The "new" line'], Size: "[L", Plain: "[" } },
    { sku: "b", attributes: { Tags: "one", Size: ["M"] } },
    { sku: "c", attributes: { Tags: '"quoted"', Size: "[]", "Kind[]": "[x" } },
  ];

  test("the column of an attribute with lists has a name ending in [], and its texts that begin like JSON are written as JSON", async () => {
    await give(PRODUCTS);
    expect(await lines({ format: "tsv" })).toEqual([
      "sku\tname\tdescription\tactive\tparent_sku\tKind[][]\tPlain\tSize[]\tTags[]",
      String.raw`a	n		true			[	"""[L"""	"[""Home"", ""The \""new\"" line""]"`,
      'b\tn\t\ttrue\t\t\t\t"[""M""]"\tone',
      String.raw`c	n		true		"""[x"""		"""[]"""	"""\""quoted\"""""`,
      "",
    ]);
    const result = await importBytes(context, await exported({ format: "tsv" }));
    expect(await rejectsOf(context, result.id)).toEqual([]);
    expect(result).toMatchObject({ state: "done", unchanged: 3 });
  });

  test("the columns are the same whether or not the search index is complete", async () => {
    await give(PRODUCTS);
    const pending = await lines();
    await indexBacklog(pool, createIndexMemory());
    expect(await lines()).toEqual(pending);
    expect((await lines({ sku: "b" }))[0]).toBe("sku,name,description,active,parent_sku,Size[],Tags");
  });

  test("JSON Lines contain lists as lists", async () => {
    await give(PRODUCTS.slice(1, 2));
    expect(JSON.parse((await lines({ format: "jsonl" }))[0] as string)).toMatchObject({
      attributes: { Tags: "one", Size: ["M"] },
    });
  });
});

describe("one snapshot", () => {
  test("changes made while the file is read are not in it", async () => {
    await give(Array.from({ length: 20_000 }, (_, i) => ({ sku: `sku-${i}`, description: "d".repeat(300) })));
    const { bytes } = await exportProducts(pool, export_query.parse({}));
    const chunks: string[] = [];
    for await (const chunk of bytes) {
      if (chunks.length === 0)
        await pool.query(
          `update products set attributes = '{"New": "x"}', name = 'changed' where sku_key like 'sku-1%'`,
        );
      chunks.push(String(chunk));
    }
    const rows = chunks.join("").trimEnd().split("\n");
    expect(rows).toHaveLength(20_001);
    expect(rows[0]).toBe("sku,name,description,active,parent_sku");
    expect(rows.filter((row) => row.includes("changed"))).toEqual([]);
  });

  test("a client that disconnects cancels the query and releases the connection", async () => {
    await give(Array.from({ length: 20_000 }, (_, i) => ({ sku: `sku-${i}`, description: "d".repeat(300) })));
    const { bytes } = await exportProducts(pool, export_query.parse({ format: "jsonl" }));
    for await (const _ of bytes) break;
    await expect.poll(running).toBe(0);
    await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
  });

  test("a client that reads nothing is disconnected", async () => {
    await give(Array.from({ length: 20_000 }, (_, i) => ({ sku: `sku-${i}`, description: "d".repeat(300) })));
    const { bytes } = await exportProducts(pool, export_query.parse({}), { patience_ms: 50 });
    const gone = new Promise((resolve) => bytes.once("error", resolve));
    bytes.read(0);
    expect(String(await gone)).toContain("read nothing");
    await expect.poll(running).toBe(0);
  });
});

/** Returns the number of connections that are not idle, except the connection that counts them. */
async function running(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
  );
  return rows[0]?.count ?? -1;
}

describe("importing an export changes nothing", () => {
  const textValue = fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from("=+-@\t\r'\" \n,;ab\\")) }),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc.constantFrom("0017", "90.750", "1E5", "123456789012345678", "'=1", "''+", "true", "\ufeff", "日本語", "="),
    fc.constantFrom("[", '"', "[]", '["a"]', '"a"', '["', "\\"),
  );
  /** Removes NUL characters and replaces lone surrogates, because PostgreSQL can store neither. */
  const clean = (value: string): string => value.replaceAll("\0", "").toWellFormed();
  const cell = textValue.map(clean);
  const filledCell = cell.filter((value) => value !== "");
  const attributeName = fc.constantFrom(
    "Brand",
    "=Formula",
    "'=x",
    "EAN",
    "größe",
    "a,b",
    "Weight (kg)",
    "z\ny",
    "-",
    "Tags[]",
    "[]",
  );
  const product = fc.record({
    sku: cell.map((value) => value.trim().slice(0, 50)).filter((value) => skuKey(value) !== ""),
    name: cell.map((value) => `${value}n`),
    description: cell,
    active: fc.boolean(),
    parent_sku: cell.map((value) => trimWhiteSpace(value).slice(0, 50)).map(trimWhiteSpace),
    attributes: fc.dictionary(
      attributeName,
      fc.oneof(filledCell, fc.array(filledCell, { minLength: 1, maxLength: 4 })),
    ),
  });
  const catalogue = fc.uniqueArray(product, { minLength: 1, maxLength: 12, selector: ({ sku }) => skuKey(sku) });

  test.each([
    { format: "csv" },
    { format: "csv", spreadsheet: true },
    { format: "tsv" },
    { format: "tsv", spreadsheet: true },
    { format: "csv", gzip: true },
    { format: "xlsx" },
  ])("%j", async (options) => {
    await fc.assert(
      fc.asyncProperty(catalogue, async (products) => {
        await give(products);
        const result = await importBytes(context, await exported(options));
        expect(await rejectsOf(context, result.id)).toEqual([]);
        expect(result).toMatchObject({ state: "done", rows: products.length, unchanged: products.length });
      }),
      { numRuns: runs(8) },
    );
  });

  test("an import reads all sheets of a workbook, or the one that it names", async () => {
    await give(
      Array.from({ length: 25 }, (_, i) => ({ sku: `A-${String(i).padStart(2, "0")}`, attributes: { Brand: "B" } })),
    );
    const { bytes } = await exportProducts(pool, export_query.parse({ format: "xlsx" }), { sheet_rows: 11 });
    const workbook = await buffer(bytes);
    const whole = await importBytes(context, workbook);
    expect(whole).toMatchObject({ state: "done", rows: 25, unchanged: 25 });
    const sheets = whole.dialect?.sheets ?? [];
    expect(sheets.map(({ read }) => read)).toEqual([true, true, true]);
    const last = await importBytes(context, workbook, { sheet: sheets[2]?.name });
    expect(last).toMatchObject({ state: "done", rows: 5, unchanged: 5 });
    expect(last.dialect?.sheets?.map(({ read }) => read)).toEqual([false, false, true]);
  });
});
