// Hostile files: files of up to 2 MB that try to exhaust time, memory or disk space, each with its expected result.
import { makeWorkbook, textRow, type WorkbookInput } from "../support/files/make-workbook.ts";
import { makeXls, sharedTexts, xlsBof, xlsCell } from "../support/files/make-xls.ts";

export interface HostileFile {
  name: string;
  make: () => Buffer | Promise<Buffer>;
  /** Expected state of the import. */
  state: "done" | "failed" | "held";
  slug?: string;
  /** Slug of the problem that the preview is expected to report. Undefined if the preview is expected to show rows. */
  preview?: string;
}

const many = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join("");
const HEADER = textRow(1, "sku", "name");
const sheet = (rows: string): WorkbookInput => ({ sheets: { S: HEADER + rows } });
const LONG_TEXT = `<si><t>${"a".repeat(32_767)}</t></si>`;
/** More than the limit in work-budget.ts: 2 million elements, and 8 for each packed byte. */
const ELEMENTS = 2_500_000;

const csv = (name: string, text: () => string, expected: Omit<HostileFile, "name" | "make">): HostileFile => ({
  name: `${name}.csv`,
  make: () => Buffer.from(text()),
  ...expected,
});
const workbook = (name: string, input: () => WorkbookInput, slug: string, preview = slug): HostileFile => ({
  name: `${name}.xlsx`,
  make: () => makeWorkbook(input()),
  state: "failed",
  slug,
  preview,
});

