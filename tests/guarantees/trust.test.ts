// Tests of the guarantees that users of an importer rely on. Each test checks the database tables, not only the counts of the import.
// This file is long because it lists all guarantees.
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { reject as reject_schema, type Import, type Reject } from "../../contract/imports/imports.ts";
import { text } from "node:stream/consumers";
import { exportProducts } from "../../src/catalog/export/export-products.ts";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { export_query } from "../../contract/catalog/export.ts";
import { csvLine } from "../../src/csv-line.ts";
import { rejectsCsv } from "../../src/imports/rejects/rejects-csv.ts";
import { finishImport } from "../../src/imports/finish-import.ts";
import { listImports, readImport } from "../../src/imports/store.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  createImportContext,
  importBytes,
  leftovers,
  receiveBytes,
  rejectsOf,
  workOn,
  type Options,
} from "../support/import-file.ts";
import { runs } from "../support/random-runs.ts";

const { pool } = await createTestDatabase();
/** Context of all imports. It has three rows per chunk, so that even small files span several chunks. */
const context = await createImportContext(pool, 3);

beforeEach(async () => {
  await pool.query("truncate products, product_history");
});

interface Row {
  sku: string;
  name: string;
  description: string;
  active: boolean;
  attributes: Record<string, unknown>;
  version: number;
  source_line: number;
}

async function products(): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    "select sku, name, description, active, attributes, version, source_line from products order by sku_key",
  );
  return rows;
}

const skus = async (): Promise<string[]> => (await products()).map(({ sku }) => sku);

const names = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await products()).map(({ sku, name }) => [sku, name]));

/** Imports the bytes, and checks what must hold for every import: its counts add up and match the tables, and no files, chunks or staged
 * rows remain. */
async function run(bytes: Buffer | string, options: Options = {}): Promise<Import> {
  const result = await importBytes(context, bytes, options);
  await checkImport(result);
  return result;
}

async function checkImport(result: Import): Promise<void> {
  expect(await leftovers(context)).toEqual({ files: [], chunks: 0, staged: 0 });
  const rejects = await rejectsOf(context, result.id);
  expect(rejects).toHaveLength(result.rejected);
  for (const reject of rejects) {
    reject_schema.parse(reject);
    expect(reject.row).toBeLessThanOrEqual(result.rows ?? 0);
    expect(reject.line).toBeGreaterThan(reject.row - 1);
    expect(reject.message).toMatch(/^.{20,}\.$/s);
  }
  const { rows } = await pool.query<{ created: number; updated: number }>(
    `select (select count(*) from products where created_in = $1)::int as created,
            (select count(*) from product_history where replaced_in = $1)::int as updated`,
    [result.changeset_id],
  );
  const { created, updated, unchanged, superseded, rejected } = result;
  if (result.state === "done") {
    expect(created + updated + unchanged + superseded + rejected).toBe(result.rows);
    expect(result).toMatchObject({ problem: null, fraction: 1 });
    // Compare the counts with products and product_history right after the import, before a later import changes these rows.
    expect(rows[0]).toEqual({ created, updated });
  } else {
    expect(rows[0]).toEqual({ created: 0, updated: 0 });
    expect({ created, updated, unchanged }).toEqual({ created: 0, updated: 0, unchanged: 0 });
    expect(result.problem?.type).not.toBe("/problems/internal-error");
  }
}

const rejectsCsvOf = (result: Import): Promise<string> => text(rejectsCsv(pool, result));
const exported = async (): Promise<string> => text((await exportProducts(pool, export_query.parse({}))).bytes);
const codes = (rejects: Reject[]): [number, string][] => rejects.map(({ row, code }) => [row, code]);

