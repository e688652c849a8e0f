import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCells, readCellsAt } from "../../../../tests/support/read-cells.ts";
import { readHead } from "../read-head.ts";
import { MAX_RECORD_BYTES } from "../split-records.ts";
import { createTableParser } from "./parse-tables.ts";

const sample = (name: string): string => join(import.meta.dirname, "samples", name);

const page = (table: string, head = ""): string => `<html><head>${head}</head><body>${table}</body></html>`;
const HEADER = "<tr><th>SKU</th><th>Name</th></tr>";

describe("samples", () => {
  test("a web page named .xls", async () => {
    const { dialect, header, cells } = await readCellsAt(sample("b37-html.xls"));
    expect(dialect).toMatchObject({ format: "html", encoding: "utf-8", header: true });
    expect(header).toEqual(["sku", "name", "price"]);
    expect(cells).toEqual([["b37-1", "Lamp", "3"]]);
  });

  test("a table with a title, entities, line breaks and an encoding in its meta tag", async () => {
    const { dialect, header, cells, lines } = await readCellsAt(sample("xls-as-html-table.xls"));
    expect(dialect.encoding).toBe("windows-1252");
    expect(header).toEqual(["Código", "Descripción", "Precio", "Existencias", "Observaciones"]);
    expect(cells).toHaveLength(26);
    expect(cells.slice(0, 2)).toEqual([
      ["0000", "Transplantoir Ostrel 1", "181,61 €", "161", "vert mousse & más\n2ª línea"],
      ["0001", "Tasse émaillée Zuvora 2", "184,47 €", "364", ""],
    ]);
    expect(lines.slice(0, 2)).toEqual([3, 4]);
  });

  test("are previewed", async () => {
    const bytes = readFileSync(sample("xls-as-html-table.xls"));
    expect((await readHead(bytes, true, {}))?.records.count).toBe(26);
    expect((await readHead(bytes.subarray(0, 2000), false, {}))?.records.count).toBeGreaterThan(5);
  });
});

describe("a cell", () => {
  test.each<[string, string]>([
    ["<b>bold</b> and <a href='x'>link</a>", "bold and link"],
    ["a&amp;b &lt;i&gt; &#8364; &euro; &eacute;", "a&b <i> € € é"],
    ["  white\n   space ", "white space"],
    ["a&nbsp;&nbsp;b", "a b"],
    ["a<br>b<br/>c", "a\nb\nc"],
    ["<p>a</p><p>b</p>", "a\nb"],
    ["<ul><li>a<li>b</ul>", "a\nb"],
    ["<script>x()</script>a<style>b{}</style>", "a"],
    ['say "hello", it\'s', 'say "hello", it\'s'],
    ["0017", "0017"],
    ["<!-- no -->a", "a"],
    ["a<table><tr><td>inner</td></tr></table>b", "ab"],
  ])("%s is %j", async (markup, text) => {
    const { cells } = await readCells(page(`<table>${HEADER}<tr><td>A<td>${markup}</table>`));
    expect(cells).toEqual([["A", text]]);
  });
});