/** Creates a workbook with 200 sheets. All sheets refer to the same file in the ZIP, and every cell of this file contains LONG_TEXT. */
function sheetsOfOnePart(): WorkbookInput {
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="x/${type}" Target="${target}"/>`;
  return {
    ...sheet(many(2000, () => `<row>${'<c t="s"><v>0</v></c>'.repeat(36)}</row>`)),
    strings: LONG_TEXT,
    parts: {
      "xl/workbook.xml": `<workbook><sheets>${many(200, (i) => `<sheet name="s${i}" id="r${i}"/>`)}</sheets></workbook>`,
      "xl/_rels/workbook.xml.rels": `<Relationships>${many(200, (i) =>
        relation(`r${i}`, "worksheet", "worksheets/sheet1.xml"),
      )}${relation("s", "sharedStrings", "sharedStrings.xml")}</Relationships>`,
    },
  };
}

const BAD_HEADER = { state: "failed", slug: "bad-header", preview: "bad-header" } as const;
/** Expected result of a file in which no row is a product. */
const NOTHING = { state: "failed", slug: "nothing-imported" } as const;
const NO_SKU = { state: "failed", slug: "no-sku-column", preview: "no-sku-column" } as const;

const xlsTexts = (row: number, ...cells: string[]): Buffer[] =>
  cells.map((text, column) => xlsCell.text(row, column, text));
const oldWorkbook = (name: string, make: () => Buffer, slug: string, preview = slug): HostileFile => ({
  name: `${name}.xls`,
  make,
  state: "failed",
  slug,
  preview,
});

/** Old workbooks (.xls). */
const OLD_WORKBOOKS: readonly HostileFile[] = [
  {
    name: "four-billion-texts.xls",
    make: () =>
      makeXls({
        sheets: { S: [...xlsTexts(0, "sku", "name"), xlsCell.shared(1, 0, 0), xlsCell.shared(1, 1, 0)] },
        strings: sharedTexts(["a"], 8224, 0xffffffff),
      }),
    state: "done",
  },
  oldWorkbook(
    "repeated-text",
    () =>
      makeXls({
        sheets: {
          S: [...xlsTexts(0, "sku", "name"), ...Array.from({ length: 60_000 }, (_, i) => xlsCell.shared(i + 1, 0, 0))],
        },
        strings: sharedTexts(["a".repeat(32_000)]),
      }),
    "unpacks-too-large",
    // The preview ends before the limit is reached.
    "rows",
  ),
  oldWorkbook(
    "parts-in-parts",
    () => makeXls({ sheets: { S: Array.from({ length: 90_000 }, () => xlsBof(0x10)) } }),
    "broken-workbook",
    // Too large for a preview.
    "rows",
  ),
  oldWorkbook(
    "circle-of-sectors",
    () => {
      const bytes = makeXls({
        sheets: { S: Array.from({ length: 20_000 }, (_, i) => xlsCell.text(i, 0, `S-${i}`)) },
      });
      bytes.writeUInt32LE(0, (bytes.readUInt32LE(76) + 1) * 512 + 40);
      return bytes;
    },
    "broken-workbook",
  ),
  oldWorkbook(
    "thousand-sheets-in-one-place",
    () =>
      makeXls({
        sheets: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`S${i}`, []])),
        offsets: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`S${i}`, 24])),
      }),
    "broken-workbook",
  ),
];

export const HOSTILE_FILES: readonly HostileFile[] = [
  ...OLD_WORKBOOKS,
  csv("delimiter-is-quote", () => `sep="\n${'"'.repeat(127 * 1024 + 1)}`, BAD_HEADER),
  csv("delimiter-is-escape", () => `sep=\\\n${'\\"'.repeat(127 * 512)}`, NO_SKU),
  csv("delimiter-is-quote-1m", () => `sep="\n${'"'.repeat((1 << 20) - 99)}`, BAD_HEADER),
  csv(
    "long-column-names",
    () => {
      const rows = many(20, (k) => `s${k}${",v".repeat(1991)}\n`);
      return `sku,name${many(1990, (i) => `,c${String(i).padStart(5, "0")}${"y".repeat(180)}`)}\n${rows}`;
    },
    { state: "done" },
  ),
  csv(
    "short-rows-of-a-wide-table",
    () => `sku,name${many(1990, (i) => `,c${i}`)}\n${many(14_000, (k) => `s${k},n\n`)}`,
    {
      state: "done",
    },
  ),
  csv("blank-rows", () => `sku,name,a\n${",\n".repeat(1 << 20)}`, NOTHING),
  csv("only-rejects", () => `sku,name,a\n${",x\n".repeat(1 << 20)}`, {
    state: "failed",
    slug: "nearly-all-rejected",
    preview: "nearly-all-rejected",
  }),
  csv("terminal-escapes", () => "a\x1b]0;PWNED\x07\x1b[31mX,b\n1,2\n", { ...NO_SKU, state: "held" }),
  workbook("empty-texts", () => ({ ...sheet(""), strings: "<si/>".repeat(ELEMENTS) }), "broken-workbook"),
  workbook("empty-runs", () => ({ ...sheet(""), strings: `<si>${"<r/>".repeat(ELEMENTS)}</si>` }), "broken-workbook"),
  workbook("empty-cells", () => sheet(`<row>${"<c/>".repeat(ELEMENTS)}<c><v>1</v></c></row>`), "broken-workbook"),
  workbook("empty-rows", () => sheet("<row/>".repeat(1_100_000)), "broken-workbook"),
  workbook("styles", () => ({ ...sheet(""), styles: { cells: "<xf/>".repeat(ELEMENTS) } }), "broken-workbook"),
  workbook("attributes", () => sheet(`<row ${many(100_000, (i) => `a${i}="" `)}/>`), "broken-workbook"),
  workbook("sheets-of-one-part", sheetsOfOnePart, "broken-workbook"),
  workbook(
    "long-text-in-each-cell",
    () => ({ ...sheet(many(2000, () => `<row>${'<c t="s"><v>0</v></c>'.repeat(36)}</row>`)), strings: LONG_TEXT }),
    "broken-workbook",
  ),
  workbook(
    "long-text-in-each-row",
    () => ({
      ...sheet(many(72_000, (i) => `<row><c><v>${i}</v></c><c t="s"><v>0</v></c></row>`)),
      strings: LONG_TEXT,
    }),
    "unpacks-too-large",
    "rows",
  ),
  {
    name: "last-column.xlsx",
    make: () => makeWorkbook(sheet(many(4000, (i) => `<row r="${i + 2}"><c r="XFD${i + 2}"><v>1</v></c></row>`))),
    ...NOTHING,
  },
];