describe("the same SKU twice", () => {
  const ROWS = 14;
  /** A file with rows 0 to 13, in which row `second` has the SKU of row `first` in another spelling. */
  const fileWith = (first: number, second: number): string => {
    const rows = Array.from({ length: ROWS }, (_, row) =>
      csvLine([row === second ? ` Sku-${first} ` : `sKU-${row}`, `name ${row}`]),
    );
    return `sku,name\n${rows.join("")}`;
  };

  test("rows with the same SKU give one product with the last row's values, whether they are adjacent or in different chunks", async () => {
    for (let first = 0; first < ROWS - 1; first++) {
      for (const second of new Set([first + 1, ROWS - 1])) {
        await pool.query("truncate products, product_history");
        const result = await run(fileWith(first, second));
        expect(result).toMatchObject({ state: "done", rows: ROWS, created: ROWS - 1, superseded: 1, rejected: 0 });
        const found = await names();
        expect(Object.keys(found)).toHaveLength(ROWS - 1);
        expect(found[`Sku-${first}`]).toBe(`name ${second}`);
      }
    }
  });

  test("with the option `repeats`, a repeated SKU gives one product with the first row's values, or a reject", async () => {
    for (const second of [1, 2, 3, 4, 13]) {
      await pool.query("truncate products, product_history");
      const first = await run(fileWith(0, second), { repeats: "first" });
      expect(first).toMatchObject({ created: ROWS - 1, superseded: 1, rejected: 0 });
      expect((await names())["sKU-0"]).toBe("name 0");
      const rejected = await run(fileWith(0, second), { repeats: "reject" });
      expect(rejected).toMatchObject({ unchanged: ROWS - 1, superseded: 0, rejected: 1 });
      expect(await rejectsOf(context, rejected.id)).toMatchObject([
        { row: second + 1, line: second + 2, column: "sku", value: " Sku-0 ", code: "sku_repeated" },
      ]);
    }
  });

  test("a large file in which every SKU occurs three times gives one product for each SKU", async () => {
    const large = await createImportContext(pool);
    const count = 12_000;
    let file = "sku,name,description\n";
    for (let time = 1; time <= 3; time++) {
      for (let n = 0; n < count; n++)
        file += `${time === 2 ? "ART" : "art"}-${n},name ${n} at ${time},"${"x\n".repeat(20)}"\n`;
    }
    const result = await importBytes(large, file);
    expect(result).toMatchObject({ state: "done", rows: 3 * count, created: count, superseded: 2 * count });
    const { rows } = await pool.query(
      "select count(*)::int, count(*) filter (where name like '% at 3')::int as last from products",
    );
    expect(rows).toEqual([{ count, last: count }]);
  });
});

test("SKUs are compared by the same rule in files, in the database and in product versions", async () => {
  const spellings = ["ABC", "abc", " abc ", "\u00a0abc\u0085", "É", "e\u0301", "ß", "ss", "İ", "i", "I", "0017", "17"];
  const file = spellings.map((sku, row) => csvLine([sku, `row ${row}`])).join("");
  const result = await run(`sku,name\n${file}`);
  expect(result).toMatchObject({ created: 8, superseded: 5, rejected: 0 });
  expect(await names()).toEqual({
    ...{
      abc: "row 3",
      "e\u0301": "row 5",
      ß: "row 6",
      ss: "row 7",
      İ: "row 8",
      I: "row 10",
      "0017": "row 11",
      "17": "row 12",
    },
  });
  // A row whose SKU is another spelling of an existing SKU updates the product's SKU and does not create a second product.
  expect(await run("sku,name\nABC,row 3\nÉ,row 5\n")).toMatchObject({ created: 0, updated: 2 });
  expect((await skus()).sort()).toEqual(["0017", "17", "ABC", "I", "ss", "ß", "É", "İ"].sort());
});