describe("a table", () => {
  test("need not have end tags", async () => {
    const { cells } = await readCells("<table><tr><td>sku<td>name<tr><td>A<td>One<tr><td>B<td>Two");
    expect(cells).toEqual([
      ["A", "One"],
      ["B", "Two"],
    ]);
  });

  test("is the one whose header names the SKU, with further tables of the same header", async () => {
    const rows = (sku: string): string => `<table>${HEADER}<tr><td>${sku}</td><td>n</td></tr></table>`;
    const menu = `<table>${"<tr><td>menu</td><td>x</td><td>y</td></tr>".repeat(20)}</table>`;
    const { cells } = await readCells(page(`${menu}${rows("A")}${menu}${rows("B")}`));
    expect(cells).toEqual([
      ["A", "n"],
      ["B", "n"],
    ]);
  });

  test("may be nested in a table of the layout", async () => {
    const inner = `<table>${HEADER}<tr><td>A</td><td>One</td></tr></table>`;
    const { cells } = await readCells(page(`<table><tr><td>left</td><td>${inner}</td></tr></table>`));
    expect(cells).toEqual([["A", "One"]]);
  });

  test("has cells across columns and rows", async () => {
    const rows = "<tr><td rowspan=2>A</td><td>One</td></tr><tr><td>Two</td></tr><tr><td colspan=2>B</td></tr>";
    const { cells } = await readCells(
      page(`<table><tr><th colspan=9>Catalogue 2026</th></tr>${HEADER}${rows}</table>`),
    );
    expect(cells).toEqual([
      ["A", "One"],
      ["A", "Two"],
      ["B", ""],
    ]);
  });

  test.each<[string, Buffer, string]>([
    [
      "a meta tag",
      Buffer.from(
        page(`<table>${HEADER}<tr><td>A<td>\xaf\xf3\xb3ty</table>`, '<meta charset="windows-1250">'),
        "latin1",
      ),
      "Żółty",
    ],
    [
      "UTF-8 in spite of its meta tag",
      Buffer.from(page(`<table>${HEADER}<tr><td>A<td>Größe für Türen</table>`, "<meta charset=iso-8859-1>")),
      "Größe für Türen",
    ],
    ["UTF-16", Buffer.from(`\ufeff${page(`<table>${HEADER}<tr><td>A<td>Größe</table>`)}`, "utf16le"), "Größe"],
    [
      "its letters",
      Buffer.from(page(`<table>${HEADER}<tr><td>A<td>Schl\x81ssel f\x81r K\x81che</table>`), "latin1"),
      "Schlüssel für Küche",
    ],
  ])("shows its encoding by %s", async (_, bytes, name) => {
    expect((await readCells(bytes)).cells).toEqual([["A", name]]);
  });
});

describe("refused:", () => {
  test.each<[string, string, string]>([
    ["no table", page("<p>Please log in</p>"), "unsupported-file"],
    ["elements nested too deeply", `<table>${"<div>".repeat(5000)}`, "broken-file"],
    ["a tag without an end", `<table><tr><td title="${"x".repeat(5 << 20)}`, "broken-file"],
    [
      "a cell that is repeated in many rows",
      `<table>${HEADER}<tr><td rowspan=60000>${"x".repeat(100_000)}<td>n${"<tr><td>m".repeat(5000)}</table>`,
      "unpacks-too-large",
    ],
  ])("%s", async (_, text, slug) => {
    await expect(readCells(text)).rejects.toMatchObject({ slug });
  });
});

test.each(["", '<meta charset="utf-8">'])(
  "a page is UTF-8 if its only accented letter is at the end of a chunk of 64 kB%s",
  async (meta) => {
    const start = `${meta}<table>${HEADER}<tr><td>A<td>`;
    const name = `${"x".repeat(65_535 - start.length)}ü`;
    const { dialect, cells } = await readCells(`${start}${name}</table>`);
    expect(dialect.encoding).toBe("utf-8");
    expect(cells).toEqual([["A", name]]);
  },
);

test("block elements after a blank line of half a megabyte take linear time", async () => {
  const blanks = " <i></i>".repeat(400_000);
  const { cells } = await readCells(`<table>${HEADER}<tr><td>A<td>${blanks}${"<p></p>".repeat(50_000)}b</table>`);
  expect(cells).toEqual([["A", "b"]]);
});

test("cells that continue in further rows never lose their text silently", () => {
  const long = "x".repeat(600_000);
  const lengths: number[] = [];
  const parser = createTableParser(({ cells }) => lengths.push(cells.join("").length));
  parser.write(`<table><tr><td rowspan=3>${long}<td>a<tr><td rowspan=3>${long}<td>b<tr><td>c<tr><td>d</table>`);
  parser.write(`<table><tr><td rowspan=2>${long}<td rowspan=2>a<tr><td>b</table>`);
  parser.end();
  // The second and the third row of the first table have two long cells. A row of this length is rejected.
  expect(lengths.map((length) => length > MAX_RECORD_BYTES)).toEqual([false, true, true, true, false, false]);
  expect(lengths.slice(4)).toEqual([600_001, 600_002]);
});
