// Imports small files that suppliers and shops really send, of many kinds: with unusual column names, headers, rows, SKUs and words for
// active products. Long because it is a list of files.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Import } from "../../contract/imports/imports.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, rejectsOf, type Options } from "../support/import-file.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);

beforeEach(async () => {
  await pool.query("truncate products, product_history");
});

const folder = join(import.meta.dirname, "../fixtures/reports");
const file = (name: string): Buffer => readFileSync(join(folder, name));
const run = (name: string, options: Options = {}): Promise<Import> => importBytes(context, file(name), options);

interface Stored {
  sku: string;
  name: string;
  active: boolean;
  attributes: Record<string, string>;
}

async function products(): Promise<Stored[]> {
  const { rows } = await pool.query<Stored>(
    'select sku, name, active, attributes from products order by sku collate "C"',
  );
  return rows;
}
const named = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await products()).map(({ sku, name }) => [sku, name]));
const activity = async (): Promise<Record<string, boolean>> =>
  Object.fromEntries((await products()).map(({ sku, active }) => [sku, active]));

/** Checks that each row of a finished import is counted once. */
function expectDone(result: Import, counts: Partial<Import>): void {
  expect({ ...result }).toMatchObject({ state: "done", problem: null, ...counts });
  const { rows, created, updated, unchanged, superseded, rejected, ignored } = result;
  expect(created + updated + unchanged + superseded + rejected + ignored).toBe(rows);
}

describe("columns are recognized despite additional words in the header and additional columns", () => {
  test.each<[string, Record<string, string>]>([
    ["e01-ebay-active.csv", { "e01-MUG": "Mug", "e01-TS-L": "T-shirt", "e01-TS-M": "T-shirt", "e01-TS-S": "T-shirt" }],
    ["a07-prestashop.csv", { "a07-CUP": "Cup", "a07-MUG": "Mug *star*" }],
    ["a09-odoo.csv", { "a09-FURN-1": "Desk", "a09-FURN-2": "Chair" }],
    ["a11-annotated-header.csv", { "a11-1": "Silla", "a11-2": "Mesa" }],
    ["a05-ebay.csv", { "a05-1": "Brass lamp", "a05-2": "Tin lamp" }],
    ["b08-metadata-and-totals.csv", { "b08-1": "Lamp", "b08-2": "Desk" }],
    ["b09-title-with-commas.csv", { "b09-1": "Lamp", "b09-2": "Desk" }],
  ])("%s", async (name, expected) => {
    expect((await run(name)).state).toBe("done");
    expect(await named()).toEqual(expected);
  });

  test("a07-prestashop.csv: a hint in parentheses after the name does not prevent recognition of the active column", async () => {
    await run("a07-prestashop.csv");
    expect(await activity()).toEqual({ "a07-CUP": false, "a07-MUG": true });
  });

  test("prestashop.csv: the shop's internal numbers are not SKUs, and rows without a reference are rejected", async () => {
    const result = await run("prestashop.csv");
    expectDone(result, { rows: 24, created: 22, rejected: 2 });
    expect((await products()).filter(({ active }) => !active)).toHaveLength(3);
    expect((await rejectsOf(context, result.id)).map(({ row, code }) => [row, code])).toEqual([
      [8, "sku_empty"],
      [20, "sku_empty"],
    ]);
  });

  test("e05-nfd-header.csv: the second of two names that look alike gets a number", async () => {
    await run("e05-nfd-header.csv");
    expect((await products())[0]?.attributes).toEqual({ Größe: "1", "Größe (2)": "2" });
  });
});

