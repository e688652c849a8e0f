// Imports small files with faults that could lead to wrong products. For each fault, the import must reject the row or have a notice.
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Import } from "../../contract/imports/imports.ts";
import type { NoticeCode } from "../../contract/imports/notices.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, importBytes, rejectsOf } from "../support/import-file.ts";
import { makeWorkbook, textRow } from "../support/files/make-workbook.ts";
import { SERVER_TEXTS } from "../../web/texts/all-languages.ts";
import { noticeWords, serverTexts } from "../../web/texts/server-texts.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool);

beforeEach(async () => {
  await pool.query("truncate products, product_history");
  serverTexts.value = SERVER_TEXTS.de;
});
afterAll(() => {
  serverTexts.value = null; // another test file may run in this process
});

/** Imports a file, and checks that each notice of the import has a German text. */
async function run(content: string | Buffer): Promise<Import> {
  const result = await importBytes(context, typeof content === "string" ? Buffer.from(content) : content);
  for (const notice of result.notices) expect(noticeWords(notice), notice.message).toBeTypeOf("string");
  return result;
}

interface Stored {
  sku: string;
  name: string;
  attributes: Record<string, string>;
}

async function products(): Promise<Stored[]> {
  const { rows } = await pool.query<Stored>('select sku, name, attributes from products order by sku collate "C"');
  return rows;
}

const codes = ({ notices }: Import): NoticeCode[] => notices.map(({ code }) => code);

describe("an error value of a spreadsheet is never stored", () => {
  test.each([
    "#N/A",
    "#REF!",
    "#NAME?",
    "#VALUE!",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#NV",
    "#BEZUG!",
    "#ЗНАЧ!",
    "Err:502",
    "#####",
  ])("%s as a name or an attribute rejects the row", async (error) => {
    const result = await run(`sku;name;price\nE-1;${error};4\nE-2;Desk;5\nE-3;Bed;"${error}"\n`);
    expect(result).toMatchObject({ state: "done", created: 1, rejected: 2 });
    expect(await products()).toEqual([{ sku: "E-2", name: "Desk", attributes: { price: "5" } }]);
    expect(await rejectsOf(context, result.id)).toMatchObject([
      { line: 2, column: "name", value: error, code: "value_damaged" },
      { line: 4, column: "price", value: error, code: "value_damaged" },
    ]);
  });

  test("other texts that begin with # are stored", async () => {
    const result = await run("sku,name,colour,tag\nE-1,#1 Desk,#FF0000,#nv\nE-2,Lamp,#N/A-7,#name?\n");
    expect(result).toMatchObject({ created: 2, rejected: 0, notices: [] });
  });

  test("an error in a workbook rejects its row", async () => {
    const error = '<row r="2"><c r="A2" t="inlineStr"><is><t>E-1</t></is></c><c r="B2" t="e"><v>#REF!</v></c></row>';
    const rows = [textRow(1, "sku", "name"), error, textRow(3, "E-2", "Desk")];
    const result = await run(await makeWorkbook({ sheets: { Products: rows.join("") } }));
    expect(result).toMatchObject({ created: 1, rejected: 1 });
  });

  test("a computed value rejects its row too, unless the mapping treats the error as blank", async () => {
    const file = Buffer.from("sku,name,colour\nE-1,Lamp,#N/A\nE-2,Desk,red\n");
    const mapping = { key: "sku", name: "name", attributes: { shade: { from: "colour", case: "lower" as const } } };
    const result = await importBytes(context, file, { mapping });
    expect(result).toMatchObject({ created: 1 });
    const erased = await importBytes(context, file, { mapping: { ...mapping, empty: ["#N/A"] } });
    expect(erased).toMatchObject({ created: 1, unchanged: 1, rejected: 0 });
  });

  test.each(["NULL", "nan", "undefined", "#N/A", "n/a"])("%s is not a SKU", async (word) => {
    expect(await run(`sku,name\n${word},Lamp\nE-2,Desk\n`)).toMatchObject({ created: 1, rejected: 1 });
  });
});