describe("export and import", () => {
  const CODES = [
    "0017",
    "90.750",
    "1E5",
    "123456789012345678",
    "1e5x",
    "+49",
    "-1",
    "=1+1",
    "1,5",
    "00",
    "3-4",
    "TRUE",
    "null",
  ];

  test("an export and its import keep SKUs, texts and attributes byte for byte", async () => {
    const file = `sku,name,description,active,parent_sku,Code\n${CODES.map((code) => csvLine([code, code, code, "true", "", code])).join("")}`;
    expect(await run(file)).toMatchObject({ created: CODES.length });
    for (const { sku, name, description, attributes } of await products()) {
      expect({ name, description, attributes }).toEqual({ name: sku, description: sku, attributes: { Code: sku } });
    }
    const out = await exported();
    expect(out.split("\n").sort()).toEqual(file.split("\n").sort());
    expect(await run(out)).toMatchObject({ unchanged: CODES.length, created: 0, updated: 0, rejected: 0 });
    await pool.query("truncate products, product_history");
    expect(await run(out)).toMatchObject({ created: CODES.length });
    expect(await exported()).toBe(out);
  });

  test("the import of an unedited export changes nothing", async () => {
    const header = [
      "sku",
      "name",
      "description",
      "active",
      "Brand",
      "__proto__",
      'in "inches"',
      "line\nbreak",
      "a, b",
      "reject",
    ];
    const rows = [
      ["A-1", "Plain", "", "yes", "", "x", "", "", "", ""],
      ["A-2", ' "quoted" ', "line\nbreak\r\nand\rmore", "no", " leading", "trailing ", "\t", '"', ",", ";"],
      ["A-3", "ünï, çødé", "\\", "", "\ufeffmark", "\u2028", "\u0085", "''", "{}", "\u0001\u001f"],
      ["é/3", "😀", "a".repeat(5000), "", "=1+1", "0", "null", "toString", "constructor", "'"],
    ];
    const fixed = { delimiter: ",", quote: '"', escape: '"', encoding: "utf-8" } as const;
    const first = await run([header, ...rows].map(csvLine).join(""), fixed);
    expect(first).toMatchObject({ state: "done", created: 4, rejected: 0 });
    expect(Object.entries((await products())[1]?.attributes ?? {})).toHaveLength(5);
    // A JavaScript object can lose an attribute named __proto__, so the import ignores the column with this name.
    expect((await products())[0]?.attributes).toEqual({});
    const before = await products();
    const out = await exported();
    expect(await run(out)).toMatchObject({ unchanged: 4, created: 0, updated: 0, rejected: 0, superseded: 0 });
    expect(await products()).toEqual(before);
    expect(await exported()).toBe(out);
  });

  const cell = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom("", "red", "5", " padded ", 'say "so"', "a;b", "a|b", "a\tb", "two\nlines", "'q'"),
    },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme" }) },
  );
  const name = cell.map((text_) => (text_.trim() === "" ? "name" : text_));

  test("for any catalogue, the import of its export changes nothing, and reproduces the catalogue in an empty database", async () => {
    const rows = fc.array(fc.tuple(name, cell, fc.boolean(), cell, cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, async (made) => {
        await pool.query("truncate products, product_history");
        const file = made.map(([own, text_, active, a, b], row) =>
          csvLine([`P-${row}`, own, text_, String(active), a, b]),
        );
        const fixed = {
          delimiter: ",",
          quote: '"',
          escape: '"',
          encoding: "utf-8",
          header: true,
          preamble: 0,
          formula_escape: true,
        } as const;
        const first = await run(`sku,name,description,active,Colour,Größe\n${file.join("")}`, fixed);
        // Rows with NUL are rejected, and all other rows are imported.
        const count = first.created;
        const out = await exported();
        expect(await run(out), out).toMatchObject({ unchanged: count, created: 0, updated: 0, rejected: 0 });
        await pool.query("truncate products, product_history");
        expect(await run(out)).toMatchObject({ created: count, rejected: 0 });
        expect(await exported()).toBe(out);
      }),
      { numRuns: runs(12) },
    );
  });
});