describe("an import with an unclear SKU or name column writes nothing and asks the user", () => {
  test("d10-opencart.csv: the import asks because the SKU column is empty", async () => {
    const { state, problem } = await run("d10-opencart.csv");
    expect({ state, problem }).toMatchObject({
      state: "held",
      problem: {
        type: "/problems/key-in-doubt",
        option: "key",
        candidates: [
          { value: "model", samples: ["d10-M1", "d10-M2"], blanks: 0, distinct: 1 },
          { value: "product_id", samples: ["40", "41"] },
        ],
      },
    });
    expect(problem?.detail).toContain("the column sku is empty in every row (model is filled)");
    expect(await products()).toEqual([]);
  });

  test("a29-invloader.tsv: the import asks for the name, because no column contains names and no products exist", async () => {
    const { state, problem, rejected } = await run("a29-invloader.tsv");
    expect({ state, rejected, problem }).toMatchObject({
      state: "held",
      rejected: 0,
      problem: { type: "/problems/name-in-doubt", option: "name" },
    });
    for (const text of ["sku", "product-id", "item-condition"]) expect(problem?.detail).toContain(`"${text}"`);
  });

  test("without a SKU column, the import offers all columns whose values can be keys", async () => {
    const { problem } = await importBytes(context, "ean;Our mark;Preis\n40;A;3.10\n41;B;4.20\n42;C;5.30\n");
    expect(problem).toMatchObject({
      type: "/problems/no-sku-column",
      candidates: [{ value: "ean" }, { value: "Our mark", samples: ["A", "B", "C"] }],
    });
  });

  test("the import asks for the key if a file has only two rows, or if the values of the only possible column repeat", async () => {
    const { problem } = await importBytes(context, "Our mark,name\nA,Lamp\nB,Desk\n");
    expect(problem).toMatchObject({ option: "key", candidates: [{ value: "Our mark", samples: ["A", "B"] }] });
    const other = await importBytes(context, "handle,sku,name\na,,Lamp S\na,,Lamp M\na,,Lamp L\nb,,Desk\n");
    expect(other).toMatchObject({ state: "held", problem: { option: "key", candidates: [{ value: "handle" }] } });
  });

  test("a file of blank cells is reported as empty", async () => {
    const { problem } = await importBytes(context, ";;;\n;;;\n");
    expect(problem).toMatchObject({ type: "/problems/empty-file" });
    expect(problem?.detail).toContain("All cells of the file are blank");
  });

  test("without a name column, the import offers the description as the name", async () => {
    const { state, problem } = await importBytes(context, "Part No.,Price,Description\nA,3,Lamp\nB,4,Desk\n");
    expect({ state, problem }).toMatchObject({
      state: "held",
      problem: {
        option: "name",
        candidates: [{ value: "Description", samples: ["Lamp", "Desk"] }],
      },
    });
  });

  test("a29-invloader.tsv: if all products exist already, the import updates them without a question", async () => {
    await importBytes(context, "sku,name\n0889698521550,Lamp\n");
    expectDone(await run("a29-invloader.tsv"), { updated: 1, rejected: 0 });
    expect(await run("a29-invloader.tsv", { mode: "create" })).toMatchObject({ state: "held" });
  });

  test("the import asks if the values of the SKU column only number the rows, repeat each other, or are mostly blank", async () => {
    const held = async (text: string): Promise<unknown> => {
      const { state, problem } = await importBytes(context, text);
      return state === "held" ? [problem?.["option"], problem?.["candidates"]] : state;
    };
    expect(await held("item no,name\n1,a\n2,b\n3,c\n")).toMatchObject([
      "key",
      [{ value: "item no", reason: "only numbers the rows" }],
    ]);
    expect(await held("supplier,code,name\nA,1,a\nA,2,b\nB,1,c\nB,2,d\nC,1,e\nC,2,f\n")).toMatchObject([
      "key",
      [{ value: "code", distinct: 0.333 }],
    ]);
    expect(await held("sku,ean,name\n,4001,a\n,4002,b\nX,4003,c\n")).toMatchObject([
      "key",
      [{ value: "sku" }, { value: "ean" }],
    ]);
    expect(await products()).toEqual([]);
  });

  test("the import does not ask about item numbers with gaps, or about a column sku whose values repeat or are consecutive", async () => {
    expect(await importBytes(context, "sku,name\nA,a\nA,b\nA,c\nA,d\n")).toMatchObject({
      state: "done",
      superseded: 3,
    });
    expect(await importBytes(context, "item no,name\n7,a\n8,b\n12,c\n")).toMatchObject({ state: "done", created: 3 });
    expect(await importBytes(context, "sku,name\n1,a\n2,b\n3,c\n")).toMatchObject({ state: "done", created: 3 });
  });

  test("the import asks even if the values of the SKU column repeat only after the first 600 rows", async () => {
    const rows = Array.from(
      { length: 4000 },
      (_, row) => `${row < 600 ? `c-${row}` : "c-1"},Product ${row},${"x".repeat(200)}\n`,
    );
    const result = await importBytes(context, `code,name,text\n${rows.join("")}`);
    expect(result).toMatchObject({ state: "held", problem: { type: "/problems/key-in-doubt" } });
    expect(await products()).toEqual([]);
  });
});

