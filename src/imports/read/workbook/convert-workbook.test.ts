// Converts workbooks to text: cells, tables and sheets, and files that are refused.
// This file is long because it is a table of cases.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeWorkbook, textRow, zipOf, type WorkbookInput } from "../../../../tests/support/files/make-workbook.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { prepareText } from "../text/prepare-text.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "skuport-workbook-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function convertBytes(
  bytes: Buffer,
  overrides: DialectOverrides = {},
): Promise<{ text: string; dialect: Dialect }> {
  const path = join(folder, "file.bin");
  writeFileSync(path, bytes);
  const target = join(folder, "text");
  const dialect = await prepareText(path, target, overrides);
  expect(readdirSync(folder).sort()).toEqual(["file.bin", "text"]);
  return { text: readFileSync(target, "utf8"), dialect };
}

const convert = async (input: WorkbookInput, overrides?: DialectOverrides) =>
  convertBytes(await makeWorkbook(input), overrides);

/** Returns the text of a single cell below a header. */
async function cellText(cell: string, input: Partial<WorkbookInput> = {}): Promise<string> {
  const { text } = await convert({
    ...input,
    sheets: { Sheet1: `${textRow(1, "sku", "value")}<row r="2"><c r="A2" t="str"><v>s</v></c>${cell}</row>` },
  });
  return text
    .replace(/^"sku","value"\n"s",/, "")
    .replace(/\n$/, "")
    .replace(/^"|"$/g, "");
}

describe("a sheet given by name", () => {
  const sheets = {
    Spring: textRow(1, "sku", "name") + textRow(2, "S-1", "Spring"),
    Autumn: textRow(1, "sku", "name") + textRow(2, "A-1", "Autumn"),
    Empty: "",
  };

  test("is read alone, even if it is hidden or another sheet continues it", async () => {
    for (const states of [{}, { Autumn: "hidden" }]) {
      const { text, dialect } = await convert({ sheets, states }, { sheet: "Autumn" });
      expect(text).toBe('"sku","name"\n"A-1","Autumn"\n');
      expect(dialect.sheets?.filter(({ read }) => read)).toMatchObject([{ name: "Autumn" }]);
    }
  });

  test("a long name is not cut within a character", async () => {
    const name = `${"n".repeat(254)}\u{1f6d2}`;
    const { dialect } = await convert({ sheets: { [name]: sheets.Spring } });
    expect(dialect.sheets).toMatchObject([{ name: `${"n".repeat(254)}…` }]);
  });

  test.each([
    ["Winter", "no-such-sheet", '"Spring", "Autumn", "Empty"'],
    ["Empty", "empty-file", '"Empty"'],
  ])("%s: %s", async (sheet, slug, words) => {
    await expect(convert({ sheets }, { sheet })).rejects.toMatchObject({
      slug,
      message: expect.stringContaining(words) as string,
    });
  });

  test("is refused for a file that is not a workbook", async () => {
    await expect(convertBytes(gzipSync("sku\nA\n"), { sheet: "Spring" })).rejects.toMatchObject({
      slug: "no-such-sheet",
    });
  });
});