describe("files of every dialect", () => {
  const TABLE = "sku;name;description\r\nA-1;Größe;für Öl\r\nB-2;Ångström;„Zoll“ 5 €\r\n";
  const EXPECTED = [
    { sku: "A-1", name: "Größe", description: "für Öl" },
    { sku: "B-2", name: "Ångström", description: "„Zoll“ 5 €" },
  ];
  const utf16be = (string: string): Buffer => Buffer.from(string, "utf16le").swap16();
  const WINDOWS_1252: Record<string, number> = { "„": 0x84, "“": 0x93, "€": 0x80 };
  const windows1252 = Buffer.from(
    Array.from(TABLE, (character) => WINDOWS_1252[character] ?? character.codePointAt(0) ?? 0),
  );

  test.each([
    ["UTF-8", "utf-8", Buffer.from(TABLE)],
    ["UTF-8 with a byte order mark", "utf-8", Buffer.from(`\ufeff${TABLE}`)],
    ["UTF-16LE with a byte order mark", "utf-16le", Buffer.from(`\ufeff${TABLE}`, "utf16le")],
    ["UTF-16BE with a byte order mark", "utf-16be", utf16be(`\ufeff${TABLE}`)],
    ["UTF-16LE without a byte order mark", "utf-16le", Buffer.from(TABLE, "utf16le")],
    ["UTF-16BE without a byte order mark", "utf-16be", utf16be(TABLE)],
    ["Windows-1252", "windows-1252", windows1252],
  ] as const)("%s is detected, reported and read", async (_, encoding, bytes) => {
    for (const options of [{}, { encoding }]) {
      await pool.query("truncate products, product_history");
      const result = await run(bytes, options);
      expect(result).toMatchObject({ state: "done", created: 2, rows: 2, lines: 3 });
      expect(result.dialect).toMatchObject({ encoding, delimiter: ";", line_ending: "crlf" });
      expect(await products()).toMatchObject(EXPECTED);
    }
  });

  test.each([",", ";", "\t", "|"])("the delimiter %j is detected", async (delimiter) => {
    const file = [
      ["sku", "name", "Price"],
      ["A-1", "one", "1"],
      ["B-2", "two", "2"],
    ]
      .map((cells) => cells.join(delimiter))
      .join("\n");
    expect(await run(file)).toMatchObject({ created: 2, dialect: { delimiter } });
    expect(await products()).toMatchObject([{ name: "one", attributes: { Price: "1" } }, { name: "two" }]);
  });

  test("row and line numbers are correct despite mixed line endings, line breaks in quotes and a missing last line ending", async () => {
    const file = 'sku,name\nA,one\r\nB,"two\nlines"\rC,"three\r\n""quoted""\rlines"\nD,last';
    const result = await run(file);
    expect(result).toMatchObject({ rows: 4, created: 4, lines: 8, dialect: { line_ending: "mixed" } });
    expect((await products()).map(({ sku, name: own, source_line }) => [sku, own, source_line])).toEqual([
      ["A", "one", 2],
      ["B", "two\nlines", 3],
      ["C", 'three\r\n"quoted"\rlines', 5],
      ["D", "last", 8],
    ]);
  });

  test("the last row is imported with and without a line ending", async () => {
    for (const end of ["", "\n", "\r\n", "\n\n\n"]) {
      await pool.query("truncate products, product_history");
      expect(await run(`sku,name\nA,one\nB,two${end}`)).toMatchObject({ rows: 2, created: 2 });
      expect(await names()).toEqual({ A: "one", B: "two" });
    }
  });

  test("missing cells at the end of a row are blank; rows with too many cells are rejected with their line number", async () => {
    const result = await run("sku,name,Brand\nA,one,x\nB,two\nC,three,y,z\nD\nE,five,\n");
    expect(result).toMatchObject({ rows: 5, created: 3, rejected: 2 });
    expect(await skus()).toEqual(["A", "B", "E"]);
    expect(await rejectsOf(context, result.id)).toMatchObject([
      { row: 3, line: 4, column: null, value: null, code: "too_many_fields", raw: "C,three,y,z" },
      { row: 4, line: 5, column: "name", value: "", code: "name_empty", raw: "D" },
    ]);
  });

  test("a NUL byte rejects only its own row", async () => {
    const result = await run("sku,name\nA,one\nB,t\0wo\nC\0,three\nD,four\n");
    expect(result).toMatchObject({ rows: 4, created: 2, rejected: 2 });
    expect(await skus()).toEqual(["A", "D"]);
    expect(codes(await rejectsOf(context, result.id))).toEqual([
      [2, "nul_byte"],
      [3, "nul_byte"],
    ]);
  });

  test("bytes that are invalid in the encoding reject only their own row", async () => {
    const file = Buffer.concat([
      Buffer.from("sku,name\nA,one\nB,"),
      Buffer.from([0xff, 0xc3]),
      Buffer.from("\nC,dré\n"),
    ]);
    const result = await run(file, { encoding: "utf-8" });
    expect(result).toMatchObject({ rows: 3, created: 2, rejected: 1 });
    expect(await names()).toEqual({ A: "one", C: "dré" });
    expect(codes(await rejectsOf(context, result.id))).toEqual([[2, "not_text"]]);
  });

  test("a cell of 10 MB is rejected, and the rows around it are imported with the right line numbers", async () => {
    const huge = "0123456789abcdef".repeat(10 * 65_536);
    const result = await run(`sku,name,description\nA,one,x\nB,two,"${huge}"\nC,three,y\nD,four,z\n`);
    expect(result).toMatchObject({ state: "done", created: 3, rejected: 1, rows: 4 });
    expect((await products()).map(({ sku, source_line }) => [sku, source_line])).toEqual([
      ["A", 2],
      ["C", 4],
      ["D", 5],
    ]);
    expect(await rejectsOf(context, result.id)).toMatchObject([{ row: 2, line: 3, code: "record_too_long" }]);
  });

  test("values of maximum length are imported; one more character is rejected", async () => {
    const long = "ä".repeat(499_000);
    const file = [
      ["sku", "name", "description", "Note"],
      ["s".repeat(255), "n".repeat(1000), long, "x"],
      ["s".repeat(256), "n", "", ""],
      ["B", "é".repeat(1001), "", ""],
      ["C", '"'.repeat(1000), "", ""],
      ["D", "n", "ä".repeat(500_001), ""],
      ["E", "n", "", "x".repeat(1_000_001)],
    ];
    const result = await run(file.map(csvLine).join(""));
    expect(result).toMatchObject({ created: 2, rejected: 4 });
    expect(
      (await products()).map(({ sku, name: own, description }) => [sku.length, own.length, description.length]),
    ).toEqual([
      [1, 1000, 0],
      [255, 1000, 499_000],
    ]);
    expect((await rejectsOf(context, result.id)).map(({ row, column, code }) => [row, column, code])).toEqual([
      [2, "sku", "sku_too_long"],
      [3, "name", "value_too_long"],
      [5, "description", "value_too_long"],
      [6, "Note", "value_too_long"],
    ]);
  });

  test("500 columns become 498 attributes, and are exported again", async () => {
    const header = ["sku", "name", ...Array.from({ length: 498 }, (_, index) => `Attribute ${index}`)];
    const row = (n: number): string[] => [
      `S-${n}`,
      `name ${n}`,
      ...Array.from({ length: 498 }, (_, index) => `${n}.${index}`),
    ];
    expect(await run([header, row(1), row(2), row(3), row(4)].map(csvLine).join(""))).toMatchObject({ created: 4 });
    for (const { attributes } of await products()) expect(Object.keys(attributes)).toHaveLength(498);
    expect((await products())[3]?.attributes["Attribute 497"]).toBe("4.497");
    expect(await run(await exported())).toMatchObject({ unchanged: 4, updated: 0 });
  });
});