describe("lines that repeat the column names are not products", () => {
  test.each([
    ["e07-two-header-rows.csv", 1],
    ["b16c-joined.csv", 1],
  ])("%s", async (name, ignored) => {
    const result = await run(name);
    expectDone(result, { rows: 3, created: 2, ignored });
    const { rows } = await pool.query("select code, ignored from import_rejects where import_id = $1", [result.id]);
    expect(rows).toEqual([{ code: "header_repeated", ignored: true }]);
  });

  test("a repeated header is ignored, not rejected, even if it differs in byte order mark, blanks or case", async () => {
    const result = await importBytes(context, "sku,name,active\nA,a,yes\n\ufeffSKU, Name ,ACTIVE\nB,b,no\n");
    expectDone(result, { rows: 3, created: 2, ignored: 1, rejected: 0 });
  });
});

describe("rows that differ from the header only by blank cells", () => {
  test("b01-short-rows.csv: missing cells at the end are blank", async () => {
    expectDone(await run("b01-short-rows.csv"), { rows: 4, created: 4 });
    expect((await products()).map(({ sku, attributes }) => [sku, attributes])).toEqual([
      ["b01-1", { price: "3", colour: "red", note: "new" }],
      ["b01-2", { price: "4" }],
      ["b01-3", { price: "5", colour: "blue" }],
      ["b01-4", { price: "6" }],
    ]);
  });

  test.each([
    ["b02-trailing-in-rows.csv", 3],
    ["d19-empty-rows.csv", 1],
    ["b48-ctrl-z.csv", 2],
  ])("%s", async (name, created) => {
    expectDone(await run(name), { rows: created, created, rejected: 0 });
  });

  test("a last column without a name is ignored if all its cells are blank", async () => {
    const result = await importBytes(context, "sku,name,,\nA,a,,\nB,b\nC,c,,x\n");
    expect(result.columns).toHaveLength(4);
    const blank = await importBytes(context, "sku,name,,\nA,a,,\nB,b\n");
    expect(blank.columns.map(({ name }) => name)).toEqual(["sku", "name"]);
    expectDone(blank, { unchanged: 2 });
  });

  test("a row in which a delimiter is missing is rejected, because its values do not fit their columns", async () => {
    const rows = Array.from({ length: 20 }, (_, row) => `K-${row},Lamp,${row}.50,red,new\n`);
    const result = await importBytes(
      context,
      `sku,name,price,colour,note\n${rows.join("")}L-1Desk,4.50,blue,old\nL-2,Bed,4\n`,
    );
    expectDone(result, { created: 21, rejected: 1 });
    expect(await rejectsOf(context, result.id)).toMatchObject([{ row: 21, code: "too_few_fields" }]);
  });

  test("a loader that reads a chunk without the record cache finds the same rows", async () => {
    const { record_cache: _cache, ...other } = await createImportContext(pool, 2);
    const text = "sku,name,price\nA,a\n,,\nB,b,,\nC,c,1,,\n , ,\nD,d\n\u001a\n";
    expectDone(await importBytes(other, text), { rows: 4, created: 4 });
    expect(await named()).toEqual({ A: "a", B: "b", C: "c", D: "d" });
  });
});