describe("a cell", () => {
  test.each([
    ['<c r="B2" t="inlineStr"><is><t>0017</t></is></c>', "0017"],
    [
      '<c r="B2" t="inlineStr"><is><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r><rPh><t>read</t></rPh></is></c>',
      "rich text",
    ],
    [
      '<c r="B2" t="inlineStr"><is><t xml:space="preserve"> a_x000D_&#10;_x005F_x000D_ &lt;&amp;</t></is></c>',
      " a\r\n_x000D_ <&",
    ],
    ['<c r="B2" t="inlineStr"><is><t>_xD83D__xDE00_ _x0041</t></is></c>', "😀 _x0041"],
    ['<c r="B2" t="inlineStr"><is><t>_xD83D_</t></is></c>', "_xD83D_"],
    ['<c r="B2" t="inlineStr"><is><t><![CDATA[<b>]]></t></is></c>', "<b>"],
    ['<c r="B2" t="s"><v>1</v></c>', "shared"],
    ['<c r="B2" t="b"><v>1</v></c>', "true"],
    ['<c r="B2" t="b"><v>0</v></c>', "false"],
    ['<c r="B2" t="e"><v>#N/A</v></c>', "#N/A"],
    ['<c r="B2"><f>1+1</f><v>2</v></c>', "2"],
    ['<c r="B2" t="str"><f>""</f><v></v></c>', ""],
    ['<c r="B2" t="d"><v>2026-11-25T00:00:00</v></c>', "2026-11-25"],
    ['<c r="B2" t="d"><v>2026-11-25T13:45:00</v></c>', "2026-11-25 13:45:00"],
    ["<c><v>7</v></c>", "7"],
    ['<x:c xmlns:x="y" r="B2"><x:v>8</x:v></x:c>', "8"],
  ])("%s is %j", async (cell, text) => {
    expect(await cellText(cell, { strings: "<si><t>other</t></si><si><t>sha</t><r><t>red</t></r></si>" })).toBe(text);
  });

  test("with a number is the text that the format displays", async () => {
    const styles = {
      formats: `<numFmt numFmtId="170" formatCode="&quot;ART-&quot;0000"/>`,
      cells: '<xf/><xf numFmtId="170"/>',
    };
    expect(await cellText('<c r="B2"><v>17.0</v></c>', { styles })).toBe("17");
    expect(await cellText('<c r="B2" s="1"><v>17.0</v></c>', { styles })).toBe("ART-0017");
  });

  test("days are counted from 1904 if the workbook declares it", async () => {
    const styles = { cells: '<xf numFmtId="14"/>' };
    expect(await cellText('<c r="B2" s="0"><v>44889</v></c>', { styles, is_1904: true })).toBe("2026-11-25");
  });

  test("with a formula that was never calculated is an error that names the cell", async () => {
    await expect(cellText('<c r="B2"><f>1+1</f></c>')).rejects.toThrow('cell B2 of "xl/worksheets/sheet1.xml"');
  });

  test("that refers to a missing shared string is an error", async () => {
    await expect(cellText('<c r="B2" t="s"><v>2</v></c>', { strings: "<si><t>a</t></si>" })).rejects.toThrow(
      "shared string 2",
    );
  });
});

describe("a table", () => {
  test("starts at its header, and line numbers are row numbers", async () => {
    const rows =
      textRow(2, "Price list&#10;of all") +
      textRow(4, "SKU", "Name") +
      textRow(5, "a", "A") +
      textRow(8, "b", "", "more");
    const { text, dialect } = await convert({ sheets: { S: rows } });
    expect(text).toBe('\n\n\n"SKU","Name",\n"a","A",\n\n\n"b",,"more"\n');
    expect(dialect).toEqual({
      format: "xlsx",
      encoding: "utf-8",
      delimiter: ",",
      quote: '"',
      escape: '"',
      line_ending: "row",
      header: true,
      preamble: 0,
      formula_escape: false,
      sheets: [{ name: "S", read: true, has_sku: true }],
    });
  });

  test("of one column has blank lines too, so that line numbers are row numbers", async () => {
    const { text } = await convert({ sheets: { S: textRow(1, "sku") + textRow(3, "a") } });
    expect(text).toBe('"sku"\n\n"a"\n');
  });

  test("starts after a given preamble", async () => {
    const rows = textRow(1, "x", "y") + textRow(2, "sku", "name") + textRow(3, "a", "A");
    expect((await convert({ sheets: { S: rows } }, { preamble: 1 })).text).toBe('\n"sku","name"\n"a","A"\n');
  });

  test("is that of the first visible sheet with a SKU, continued in sheets with the same header", async () => {
    const { text, dialect } = await convert({
      sheets: {
        "Read me": textRow(1, "How to use"),
        Hidden: textRow(1, "sku", "name") + textRow(2, "hidden", "H"),
        One: textRow(1, "sku", "name") + textRow(2, "a", "A"),
        Empty: "",
        Two: textRow(1, "sku", "name") + textRow(2, "b", "B"),
        Other: textRow(1, "sku", "price") + textRow(2, "c", "1"),
      },
      states: { Hidden: "veryHidden" },
    });
    expect(text).toBe('"sku","name"\n"a","A"\n\n"b","B"\n');
    expect(dialect.sheets?.filter(({ read }) => read).map(({ name }) => name)).toEqual(["One", "Two"]);
  });

  test("is not found in a workbook of empty sheets", async () => {
    await expect(convert({ sheets: { A: "", B: '<row r="1"><c r="A1" s="1"/></row>' } })).rejects.toMatchObject({
      slug: "empty-file",
    });
  });
});