describe("a row with too few cells", () => {
  test("is rejected in a file of two rows if its values are in wrong columns", async () => {
    const result = await run("sku,name,colour,price\nS-1,Lamp,red,5.00\nS-2,Desk,7.00\n");
    expect(result).toMatchObject({ created: 1, rejected: 1 });
    expect(await rejectsOf(context, result.id)).toMatchObject([{ line: 3, code: "too_few_fields" }]);
  });

  test.each([
    "sku,name,colour,material\nS-1,Lamp,red,tin\nS-2,Desk,oak\n",
    "sku,name,colour,price\nS-1,Lamp,red,5\nS-2,Desk,blue\n",
  ])("is reported with its line if it fits", async (file) => {
    const result = await run(file);
    expect(result).toMatchObject({ created: 2, notices: [{ code: "short_rows", count: 1 }] });
    expect(result.notices[0]?.message).toContain("line 3");
  });
});

describe("blanks that belong to the layout are not part of the values", () => {
  const expected = [
    { sku: "P-1", name: "Lamp", attributes: { price: "5,00" } },
    { sku: "P-2", name: "Desk", attributes: { price: "16,00" } },
  ];
  test.each([
    ["a tab at the end of each cell", "sku\t;name\t;price\t\nP-1\t;Lamp\t;5,00\t\nP-2\t;Desk\t;16,00\t\n"],
    ["a tab before each cell", "sku;\tname;\tprice\nP-1;\tLamp;\t5,00\nP-2;\tDesk;\t16,00\n"],
    ["a tab at the end of each line", "sku;name;price\t\nP-1;Lamp;5,00\t\nP-2;Desk;16,00\t\n"],
    ["a blank after each delimiter", "sku; name; price\nP-1; Lamp; 5,00\nP-2; Desk; 16,00\n"],
    ["columns of the same width", "sku    ;name    ;price  \nP-1    ;Lamp    ;   5,00\nP-2    ;Desk    ;  16,00\n"],
    [
      "cells padded inside quotes",
      '"sku   ";"name  ";"price "\n"P-1   ";"Lamp  ";"5,00  "\n"P-2   ";"Desk  ";"16,00 "\n',
    ],
    ["pipes with blanks", "sku | name | price\nP-1 | Lamp | 5,00\nP-2 | Desk | 16,00\n"],
  ])("%s", async (_, file) => {
    expect(await run(file)).toMatchObject({ state: "done", created: 2, rejected: 0 });
    expect(await products()).toEqual(expected);
  });

  test("blanks in single cells stay", async () => {
    await run("sku,name,note\nP-1,Lamp , a\nP-2,Desk,b\nP-3,Bed,c\n");
    expect((await products())[0]).toEqual({ sku: "P-1", name: "Lamp ", attributes: { note: " a" } });
  });
});

describe("letters", () => {
  test("an encoding that only one line shows is reported with the alternative", async () => {
    const result = await run(Buffer.from("sku;name\nL-1;Lampe\nL-2;T\x81r\n", "latin1"));
    expect(result.state === "held" || codes(result).includes("encoding_uncertain")).toBe(true);
  });

  test.each([
    ["decoded twice", "sku,name\nL-1,BÃ¼rste\nL-2,Desk\n"],
    ["replaced", "sku,name\nL-1,B\ufffdrste\nL-2,Desk\n"],
  ])("letters that were %s before the file was made are reported", async (_, file) => {
    expect(codes(await run(file))).toEqual(["wrong_letters"]);
  });

  test("SKUs that look alike are different products, and are reported", async () => {
    const result = await run("sku,name\nA1,Lamp\nА1,Desk\nＡ１,Bed\nA1\u200b,Cup\nB1,Mug\nВ2,Rug\n");
    expect(result).toMatchObject({ created: 6, notices: [{ code: "look_alikes", column: "sku", count: 3 }] });
  });

  test("SKUs in one script are not reported unless they look like another one", async () => {
    expect(await run("Артикул;Название\nАВ-1;Лампа\nЖЩ-2;Стол\n")).toMatchObject({ created: 2, notices: [] });
  });

  test("a column name that mixes scripts is reported, and the forms of one name are one column", async () => {
    expect(codes(await run("sku,name,price,pricе\nL-1,Lamp,5,6\n"))).toEqual(["look_alikes"]);
    await run("sku,name,Gro\u0308ße\nL-1,Lamp,5\n");
    await run("ＳＫＵ,name,Größe\nL-1,Lamp,6\n");
    expect((await products())[0]?.attributes).toMatchObject({ Größe: "6" });
  });

  test("a byte order mark inside a joined file is not part of a SKU", async () => {
    await run("sku,name\nL-1,Lamp\n\ufeffL-2,Desk\n");
    expect((await products()).map(({ sku }) => sku)).toEqual(["L-1", "L-2"]);
  });
});