describe("a file without products", () => {
  test("a file without rows fails and creates no product", async () => {
    for (const file of ["sku,name", "sku,name\n", "\ufeffsku,name\r\n\r\n"]) {
      const problem = { type: "/problems/nothing-imported" };
      expect(await run(file)).toMatchObject({ state: "failed", rows: 0, created: 0, rejected: 0, problem });
    }
  });

  test("a file without bytes is rejected immediately, and its import has failed", async () => {
    await expect(receiveBytes(context, "")).rejects.toMatchObject({ slug: "empty-file" });
    const [last] = await listImports(pool, { limit: 1 });
    expect(last).toMatchObject({ state: "failed", problem: { type: "/problems/empty-file" } });
    await checkImport(last as Import);
  });

  test("a file without a SKU column is held, the question names the headers that were found, and nothing is written", async () => {
    const result = await importBytes(context, "Foo,name,Bar\n1,one,2\n");
    expect(result).toMatchObject({
      state: "held",
      problem: { type: "/problems/no-sku-column", headers: ["Foo", "name", "Bar"], option: "key" },
    });
    for (const header of ["Foo", "name", "Bar"]) expect(result.problem?.detail).toContain(`"${header}"`);
    expect(await products()).toEqual([]);
    await finishImport(context, result.id, "cancelled");
    await checkImport((await readImport(pool, result.id)) as Import);
  });

  test("a file that contains only numbers without a header is held, and nothing is written", async () => {
    const result = await importBytes(context, "1,2,3\n4,5,6\n");
    expect(result).toMatchObject({ state: "held", problem: { type: "/problems/no-sku-column", option: "key" } });
    await finishImport(context, result.id, "cancelled");
    await checkImport((await readImport(pool, result.id)) as Import);
  });

  test.each([
    ["only blank lines", "\n\n\n", "empty-file"],
    ["only blanks", " \n", "empty-file"],
  ])("a file with %s fails, and nothing is written", async (_, file, slug) => {
    expect(await run(file)).toMatchObject({ state: "failed", problem: { type: `/problems/${slug}` } });
  });

  test.each([
    ["text after a quote", 'sku,"na"me\nA,one\n'],
    ["a NUL byte", "sku,name,x\0y\nA,one,z\n"],
    ["an open quote", 'sku,"name\nA,one\n'],
    ["no end within a megabyte", `sku,name,"${"x".repeat(1_100_000)}"\nA,one,z\n`],
  ])("a file with %s in its header fails, the problem names the line, and nothing is written", async (_, file) => {
    const fixed = { delimiter: ",", quote: '"', escape: '"', encoding: "utf-8", header: true, preamble: 0 } as const;
    const result = await run(file, fixed);
    expect(result).toMatchObject({ state: "failed", problem: { type: "/problems/bad-header" } });
    expect(result.problem?.detail).toContain("Line 1");
    expect(await products()).toEqual([]);
  });
});

