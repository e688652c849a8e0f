// Hostile workbooks of a few kilobytes that unpack to millions of elements, cells or strings: each is refused early with a
// problem.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeWorkbook, textRow, zipOf, type WorkbookInput } from "../../../../tests/support/files/make-workbook.ts";
import { prepareText } from "../text/prepare-text.ts";
import { readHead } from "../read-head.ts";
import { createStringStore } from "./string-store.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "skuport-limits-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const HEADER = textRow(1, "sku", "name");
const one = { sheets: { S: HEADER + textRow(2, "a", "A") } };
const many = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join("");
const sheet = (rows: string): WorkbookInput => ({ sheets: { S: HEADER + rows } });
/** More than the limit in work-budget.ts: 2 million elements, and 8 for each packed byte. */
const MANY = 2_500_000;

/** A workbook whose directory entries for both sheets point to the bytes of the first one. */
async function overlapping(): Promise<Buffer> {
  const bytes = await makeWorkbook({ sheets: { A: HEADER, B: HEADER } });
  const entryOf = (name: string): number => {
    let at = bytes.lastIndexOf(name);
    while (bytes.readUInt32LE(at - 46) !== 0x02014b50) at = bytes.lastIndexOf(name, at - 1);
    return at - 46;
  };
  const [first, second] = [entryOf("xl/worksheets/sheet1.xml"), entryOf("xl/worksheets/sheet2.xml")];
  bytes.copy(bytes, second + 16, first + 16, first + 28);
  bytes.copy(bytes, second + 42, first + 42, first + 46);
  return bytes;
}

const CASES: [title: string, file: WorkbookInput | (() => Promise<Buffer>), slug: string, words: string][] = [
  ["empty shared strings", { ...one, strings: "<si/>".repeat(MANY) }, "broken-workbook", "XML elements"],
  [
    "empty runs in one string",
    { ...one, strings: `<si>${"<r/>".repeat(MANY)}</si>` },
    "broken-workbook",
    "XML elements",
  ],
  ["phonetic runs", { ...one, strings: `<si>${"<rPh/>".repeat(MANY)}</si>` }, "broken-workbook", "XML elements"],
  ["empty cells", sheet(`<row>${"<c/>".repeat(MANY)}</row>`), "broken-workbook", "XML elements"],
  [
    "empty rows",
    sheet("<row/>".repeat(1_100_000)),
    "broken-workbook",
    "a row 1048577; a sheet has at most 1,048,576 rows",
  ],
  [
    "merged cells",
    sheet(`</sheetData><mergeCells>${"<m/>".repeat(MANY)}</mergeCells><sheetData>`),
    "broken-workbook",
    "XML elements",
  ],
  ["styles", { ...one, styles: { cells: "<xf/>".repeat(MANY) } }, "broken-workbook", "XML elements"],
  [
    "formats",
    { ...one, styles: { formats: '<numFmt numFmtId="1" formatCode="[[[[[["/>'.repeat(500_000), cells: "" } },
    "broken-workbook",
    "larger than",
  ],
  [
    "relationships",
    { ...one, parts: { "_rels/.rels": `<a>${"<Relationship/>".repeat(20_000)}</a>` } },
    "broken-workbook",
    "more than 10,000 relationships",
  ],
  [
    "attributes of a tag",
    sheet(`<row ${many(700_000, (i) => `a${i}="" `)}/>`),
    "broken-workbook",
    "more than 256 attributes",
  ],
  ["a huge attribute", sheet(`<row a="${"b".repeat(100_000)}"/>`), "broken-workbook", "65,536 characters"],
  ["a huge name", sheet(`<${"b".repeat(100_000)}/>`), "broken-workbook", "a name of 100000 characters"],
  ["nesting", sheet("<a>".repeat(100)), "broken-workbook", "nested more than 64 levels deep"],
  ["comments", sheet("<!---->".repeat(200_000)), "broken-workbook", "bytes without an element"],
  ["processing instructions", sheet("<?a?>".repeat(300_000)), "broken-workbook", "bytes without an element"],
  ["carriage returns", sheet(`<a>${"\r".repeat(2_000_000)}</a>`), "broken-workbook", "bytes without an element"],
  ["an undeclared entity", sheet("<a>&lol;</a>"), "broken-workbook", "undefined entity"],
  ["a missing shared string", sheet('<row><c t="s"><v>7</v></c></row>'), "broken-workbook", "shared string 7"],
  [
    "200 sheets of the same part",
    {
      ...one,
      parts: {
        "xl/workbook.xml": `<workbook><sheets>${many(200, (i) => `<sheet name="s${i}" id="rId${i}"/>`)}</sheets></workbook>`,
        "xl/_rels/workbook.xml.rels": `<a>${many(200, (i) => `<Relationship Id="rId${i}" Type="x/worksheet" Target="worksheets/${i % 2 === 0 ? "S" : "s"}heet1.xml"/>`)}</a>`,
      },
    },
    "broken-workbook",
    'sheets "s0" and "s1" refer to the same part',
  ],
  ["overlapping parts", overlapping, "broken-workbook", "overlaps another part"],
  [
    "long names of parts",
    () => zipOf(Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`${i}${"n".repeat(60_000)}`, ""]))),
    "broken-workbook",
    "list of parts",
  ],
  [
    "a long string in the first rows of many sheets",
    {
      sheets: Object.fromEntries(
        Array.from({ length: 30 }, (_, i) => [`S${i}`, '<row><c t="s"><v>0</v></c></row>'.repeat(200)]),
      ),
      strings: `<si><t>${"x".repeat(32_767)}</t></si>`,
    },
    "unpacks-too-large",
    "its cells contain far more text",
  ],
  [
    "a header in the last column",
    { sheets: { S: '<row r="1"><c r="A1" t="str"><v>sku</v></c><c r="XFD1"><v>1</v></c></row>' } },
    "bad-header",
    "a cell in column 16384. A table can have at most 2,000 columns",
  ],
];