test("texts are in quotes; numbers, dates and booleans are not, also in merged cells", async () => {
  const { text } = await convert({
    sheets: {
      S:
        textRow(1, "sku", "price", "since", "text", "code", "flag") +
        '<row r="2"><c r="A2" t="str"><v>A</v></c><c r="B2"><f>1</f><v>1.234</v></c><c r="C2" s="1"><v>46351</v></c>' +
        '<c r="D2" t="str"><v>1.234</v></c><c r="E2" s="2"><v>12345</v></c><c r="F2" t="b"><v>1</v></c></row>' +
        '<row r="3"><c r="A3" t="str"><v>B</v></c></row>',
    },
    merged: { S: ["B2:B3", "D2:D3"] },
    styles: {
      formats: '<numFmt numFmtId="164" formatCode="00\\.000"/>',
      cells: '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/>',
    },
  });
  expect(text).toBe(
    '"sku","price","since","text","code","flag"\n"A",1.234,2026-11-25,"1.234","12.345",true\n"B",1.234,,"1.234",,\n',
  );
});

describe("shared strings", () => {
  test("are read from disk in any order, including long ones", async () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `${i} ${"x".repeat(i % 100 === 0 ? 30_000 : 90)}`);
    const order = texts.map((_, i) => (i * 1009) % texts.length);
    const rows = order.map(
      (text, i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>${i}</v></c><c r="B${i + 2}" t="s"><v>${text}</v></c></row>`,
    );
    const { text } = await convert({
      sheets: { S: textRow(1, "sku", "name") + rows.join("") },
      strings: texts.map((text) => `<si><t>${text}</t></si>`).join(""),
    });
    expect(text).toBe(`"sku","name"\n${order.map((index, i) => `${i},"${texts[index] ?? ""}"\n`).join("")}`);
  });
});

const many = (count: number, one: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => one(i)).join("");
const SHEETS = `<workbook xmlns:r="r"><sheets>${many(5000, (i) => `<sheet name="S${i}" r:id="r${i}"/>`)}</sheets></workbook>`;
const RELATIONS_OF_SHEETS = `<a>${many(5000, (i) => `<Relationship Id="r${i}" Type="x/worksheet" Target="${i}.xml"/>`)}</a>`;
const LONG_TEXT = `<si><t>${"x".repeat(1_000_000)}</t></si>`;
const SHARED_ROW = '<row><c t="s"><v>0</v></c></row>';
const SHARED_ROWS = SHARED_ROW + "<row><c><v>1</v></c></row>".repeat(100);
const wideRow = (number: number): string =>
  `<row r="${number}"><c r="A${number}" t="str"><v>sku</v></c><c r="BXX${number}" t="str"><v>last</v></c></row>`;

describe("refused, with a problem that names the remedy", () => {
  const one = { sheets: { S: textRow(1, "sku") + textRow(2, "a") } };
  const zeros = Buffer.alloc(100 << 20);

  test.each<[string, () => Promise<Buffer> | Buffer, string, string]>([
    ["an .ods", () => zipOf({ mimetype: "x", "content.xml": "" }), "unsupported-file", ".ods"],
    ["an .xlsb", () => zipOf({ "xl/workbook.bin": "" }), "unsupported-file", ".xlsb"],
    ["a .docx", () => zipOf({ "[Content_Types].xml": "", "word/document.xml": "" }), "unsupported-file", "document"],
    ["an empty zip", () => zipOf({}), "unsupported-file", "empty zip"],
    ["a PDF", () => Buffer.from("%PDF-1.7"), "unsupported-file", "PDF"],
    ["half a workbook", async () => (await makeWorkbook(one)).subarray(0, 300), "broken-workbook", "cannot be read"],
    [
      "a part that leads out of the archive",
      () => renamed("xl/evil0.xml", "../evil0.xml"),
      "broken-workbook",
      "relative path",
    ],
    [
      "a part that is a link",
      () => zipOf({ "xl/link": "/etc/passwd" }, { "xl/link": 0o120777 }),
      "broken-workbook",
      "link",
    ],
    ["a part twice", () => renamed("xl/Styles.xml", "xl/styles.xml"), "broken-workbook", "twice"],
    ["a part with a password", () => encrypted(), "unsupported-file", "password"],
    [
      "invalid XML",
      () => makeWorkbook({ ...one, parts: { "xl/workbook.xml": "<a><b></a>" } }),
      "broken-workbook",
      "XML",
    ],
    [
      "a document type",
      () => makeWorkbook({ ...one, parts: { "xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>' } }),
      "broken-workbook",
      "document type",
    ],
    [
      "bytes that are not text",
      () => makeWorkbook({ ...one, parts: { "xl/workbook.xml": Buffer.from("<a>\xff</a>", "latin1") } }),
      "broken-workbook",
      "UTF-8",
    ],
    ["a missing sheet", () => makeWorkbook({ sheets: {}, parts: { "xl/x": "" } }), "broken-workbook", "no worksheet"],
    [
      "a column beyond the last one",
      () => makeWorkbook({ sheets: { S: '<row><c r="ZZZZ1"/></row>' } }),
      "broken-workbook",
      "ZZZZ1",
    ],
    [
      "a row beyond the last one",
      () => makeWorkbook({ sheets: { S: '<row r="9999999"/>' } }),
      "broken-workbook",
      "9999999",
    ],
    [
      "a bomb in a sheet",
      () =>
        makeWorkbook({
          ...one,
          parts: {
            "xl/worksheets/sheet1.xml": Buffer.concat([
              Buffer.from("<worksheet>"),
              Buffer.alloc(180 << 20, `<a>${"b".repeat(1000)}</a>`),
            ]),
          },
        }),
      "unpacks-too-large",
      "unpacks",
    ],
    [
      "a bomb in a name",
      () => makeWorkbook({ ...one, parts: { "xl/worksheets/sheet1.xml": Buffer.alloc(30 << 20, "<") } }),
      "broken-workbook",
      "",
    ],
    [
      "a bomb in a string",
      () =>
        makeWorkbook({
          ...one,
          parts: { "xl/worksheets/sheet1.xml": Buffer.concat([Buffer.from("<a>"), Buffer.alloc(30 << 20, "b")]) },
        }),
      "broken-workbook",
      "bytes without an element",
    ],
    [
      "a bomb in a small part",
      () =>
        makeWorkbook({ ...one, parts: { "xl/workbook.xml": `<b>${`<a>${" ".repeat(1000)}</a>`.repeat(20_000)}</b>` } }),
      "broken-workbook",
      "larger than 16,777,216 bytes",
    ],
    [
      "5,000 sheets",
      () =>
        makeWorkbook({
          ...one,
          parts: { "xl/workbook.xml": SHEETS, "xl/_rels/workbook.xml.rels": RELATIONS_OF_SHEETS },
        }),
      "broken-workbook",
      "more than 1,000 sheets",
    ],
    [
      "5,000 sheets without a part",
      () =>
        makeWorkbook({
          ...one,
          parts: {
            "xl/workbook.xml": SHEETS,
            "xl/_rels/workbook.xml.rels": `<a>${'<Relationship Id="x" Type="y" Target="z"/>'.repeat(5_000)}</a>`,
          },
        }),
      "broken-workbook",
      "no worksheet",
    ],
    [
      "a long string in every row",
      () => makeWorkbook({ sheets: { S: textRow(1, "sku", "name") + SHARED_ROW.repeat(2000) }, strings: LONG_TEXT }),
      "broken-workbook",
      "many megabytes of text in each row",
    ],
    [
      "a long string in every hundredth row",
      () => makeWorkbook({ sheets: { S: textRow(1, "sku", "name") + SHARED_ROWS.repeat(2000) }, strings: LONG_TEXT }),
      "unpacks-too-large",
      "its cells contain far more text",
    ],
    [
      "100,000 rows of blank cells",
      () => makeWorkbook({ sheets: { S: wideRow(1) + "<row><c><v>1</v></c></row>".repeat(100_000) } }),
      "unpacks-too-large",
      "its cells contain far more text",
    ],
    ["a gzip bomb", () => gzipSync(zeros), "unpacks-too-large", "unpacks"],
    [
      "half a gzip file",
      () => gzipSync(Buffer.from("sku\na\n".repeat(1000))).subarray(0, 30),
      "broken-file",
      "damaged",
    ],
    ["an empty gzip file", () => gzipSync(Buffer.alloc(0)), "empty-file", "no data"],
    ["a gzip file in a gzip file", () => gzipSync(gzipSync(Buffer.from("sku\n"))), "unsupported-file", "another"],
  ])("%s", async (_, bytes, slug, words) => {
    const made = await bytes();
    const path = join(folder, "file.bin");
    writeFileSync(path, made);
    const refused = await prepareText(path, join(folder, "text"), {}).catch((error: unknown) => error);
    expect(refused).toMatchObject({ slug, message: expect.stringContaining(words) as string });
    expect(readdirSync(folder).filter((name) => name.endsWith(".strings"))).toEqual([]);
  });

  /** Renames a part within the bytes of the zip file. */
  async function renamed(part: string, name: string): Promise<Buffer> {
    const bytes = await makeWorkbook({ ...one, styles: { cells: "" }, parts: { [part]: "<a/>" } });
    return Buffer.from(bytes.toString("latin1").replaceAll(part, name), "latin1");
  }

  async function encrypted(): Promise<Buffer> {
    const bytes = await makeWorkbook(one);
    // Offset of the flags in the first directory entry, whose signature is PK 01 02.
    const at = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 8;
    bytes.writeUInt16LE(bytes.readUInt16LE(at) | 1, at);
    return bytes;
  }
});