describe("rows and columns that are not what they seem", () => {
  test.each([
    ["types", "string,string,decimal"],
    ["requirements", "Required,Required,Optional"],
    ["units", "Text,Text,kg"],
  ])("a line of %s below the header is ignored", async (_, line) => {
    expect(await run(`sku,name,weight\n${line}\nR-1,Lamp,5\n`)).toMatchObject({ created: 1, ignored: 1 });
  });

  test.each<[string, NoticeCode]>([
    ["sku;name;price\nR-1;Lamp;5\nSumme;2 Artikel;5\n", "total_rows"],
    ["sku,name,price\nR-1,Lamp,5\n1-Mar,Desk,6\n", "date_skus"],
    ["sku,name,price\nR-1,Lamp,5\n\ncustomer,city,country\n", "second_table"],
    ["sku,name,,sku,name\nR-1,Lamp,,R-2,Desk\n", "repeated_column"],
    ["sku;name;ean\nR-1;Lamp;4,00638E+12\n", "damaged_numbers"],
    ["sku,name,colour\nR-1,Lamp,NULL\n", "missing_values"],
    ["sku,name,weight\nR-1,Lamp,1.5\nR-2,Desk,nan\n", "missing_values"],
    ["sku,name,price\nR-1,Lamp,5\nR-2,Desk,=C2*2\n", "formulas"],
    ['sku;name;price\nR-1;Lamp;"=SUMME(C1;C2)"\n', "formulas"],
    ["sku,name,ean\nR-1,Lamp,`04006381333931\n", "guarded_numbers"],
    ["sku,name\n`0017,Lamp\n", "guarded_numbers"],
  ])("%j: %s", async (file, code) => {
    const result = await run(file);
    expect(result.state).toBe("done");
    expect(codes(result)).toContain(code);
  });

  test("a notice about kept texts names the column, the number of cells and the first line", async () => {
    const { notices } = await run("sku,name,price\nR-1,Lamp,5\nR-2,Desk,=C2*2\nR-3,Chair,=SUM(C2:C3)\n");
    expect(notices).toMatchObject([{ code: "formulas", column: "price", count: 2 }]);
    expect(notices[0]?.message).toContain("lines 3, 4");
    expect(notices[0]?.message).toContain("=C2*2");
    expect((await products())[1]?.attributes).toEqual({ price: "=C2*2" });
  });

  test.each([
    [
      "phone numbers, signs and handles",
      "sku,name,phone\nR-1,Lamp,+49 30 1234\nR-2,Desk,-5\nR-3,Chair,@home\nR-4,Bed,=5\n",
    ],
    ["addresses with parameters", "sku,name,link\nR-1,Lamp,https://shop.example/?a=B2&c=SUM(1)\n"],
    ["formulas that an apostrophe keeps as text", "sku,name,price\nR-1,Lamp,'=A1*2\n"],
    ["numbers in a formula that keeps them as text", 'sku,name,ean\nR-1,Lamp,"=""0017"""\n'],
    ["code and names after a backtick", "sku,name,note\nR-1,Lamp,`5` is code\nR-2,Desk,`Ohana\n"],
    ["words that are values", "sku,name,colour\nR-1,Lamp,None\nR-2,Nan,none\n"],
  ])("no notice about %s", async (_, file) => {
    const result = await run(file);
    expect(result).toMatchObject({ state: "done", rejected: 0, notices: [] });
  });

  test("no notice about texts that the mapping handles", async () => {
    const file = "sku,name,a,b,c\nR-1,Lamp,NULL,NaN,`0017\n";
    const mapping = {
      key: "sku",
      name: "name",
      empty: ["NULL"],
      attributes: {
        a: "a",
        b: { from: "b", map: { NaN: "unknown" } },
        c: { from: "c", replace: [["`", ""] as [string, string]] },
      },
    };
    const result = await importBytes(context, file, { mapping });
    expect(result).toMatchObject({ state: "done", created: 1, notices: [] });
    expect((await products())[0]?.attributes).toEqual({ b: "unknown", c: "0017" });
  });

  test("a value map may give a spreadsheet error a meaning", async () => {
    const mapping = { key: "sku", name: "name", attributes: { a: { from: "a", map: { "#N/A": "unknown" } } } };
    const result = await importBytes(context, "sku,name,a\nR-1,Lamp,#N/A\n", { mapping });
    expect(result).toMatchObject({ created: 1, rejected: 0 });
    expect((await products())[0]?.attributes).toEqual({ a: "unknown" });
  });
});