describe("one invalid row among many", () => {
  const MANY = 2000;
  const fileWith = (bad: string): string => {
    const rows = Array.from({ length: MANY }, (_, n) => (n === 1234 ? bad : `S-${n},name ${n},yes\n`));
    return `sku,name,active\n${rows.join("")}`;
  };

  test("an import rejects one invalid row and imports the others, but a strict import fails", async () => {
    const wide = { ...context, chunk_records: 100 };
    const tolerant = await importBytes(wide, fileWith(",nameless,yes\n"));
    await checkImport(tolerant);
    expect(tolerant).toMatchObject({ state: "done", created: MANY - 1, rejected: 1 });
    expect(await products()).toHaveLength(MANY - 1);
    await pool.query("truncate products, product_history");
    const strict = await importBytes(wide, fileWith(",nameless,yes\n"), { strict: true });
    await checkImport(strict);
    expect(strict).toMatchObject({ state: "failed", rejected: 1, problem: { type: "/problems/rejected-rows" } });
    expect(await products()).toEqual([]);
    const sound = await importBytes(wide, fileWith("S-1234,sound,yes\n"), { strict: true });
    await checkImport(sound);
    expect(sound).toMatchObject({ state: "done", created: MANY, rejected: 0 });
  });

  test("a strict import fails if a row without a name would create a product, which only a comparison with the catalogue shows", async () => {
    await run("sku,name,description\nA,one,x\nB,two,x\nC,three,x\nD,four,x\nE,five,x\n");
    const before = await products();
    // The first five rows fill two chunks and change products. Only the last row would create a product.
    const file = "sku,description\nA,y\nB,y\nC,y\nD,y\nE,y\nF,y\n";
    const strict = await run(file, { strict: true });
    expect(strict).toMatchObject({ state: "failed", rejected: 1, problem: { type: "/problems/rejected-rows" } });
    expect(await products()).toEqual(before);
    expect((await pool.query("select from product_history")).rowCount).toBe(0);
    expect(await rejectsOf(context, strict.id)).toMatchObject([
      { row: 6, line: 7, column: null, code: "name_empty", raw: "F,y" },
    ]);
    expect(await run(file)).toMatchObject({ state: "done", updated: 5, rejected: 1 });
  });

  test("a strict import fails if the product exists already (mode create) or does not exist (mode update)", async () => {
    await run("sku,name\nlast,known\n");
    const before = await products();
    const file = "sku,name\nA,1\nB,2\nC,3\nD,4\nE,5\nF,6\nLAST,7\n";
    const create = await run(file, { strict: true, mode: "create" });
    expect(create).toMatchObject({ state: "failed", rejected: 1 });
    expect(await rejectsOf(context, create.id)).toMatchObject([
      { row: 7, line: 8, column: "sku", value: "LAST", code: "exists_already" },
    ]);
    const update = await run("sku,name\nlast,changed\nA,1\nB,2\nC,3\nD,4\n", { strict: true, mode: "update" });
    expect(update).toMatchObject({ state: "failed" });
    expect((await rejectsOf(context, update.id)).map(({ code }) => code)).toContain("does_not_exist");
    expect(await products()).toEqual(before);
    expect((await pool.query("select from product_history")).rowCount).toBe(0);
    // An import that is not strict rejects only the row of the existing product.
    expect(await run(file, { mode: "create" })).toMatchObject({ state: "done", created: 6, rejected: 1 });
    expect((await names())["last"]).toBe("known");
  });
});

