// OpenDocument spreadsheets: cells, repeated and merged cells, sheets, and files that are refused.
import { describe, expect, test } from "vitest";
import { zipOf } from "../../../../../tests/support/files/make-workbook.ts";
import { readCells } from "../../../../../tests/support/read-cells.ts";
import type { DialectOverrides } from "../../../../../contract/imports/imports.ts";
import { readHead } from "../../read-head.ts";

const NAMESPACES = ["office", "table", "text", "style", "number", "calcext"]
  .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
  .join(" ");

const STYLES = `
<number:number-style style:name="N1"><number:number number:min-integer-digits="4"/></number:number-style>
<number:number-style style:name="N2"><number:text>ART-</number:text><number:number number:min-integer-digits="4"/></number:number-style>
<number:number-style style:name="N3"><number:number number:min-integer-digits="6"><number:embedded-text number:position="3">-</number:embedded-text></number:number></number:number-style>
<number:currency-style style:name="N4"><number:number number:decimal-places="2" number:min-integer-digits="1" number:grouping="true"/><number:text> </number:text><number:currency-symbol>€</number:currency-symbol></number:currency-style>
<number:percentage-style style:name="N5"><number:number number:decimal-places="1" number:min-integer-digits="1"/><number:text> %</number:text></number:percentage-style>
<number:number-style style:name="N6P0"><number:number number:min-integer-digits="5"/></number:number-style>
<number:number-style style:name="N6"><number:text>-</number:text><number:number number:min-integer-digits="5"/><style:map style:condition="value()&gt;=0" style:apply-style-name="N6P0"/></number:number-style>
${[1, 2, 3, 4, 5, 6].map((n) => `<style:style style:name="ce${n}" style:family="table-cell" style:data-style-name="N${n}"/>`).join("")}
<style:style style:name="ce7" style:family="table-cell" style:parent-style-name="ce1"/>
<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>`;