describe("values that a spreadsheet has damaged, and values that a text guard protects from damage", () => {
  test("b51-na.csv: error values of a spreadsheet, such as #N/A, are not SKUs", async () => {
    const result = await run("b51-na.csv");
    expectDone(result, { created: 1, rejected: 3, superseded: 0 });
    expect(new Set((await rejectsOf(context, result.id)).map(({ code }) => code))).toEqual(new Set(["sku_damaged"]));
  });

  test("b50-scientific.csv: numbers in scientific notation are not SKUs", async () => {
    expect(await run("b50-scientific.csv")).toMatchObject({
      state: "failed",
      created: 0,
      rejected: 3,
      superseded: 0,
      problem: { type: "/problems/nothing-imported" },
    });
  });

  test("excel-scientific-sku.csv: only a cell that is entirely a number in scientific notation is rejected as a SKU; in other columns such cells are counted", async () => {
    const result = await run("excel-scientific-sku.csv");
    expectDone(result, { rows: 30, created: 23, rejected: 7 });
    expect((await rejectsOf(context, result.id)).map(({ row }) => row)).toEqual([4, 8, 12, 16, 20, 24, 28]);
    expect(result.notices).toMatchObject([{ code: "damaged_numbers", column: "ean", count: 6 }]);
  });

  test("e08-text-guard.csv: the guard (an equals sign and quotes) is not part of the value", async () => {
    expectDone(await run("e08-text-guard.csv"), { created: 2 });
    expect((await products()).map(({ sku, attributes }) => [sku, attributes["ean"]])).toEqual([
      ["e08-0017", "04006381333931"],
      ["e08-0018", "04006381333948"],
    ]);
  });

  test("a guard is removed inside quotes and in every row; after an apostrophe it is text", async () => {
    const text = 'sku,name,ean\n"=""0017""",a,"=""04"""\nB,b,1\n="0018",\'="x",="y"\nD,"=""q""""r""",=1\n';
    expectDone(await importBytes(context, text), { created: 4 });
    expect((await products()).map(({ sku, name, attributes }) => [sku, name, attributes["ean"]])).toEqual([
      ["0017", "a", "04"],
      ["0018", '="x"', "y"],
      ["B", "b", "1"],
      ["D", '="q""r"', "=1"],
    ]);
  });
});

describe("a valid row is never replaced by an invalid row with the same SKU", () => {
  test("e06-good-row-lost.csv", async () => {
    const result = await run("e06-good-row-lost.csv");
    expectDone(result, { created: 1, superseded: 0, rejected: 1 });
    expect(await rejectsOf(context, result.id)).toMatchObject([{ line: 3, code: "repeat_without_name" }]);
    expect(await products()).toMatchObject([{ sku: "e06-A", name: "Lamp", attributes: { price: "3" } }]);
  });

  test.each(["first", "reject", "last"] as const)(
    "repeats=%s: a row with a name takes precedence over a row without one",
    async (repeats) => {
      const result = await importBytes(context, "sku,name,price\nA,,1\nA,Lamp,2\n", { repeats });
      expectDone(result, { created: 1, superseded: 1, rejected: 0 });
      expect(await named()).toEqual({ A: "Lamp" });
    },
  );
});