async function bytesOf(file: WorkbookInput | (() => Promise<Buffer>)): Promise<Buffer> {
  return typeof file === "function" ? file() : makeWorkbook(file);
}

test.each(CASES)("%s: refused, by an import and by a preview", async (_, file, slug, words) => {
  const path = join(folder, "file.xlsx");
  const bytes = await bytesOf(file);
  writeFileSync(path, bytes);
  const refused = { slug, message: expect.stringContaining(words) as string };
  await expect(prepareText(path, join(folder, "text"), { preamble: 0 })).rejects.toMatchObject(refused);
  await expect(readHead(bytes, true, { preamble: 0 })).rejects.toMatchObject(refused);
  const left = readdirSync(folder).filter((name) => name !== "file.xlsx");
  expect(left.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThan(64 << 20);
});

test("a cell beyond column 2,000 becomes one field too many, and a blank one is ignored", async () => {
  const path = join(folder, "file.xlsx");
  const cells = ['<c r="XFD3"><v>9</v></c>', '<c r="BXY4" t="str"><v>late</v></c>', '<c r="XFD5" s="1"/>'];
  const rows = cells.map((cell, i) => `<row r="${i + 3}"><c r="A${i + 3}"><v>${i}</v></c>${cell}</row>`);
  writeFileSync(
    path,
    await makeWorkbook(
      sheet(`<row r="2"><c r="XFD2"><v>8</v></c></row>${rows.join("")}${"<row><c/></row>".repeat(2)}`),
    ),
  );
  const target = join(folder, "wide");
  await prepareText(path, target, {});
  const { dialect, table } = (await readHead(await bytesOf(sheet(rows.join(""))), true, {})) ?? {};
  expect([dialect?.format, table?.columns.length]).toEqual(["xlsx", 2]);
  expect(readFileSync(target, "utf8")).toBe('"sku","name"\n,,"8"\n0,,"9"\n1,,"late"\n2,\n\n\n');
});

test("cells without references are counted, up to the last column of a table", async () => {
  const path = join(folder, "file.xlsx");
  const blank = "<c/>".repeat(1998);
  writeFileSync(path, await makeWorkbook(sheet(`<row>${blank}<c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>`)));
  await prepareText(path, join(folder, "counted"), {});
  const text = readFileSync(join(folder, "counted"), "utf8");
  expect(text).toBe(`"sku","name"${",".repeat(1998)}\n${",".repeat(1998)}1,2,"3"\n`);
});

test("shared strings of any length are read back from memory and from disk, across segments", () => {
  const texts = Array.from({ length: 66_000 }, (_, i) =>
    i % 3 === 0 ? "" : `${i}é`.repeat(i % 1000 === 1 ? 9000 : 1),
  );
  for (const path of [undefined, join(folder, "strings")]) {
    const store = createStringStore(path);
    for (const text of texts) store.add(text);
    store.seal();
    expect(store.size()).toBe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
    const wrong = texts.findIndex((text, i) => store.get(i) !== text);
    expect(wrong).toBe(-1);
    expect(() => store.get(texts.length)).toThrow("shared string 66000; there are only 66,000");
    store.close();
  }
});