describe("rejects", () => {
  const FILE = [
    "sku,Titel,active,Farbe\n",
    "A-0,zero,yes,red\n",
    "A-1,,yes,red\n",
    'A-2,two,perhaps,"bl""ue"\n',
    ",three,no,green\n",
    "A-4,four,1\n",
    "A-5,five,1,x,y\n",
    'A-6,"six"x,1,r\n',
    'A-7,"multi\nline",?,r\n',
    "A-8,e\0ight,1,r\n",
    `${"s".repeat(300)},nine,1,r\n`,
  ].join("");

  test("rejects contain row, line, column, value, code and advice", async () => {
    const result = await run(FILE);
    expect(result).toMatchObject({ rows: 10, created: 2, rejected: 8, lines: 12 });
    expect(await skus()).toEqual(["A-0", "A-4"]);
    const found = await rejectsOf(context, result.id);
    expect(found.map(({ row, line, column, value, code }) => [row, line, column, value, code])).toEqual([
      [2, 3, "Titel", "", "name_empty"],
      [3, 4, "active", "perhaps", "not_yes_or_no"],
      [4, 5, "sku", "", "sku_empty"],
      [6, 7, null, null, "too_many_fields"],
      [7, 8, null, null, "text_after_quote"],
      [8, 9, "active", "?", "not_yes_or_no"],
      [9, 11, null, null, "nul_byte"],
      [10, 12, "sku", "s".repeat(200), "sku_too_long"],
    ]);
    expect(found[5]?.raw).toBe('A-7,"multi\nline",?,r');
  });

  test("rejects.csv has the columns of the imported file, and can be fixed and imported", async () => {
    const first = await run(FILE);
    const file = await rejectsCsvOf(first);
    expect(file.split("\n")[0]).toBe(
      "sku,Titel,active,Farbe,reject_row,reject_line,reject_column,reject_code,reject_reason,reject_raw",
    );
    const mended = file
      .replace("A-1,,yes", "A-1,one,yes")
      .replace("A-2,two,perhaps", "A-2,two,yes")
      .replace(",three,no", "A-3,three,no")
      .replace('A-7,"multi\nline",?', 'A-7,"multi\nline",no')
      .replace(",,,,6,7", "A-5,five,1,x,6,7")
      .replace(",,,,7,8", "A-6,six,1,r,7,8")
      .replace("e\u2400ight", "eight")
      .replace("s".repeat(300), "A-9");
    const second = await run(mended);
    expect(codes(await rejectsOf(context, second.id))).toEqual([]);
    expect(second).toMatchObject({ state: "done", created: 8, rejected: 0, rows: 8 });
    const all = await products();
    expect(all.map(({ sku, name: own, attributes }) => [sku, own, attributes])).toEqual([
      ["A-0", "zero", { Farbe: "red" }],
      ["A-1", "one", { Farbe: "red" }],
      ["A-2", "two", { Farbe: 'bl"ue' }],
      ["A-3", "three", { Farbe: "green" }],
      ["A-4", "four", {}],
      ["A-5", "five", { Farbe: "x" }],
      ["A-6", "six", { Farbe: "r" }],
      ["A-7", "multi\nline", { Farbe: "r" }],
      ["A-8", "eight", { Farbe: "r" }],
      ["A-9", "nine", { Farbe: "r" }],
    ]);
  });

  test("the rejects of an imported rejects.csv have the original columns, and no duplicate reject columns", async () => {
    const first = await run("sku,name,Brand\nA,,x\nB,two,y\n");
    const second = await run(await rejectsCsvOf(first));
    expect(second).toMatchObject({ rows: 1, rejected: 1 });
    expect(await rejectsCsvOf(second)).toBe(await rejectsCsvOf(first));
  });

  test("rejects of a mapped import have all columns of the file, and can be corrected and imported with the same mapping", async () => {
    const mapping: Mapping = {
      key: { from: ["Supplier", "Code"], join: ":", need: "all" },
      name: { from: "Title", case: "upper" },
      attributes: { price: { from: "Price", number: "1.234,56" } },
      drop: ["Note"],
    };
    const first = await run("Supplier;Code;Title;Price;Note\nX;1;Lamp;9,50;a\nX;2;Desk;on request;b\n", { mapping });
    expect(first).toMatchObject({ created: 1, rejected: 1 });
    const file = await rejectsCsvOf(first);
    expect(file.split("\n")[1]).toMatch(/^X,2,Desk,on request,b,2,3,Price,does_not_fit,/);
    const second = await run(file.replace("on request,b", '"10,00",b'), { mapping });
    expect(second).toMatchObject({ created: 1, rejected: 0 });
    expect(await names()).toEqual({ "X:1": "LAMP", "X:2": "DESK" });
  });

  test("rejects that span several pages are complete and in file order", async () => {
    const count = 1201;
    const result = await run(`sku,name\n${Array.from({ length: count }, (_, n) => `,n${n}\n`).join("")}`);
    expect(result).toMatchObject({ rejected: count });
    const lines = (await rejectsCsvOf(result)).trimEnd().split("\n");
    expect(lines).toHaveLength(count + 1);
    expect(lines.slice(1).every((line, n) => line.startsWith(`,n${n},${n + 1},${n + 2},sku,sku_empty,`))).toBe(true);
  });
});

test("an import that is scanned and loaded twice does its work once", async () => {
  const { id } = await receiveBytes(context, "sku,name\nA,one\nB,two\n");
  const [first, second] = await Promise.all([workOn(context, id), workOn(context, id)]);
  expect([first.state, second.state]).toContain("done");
  const again = await workOn(context, id);
  await checkImport(again);
  expect(again).toMatchObject({ state: "done", created: 2 });
  expect((await products()).map(({ version }) => version)).toEqual([1, 1]);
});