describe("the column `active`", () => {
  test("a01-woo-published.csv: -1 means no in a column where 1 means yes", async () => {
    await run("a01-woo-published.csv");
    expect(await activity()).toEqual({ "a01-bag": false, "a01-cap": false, "a01-mug": true });
  });

  test("2 means no in a column of 1 and 2, even if the numbers are written as 1.0 or 2.00", async () => {
    await importBytes(context, "sku,name,product_online\nA,a,1.0\nB,b,2.00\nC,c,1\n");
    expect(await activity()).toEqual({ A: true, B: false, C: true });
  });

  test("numbers whose meaning is unknown are rejected", async () => {
    const result = await importBytes(context, "sku,name,published\nA,a,0\nB,b,-1\nC,c,0\nD,d,0\nE,e,0.0\n");
    expectDone(result, { created: 4, rejected: 1 });
    expect(await rejectsOf(context, result.id)).toMatchObject([{ row: 2, code: "not_yes_or_no" }]);
  });

  test("words for yes and no from shop platforms and other languages are understood", async () => {
    const words =
      "visible hidden published unpublished online offline draft archived да нет はい いいえ Sichtbar".split(" ");
    const rows = words.map((word, row) => `w${String(row).padStart(2, "0")},n,${word}\n`);
    expectDone(await importBytes(context, `sku,name,active\n${rows.join("")}`), { created: words.length });
    expect(
      Object.values(await activity())
        .map(Number)
        .join(""),
    ).toBe("1010100010101");
  });

  test("d01-published-date.csv: a column with values other than yes and no becomes an attribute, and a notice reports this", async () => {
    const result = await run("d01-published-date.csv");
    expectDone(result, { created: 3 });
    expect(result.notices).toMatchObject([{ code: "active_as_attribute", column: "published" }]);
    expect((await products()).map(({ active, attributes }) => [active, attributes["published"]])).toEqual([
      [true, "2021-03-04"],
      [true, "2019"],
      [true, undefined],
    ]);
  });
});

describe("the message names a fault that concerns the whole file", () => {
  test("b34-2500-columns.csv: the message names the limit of columns and the last filled cell", async () => {
    const { problem } = await run("b34-2500-columns.csv");
    expect(problem?.detail).toContain("more than 2,000 columns");
    expect(problem?.detail).toContain('column 2,500: "a2497"');
  });

  test("b44-mixed-delims.csv", async () => {
    const { problem } = await run("b44-mixed-delims.csv");
    expect(problem?.detail).toContain("The header is written with commas, the rows with semicolons");
    const other = await importBytes(context, "sku;name\nA,Lamp\nB,Desk\n");
    expect(other.problem?.detail).toContain("The header is written with semicolons, the rows with commas");
  });

  test("the message reports that each line of the file is enclosed in quotes, if the options of the import prevent their removal", async () => {
    const text = "'sku,name,price'\n'A,''Lamp, big'',3'\n'B,Desk,4'\n";
    const { problem } = await importBytes(context, text, { quote: "'", delimiter: "," });
    expect(problem?.detail).toContain("Each line of the file is enclosed in quotes");
  });
});

describe("quotes are rewritten before the file is split", () => {
  test("b18-curly.csv: typographic quotes around fields", async () => {
    const result = await run("b18-curly.csv");
    expectDone(result, { rows: 2, created: 2 });
    expect(result.dialect?.rewritten).toBe("curly_quotes");
    expect(await named()).toEqual({ "b18-1": "Lamp, big", "b18-2": "Desk" });
  });

  test("quotes around each line; a rejected row has the line number of the file", async () => {
    const text = '"sku,name,price"\n"A-1,""Lamp, big"",3"\n\n",Chair,1"\n"A-2,""6"""" pipe"",4"\n';
    const result = await importBytes(context, text);
    expectDone(result, { rows: 3, created: 2, rejected: 1 });
    expect(result.dialect?.rewritten).toBe("quoted_lines");
    expect(await named()).toEqual({ "A-1": "Lamp, big", "A-2": '6" pipe' });
    expect((await rejectsOf(context, result.id)).map(({ line, code }) => [line, code])).toEqual([[4, "sku_empty"]]);
  });

  test("a large file is loaded from its rewritten text", async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => `“S-${row}”,“Lamp, ${row}”\n`).join("");
    expectDone(await importBytes(context, `“sku”,“name”\n${rows}`), { rows: 20_000, created: 20_000 });
    expect((await named())["S-19999"]).toBe("Lamp, 19999");
  });
});