const content = (sheets: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><office:document-content ${NAMESPACES}><office:automatic-styles>${STYLES}</office:automatic-styles><office:body><office:spreadsheet>${sheets}</office:spreadsheet></office:body></office:document-content>`;

const MIME = "application/vnd.oasis.opendocument.spreadsheet";

const ods = (sheets: string, parts: Record<string, string> = {}): Promise<Buffer> =>
  zipOf({ mimetype: MIME, "content.xml": content(sheets), ...parts });

const text = (value: string, attributes = ""): string =>
  `<table:table-cell office:value-type="string"${attributes}><text:p>${value}</text:p></table:table-cell>`;
const row = (...cells: string[]): string => `<table:table-row>${cells.join("")}</table:table-row>`;
const sheet = (name: string, rows: string, attributes = ""): string =>
  `<table:table table:name="${name}"${attributes}>${rows}</table:table>`;
const HEADER = row(text("sku"), text("name"), text("x"));

const read = async (sheets: string, overrides: DialectOverrides = {}) => readCells(await ods(sheets), overrides);

/** Returns the text of a cell in the third column. */
async function cellText(cell: string): Promise<string | undefined> {
  const { cells } = await read(sheet("S", HEADER + row(text("A"), text("Lamp"), cell)));
  return cells[0]?.[2];
}

const value = (type: string, attributes: string, shown: string): string =>
  `<table:table-cell office:value-type="${type}" ${attributes}><text:p>${shown}</text:p></table:table-cell>`;

describe("a cell", () => {
  test.each([
    ["a text of digits", text("0017"), "0017"],
    ["a number", value("float", 'office:value="17"', "17"), "17"],
    ["a number that is shown rounded", value("float", 'office:value="12.3456"', "12,35"), "12.3456"],
    ["a number with 17 digits", value("float", 'office:value="0.30000000000000004"', "0,3"), "0.3"],
    ["a code with zeros", value("float", 'table:style-name="ce1" office:value="17"', "0017"), "0017"],
    ["a code whose style has a parent", value("float", 'table:style-name="ce7" office:value="17"', "0017"), "0017"],
    ["a code with letters", value("float", 'table:style-name="ce2" office:value="12345"', "ART-12345"), "ART-12345"],
    [
      "a code with a text between its digits",
      value("float", 'table:style-name="ce3" office:value="1234"', "001-234"),
      "001-234",
    ],
    [
      "a code with a section for negative numbers",
      value("float", 'table:style-name="ce6" office:value="-17"', "-00017"),
      "-00017",
    ],
    [
      "an amount",
      value("currency", 'table:style-name="ce4" office:value="1234.5" office:currency="EUR"', "1.234,50 €"),
      "1234.5",
    ],
    ["a percentage", value("percentage", 'table:style-name="ce5" office:value="0.17345"', "17,3 %"), "17.345 %"],
    ["a percentage without a style", value("percentage", 'office:value="0.17"', "17%"), "17%"],
    ["a date", value("date", 'office:date-value="2026-11-25"', "25.11.26"), "2026-11-25"],
    [
      "a date with a time",
      value("date", 'office:date-value="2026-11-25T13:45:00"', "25.11.26 13:45"),
      "2026-11-25 13:45:00",
    ],
    ["midnight", value("date", 'office:date-value="2026-11-25T00:00:00"', "25.11.26"), "2026-11-25"],
    ["midnight in UTC", value("date", 'office:date-value="2026-11-25T00:00:00.000Z"', "11/25/26"), "2026-11-25"],
    [
      "a date with milliseconds",
      value("date", 'office:date-value="2026-11-25T13:45:00,000Z"', "x"),
      "2026-11-25 13:45:00",
    ],
    ["a boolean as a formula", value("float", 'table:formula="of:=FALSE()" office:value="0"', "FALSCH"), "false"],
    ["a number 0 that is shown as a word", value("float", 'office:value="0"', "none"), "0"],
    ["a time", value("time", 'office:time-value="PT13H45M00S"', "13:45"), "13:45:00"],
    ["a boolean", value("boolean", 'office:boolean-value="true"', "WAHR"), "true"],
    ["the result of a formula", value("float", 'table:formula="of:=1+1" office:value="2"', "2"), "2"],
    [
      "an error",
      '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#NV</text:p></table:table-cell>',
      "#NV",
    ],
    [
      "paragraphs",
      '<table:table-cell office:value-type="string"><text:p>a <text:span>b</text:span><text:s text:c="2"/>c</text:p><text:p>d<text:line-break/>e</text:p></table:table-cell>',
      "a b  c\nd\ne",
    ],
    ["a link", text('<text:a xmlns:xlink="x" xlink:href="http://a">Shop</text:a>'), "Shop"],
    ["a text with indented XML", text("a\n   b"), "a b"],
    [
      "a text with a comment",
      '<table:table-cell office:value-type="string"><office:annotation><text:p>Note</text:p></office:annotation><text:p>A</text:p></table:table-cell>',
      "A",
    ],
    [
      "a text with its pronunciation",
      text("<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby>"),
      "東京",
    ],
  ])("with %s", async (_, cell, expected) => {
    expect(await cellText(cell)).toBe(expected);
  });

  test("without a result of its formula fails the file and is named", async () => {
    await expect(cellText('<table:table-cell table:formula="of:=A1"/>')).rejects.toThrow(
      'row 2, column 3 of "S" contains a formula that was never calculated',
    );
  });

  test("has the format of its column or row if it has none", async () => {
    const number =
      '<table:table-cell office:value-type="float" office:value="17"><text:p>0017</text:p></table:table-cell>';
    const columns =
      '<table:table-column table:number-columns-repeated="2"/><table:table-column table:default-cell-style-name="ce1"/>';
    const { cells } = await read(
      sheet(
        "S",
        `${columns}${HEADER}${row(text("A"), text("n"), number)}<table:table-row table:default-cell-style-name="ce2">${text("B")}${text("n")}${number}</table:table-row>`,
      ),
    );
    expect(cells.map(([, , code]) => code)).toEqual(["0017", "ART-0017"]);
  });

  test("that is a number or a date has no quotes in the table, as in other workbooks", async () => {
    const cells = [
      value("float", 'office:value="1.5"', "1,5"),
      value("date", 'office:date-value="2026-11-25"', "x"),
      text("1.5"),
    ];
    const head = await readHead(
      await ods(sheet("S", row(text("sku"), text("a"), text("b")) + row(...cells))),
      true,
      {},
    );
    expect(head?.records.bytes.toString()).toContain('1.5,2026-11-25,"1.5"\n');
    expect(head?.dialect).toMatchObject({ format: "ods", line_ending: "row" });
  });
});

describe("rows and columns", () => {
  test("that are repeated are read as often as they are repeated, and blank ones count", async () => {
    const rows = [
      '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>',
      `<table:table-header-rows>${HEADER}</table:table-header-rows>`,
      `<table:table-row-group>${row(text("A"), text("same", ' table:number-columns-repeated="2"'), '<table:table-cell table:number-columns-repeated="16381"/>')}</table:table-row-group>`,
      `<table:table-row table:number-rows-repeated="3">${text("B")}${text("n")}</table:table-row>`,
      '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>',
    ];
    const { cells, lines, dialect } = await read(sheet("S", rows.join("")));
    expect(dialect.header).toBe(true);
    expect(cells).toEqual([
      ["A", "same", "same"],
      ["B", "n", ""],
      ["B", "n", ""],
      ["B", "n", ""],
    ]);
    expect(lines).toEqual([4, 5, 6, 7]);
  });

  test("that are merged have the value in each row, and names of a merged header are joined", async () => {
    const covered = "<table:covered-table-cell/>";
    const merged = (cell: string, rows: number, columns: number): string =>
      text(cell, ` table:number-rows-spanned="${rows}" table:number-columns-spanned="${columns}"`);
    const rows = [
      row(merged("sku", 2, 1), merged("name", 2, 1), merged("Price", 1, 2), covered),
      row(covered, covered, text("net"), text("gross")),
      row(text("A"), merged("Lamp", 2, 1), text("1"), text("2")),
      row(text("B"), covered, text("3"), text("4")),
    ];
    const { header, cells, lines } = await read(sheet("S", rows.join("")));
    expect(header).toEqual(["sku", "name", "Price net", "Price gross"]);
    expect(cells).toEqual([
      ["A", "Lamp", "1", "2"],
      ["B", "Lamp", "3", "4"],
    ]);
    expect(lines).toEqual([3, 4]);
  });
});

describe("sheets", () => {
  const products = (sku: string): string => HEADER + row(text(sku), text("n"), text("x"));
  const sheets = [
    sheet("Notes", row(text("Read me"))),
    sheet("One", products("A")),
    sheet("Two", products("B")),
    sheet("Hidden", products("C"), ' table:style-name="ta2"'),
  ].join("");

  test("with the same header are read, and all are reported", async () => {
    const { dialect, cells, lines } = await read(sheets);
    expect(cells.map(([sku]) => sku)).toEqual(["A", "B"]);
    expect(lines).toEqual([2, 4]);
    expect(dialect.sheets).toEqual([
      { name: "Notes", read: false, has_sku: false },
      { name: "One", read: true, has_sku: true },
      { name: "Two", read: true, has_sku: true },
      { name: "Hidden", read: false, hidden: true },
    ]);
  });

  test("can be chosen by name", async () => {
    expect((await read(sheets, { sheet: "Hidden" })).cells).toEqual([["C", "n", "x"]]);
    await expect(read(sheets, { sheet: "Three" })).rejects.toMatchObject({ slug: "no-such-sheet" });
  });

  test("are not tables of links to other files", async () => {
    const links = `<table:dde-links><table:dde-link>${sheet("Link", products("X"))}</table:dde-link></table:dde-links>`;
    const { dialect } = await read(sheet("One", products("A")) + links);
    expect(dialect.sheets?.map(({ name }) => name)).toEqual(["One"]);
  });
});

test("a spreadsheet in a single XML file is read", async () => {
  const rows =
    HEADER + row(text("A"), text("Lamp"), value("float", 'table:style-name="ce1" office:value="17"', "0017"));
  const file = content(sheet("S", rows))
    .replace("<office:document-content", `<office:document office:mimetype="${MIME}"`)
    .replace("</office:document-content>", "</office:document>");
  const { dialect, cells } = await readCells(file);
  expect(dialect).toMatchObject({ format: "ods", sheets: [{ name: "S", read: true }] });
  expect(cells).toEqual([["A", "Lamp", "0017"]]);
  expect((await readHead(Buffer.from(file), true, {}))?.records.count).toBe(1);
});

describe("a file is refused", () => {
  test("with a password", async () => {
    const manifest = `<manifest:manifest xmlns:manifest="m"><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`;
    const bytes = await zipOf({ mimetype: MIME, "content.xml": "\x01\x02", "META-INF/manifest.xml": manifest });
    for (const file of [bytes, await zipOf({ mimetype: MIME, "encrypted-package": "\x01" })])
      await expect(readCells(file)).rejects.toMatchObject({
        slug: "unsupported-file",
        extra: { reason: "workbook-password" },
      });
  });

  test("that is a text", async () => {
    const body = `<office:document-content ${NAMESPACES}><office:body><office:text><text:p>Hello</text:p></office:text></office:body></office:document-content>`;
    const bytes = await zipOf({ mimetype: "application/vnd.oasis.opendocument.text", "content.xml": body });
    await expect(readCells(bytes)).rejects.toMatchObject({
      slug: "unsupported-file",
      extra: { reason: "office-document" },
    });
  });

  test.each([
    [
      "a row that is repeated a billion times",
      `<table:table-row table:number-rows-repeated="1000000000">${text("A")}</table:table-row>`,
      "broken-workbook",
    ],
    [
      "a long row that is repeated a million times",
      `<table:table-row table:number-rows-repeated="1000000">${text("A")}${text("x".repeat(1000), ' table:number-columns-repeated="1000"')}</table:table-row>`,
      "unpacks-too-large",
    ],
    [
      "many rows with repeated cells",
      row(text("A"), text("word ".repeat(20), ' table:number-columns-repeated="1999"')).repeat(500),
      "unpacks-too-large",
    ],
    ["XML that is cut off", "<table:table-row>", "broken-workbook"],
    ["a document type", "<!DOCTYPE x>", "broken-workbook"],
    ["deep nesting", "<table:table-row-group>".repeat(100), "broken-workbook"],
  ])("with %s", async (_, rows, slug) => {
    await expect(read(sheet("S", HEADER + rows))).rejects.toMatchObject({ slug });
  });

  test("not with a billion blank rows or columns", async () => {
    const blank =
      '<table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000"/></table:table-row>';
    expect((await read(sheet("S", HEADER + row(text("A")) + blank))).cells).toEqual([["A", "", ""]]);
  });
});
