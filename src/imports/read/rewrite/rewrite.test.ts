import { expect, describe, test } from "vitest";
import { readCells } from "../../../../tests/support/read-cells.ts";
import { readHead } from "../read-head.ts";
import { createCurlyRewriter } from "./curly-quotes.ts";
import { createLineUnwrapper } from "./quoted-lines.ts";
import type { Rewriter } from "./rewriter.ts";

/** Rewrites the text in chunks of `size` bytes. */
function rewrite(text: string, { rewrite: next }: Rewriter, size: number): string {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(Buffer.from(next(bytes.subarray(at, at + size), false)));
  parts.push(Buffer.from(next(Buffer.alloc(0), true)));
  return Buffer.concat(parts).toString();
}

const wrapped = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? "" : `"${line.replaceAll('"', '""')}"`))
    .join("\n");

describe("quotes around each line are removed", () => {
  const table = 'sku,name,price\nA-1,"Lamp, big",3\n\nA-2,"6"" pipe",4\n';

  test("and the records and line numbers are those of the original table", async () => {
    const read = await readCells(wrapped(table));
    expect(read.dialect).toMatchObject({ format: "text", delimiter: ",", quote: '"', rewritten: "quoted_lines" });
    expect(read.header).toEqual(["sku", "name", "price"]);
    expect(read.cells).toEqual([
      ["A-1", "Lamp, big", "3"],
      ["A-2", '6" pipe', "4"],
    ]);
    expect(read.lines).toEqual([2, 4]);
    expect(read.faults).toEqual([]);
  });

  test.each([
    ["semicolons and CRLF", wrapped('Artikelnr;Bez.\nA;"x; y"\nB;z\n').replaceAll("\n", "\r\n")],
    ["without a line end at the end", wrapped('Artikelnr;Bez.\nA;"x; y"\nB;z')],
    ["fields that are all quoted", wrapped('"Artikelnr";"Bez."\n"A";"x; y"\n"B";"z"\n')],
    ["UTF-16", Buffer.from(`\ufeff${wrapped('Artikelnr;Bez.\nA;"x; y"\nB;z\n')}`, "utf16le")],
  ])("%s", async (_, text) => {
    const { header, cells, dialect } = await readCells(text);
    expect(dialect.rewritten).toBe("quoted_lines");
    expect([header, ...cells]).toEqual([
      ["Artikelnr", "Bez."],
      ["A", "x; y"],
      ["B", "z"],
    ]);
  });

  test("a line may contain a line end", async () => {
    const { cells, lines } = await readCells('"sku,name"\n"A,""Lamp\nbig"""\n"B,Desk"\n');
    expect(cells).toEqual([
      ["A", "Lamp\nbig"],
      ["B", "Desk"],
    ]);
    expect(lines).toEqual([2, 4]);
  });

  test("far below the head, a line that is not enclosed stays unmodified", async () => {
    const rows = Array.from({ length: 30_000 }, (_, row) => `"S-${row},""Lamp, big"""\n`).join("");
    const { cells, faults } = await readCells(`"sku,name"\n${rows}"X","Desk, ""small"""\nY,Chair\n"Z,Bed"\n`);
    expect(cells.slice(-4)).toEqual([
      ["S-29999", "Lamp, big"],
      ["X", 'Desk, "small"'],
      ["Y", "Chair"],
      ["Z", "Bed"],
    ]);
    expect(faults).toEqual([]);
  });

  test("the size of the chunks does not matter", () => {
    const text = `${wrapped(table)}"X","Desk"\n"open,1\n"B,""b"",2"\nplain\n"C,3"`;
    const whole = rewrite(text, createLineUnwrapper(), text.length);
    expect(whole).toBe(`${table}"X","Desk"\n"open,1\nB,"b",2\nplain\nC,3`);
    for (const size of [1, 2, 3, 7, 64]) expect(rewrite(text, createLineUnwrapper(), size)).toBe(whole);
  });

  test("an unclosed line of many megabytes stays unmodified", () => {
    const text = `"sku,name\n${"x".repeat(3_000_000)}\n"A,B"\n`;
    expect(rewrite(text, createLineUnwrapper(), 262_144)).toBe(`"sku,name\n${"x".repeat(3_000_000)}\nA,B\n`);
  });
});

describe("typographic quotes around fields are replaced", () => {
  test.each([
    ["English", "“sku”,“name”,“note”\n“A”,“Lamp, big”,“x”\n“B”,“Desk”,“y”\n"],
    [
      "opened by a closing quote, as word processors write after a comma",
      "“sku”,”name”,”note”\n“A”,”Lamp, big”,”x”\n“B”,”Desk”,”y”\n",
    ],
    ["German", "„sku“,„name“,„note“\n„A“,„Lamp, big“,„x“\n„B“,„Desk“,„y“\n"],
    ["French", "«sku»,«name»,«note»\r\n«A»,«Lamp, big»,«x»\r\n«B»,«Desk»,«y»"],
    ["inverted guillemets", "»sku«,»name«,»note«\n»A«,»Lamp, big«,»x«\n»B«,»Desk«,»y«\n"],
    ["only in the rows", "sku,name,note\n“A”,“Lamp, big”,“x”\n“B”,“Desk”,“y”\n"],
    ["spaces after delimiters", "“sku”, “name”, “note”\n“A”, “Lamp, big”, “x”\n“B”, “Desk”, “y”\n"],
    ["some fields without quotes", "“sku”,“name”,“note”\nA,“Lamp, big”,x\nB,“Desk”,y\n"],
    ["some straight quotes", '“sku”,“name”,“note”\n“A”,"Lamp, big",“x”\n“B”,“Desk”,"y"\n'],
    ["a byte order mark", "\ufeff“sku”,“name”,“note”\n“A”,“Lamp, big”,“x”\n“B”,“Desk”,“y”\n"],
  ])("%s", async (_, text) => {
    const { dialect, header, cells, faults } = await readCells(text);
    expect(dialect).toMatchObject({ rewritten: "curly_quotes", quote: '"', delimiter: "," });
    expect([header, ...cells]).toEqual([
      ["sku", "name", "note"],
      ["A", "Lamp, big", "x"],
      ["B", "Desk", "y"],
    ]);
    expect(faults).toEqual([]);
  });

  test("in windows-1252", async () => {
    const text =
      "\x93sku\x94;\x93name\x94\n\x93A\x94;\x93Lampe f\xfcr die K\xfcche; gro\xdf\x94\n\x93B\x94;\x93T\xfcr\x94\n";
    const { cells } = await readCells(Buffer.from(text, "latin1"), { encoding: "windows-1252" });
    expect(cells).toEqual([
      ["A", "Lampe für die Küche; groß"],
      ["B", "Tür"],
    ]);
  });

  test.each([
    ["“Lamp ““big”” x”", 'Lamp "big" x'],
    ["“””big”” lamp”", '"big" lamp'],
    ["“The “big” lamp”", "The “big” lamp"],
    ["“Hose 5””", "Hose 5”"],
    ['“Hose 5"”', 'Hose 5"'],
    ["“”", ""],
    ["5” hose", "5” hose"],
    ["“two\nlines”", "two\nlines"],
  ])("%s is read as %j", async (field, expected) => {
    const { cells, lines } = await readCells(`“sku”,“name”\n“A”,${field}\n“B”,“Desk”\n`);
    expect(cells).toEqual([
      ["A", expected],
      ["B", "Desk"],
    ]);
    expect(lines[1]).toBe(field.includes("\n") ? 4 : 3);
  });

  test("the size of the chunks does not matter", () => {
    const text = '“sku”, “name” ,x\n“A”,“Lamp ““big”” 5””,"a ""b"", “c”"\n,“””””,   “é”\n“B';
    const whole = rewrite(text, createCurlyRewriter(","), 1000);
    for (const size of [1, 2, 3, 4, 5]) expect(rewrite(text, createCurlyRewriter(","), size)).toBe(whole);
  });

  test("a million quotes in a row cost no more than their own length", () => {
    const text = `“sku”,“name”\n“A”,“${"”".repeat(1_000_000)}\n`;
    expect(rewrite(text, createCurlyRewriter(","), 262_144)).toHaveLength(
      '"sku","name"\n"A",""\n'.length + 999_999 + 0,
    );
  });
});

describe("a file is not rewritten", () => {
  test.each([
    ["with quoted fields", '"sku","name"\n"A","Lamp, big"\n"B","Desk"\n'],
    ["of one quoted column", '"sku"\n"A, 1"\n"B, 2"\n'],
    ["of one quoted column of texts", '"sku, as printed"\n"A"\n"B, or C, or D"\n"E"\n"F"\n'],
    ["if only some lines are quoted", 'sku,name\n"A,""Lamp, big"""\nB,Desk\n'],
    ["if only its first lines are quoted", '"sku,name"\n"A,Lamp"\nB,Desk\n'],
    ["if typographic quotes are part of the text", "sku,name\nA,“Best” lamp\nB,“Good” desk\n"],
    ["if typographic quotes enclose values below a plain header", "sku,name\nA,“Lamp”\nB,“Desk”\n"],
    ["if a typographic quote is an inch", "sku,name\nA,5” hose\nB,6” hose\n"],
    ["if one name of its header is a quotation", "“sku” of the shop,name\nA,Lamp\nB,Desk\n"],
    ["if it has one column in typographic quotes", "“sku”\n“A”\n“B”\n"],
  ])("%s", async (_, text) => {
    expect((await readCells(text)).dialect.rewritten).toBeUndefined();
  });

  test("if the sender gives another quote character or none", async () => {
    const { dialect, cells } = await readCells("“sku”,“name”\n“A”,“Lamp”\n", { quote: "" });
    expect(dialect.rewritten).toBeUndefined();
    expect(cells).toEqual([["“A”", "“Lamp”"]]);
    expect((await readCells('"sku,name"\n"A,B"\n', { quote: "'" })).dialect.rewritten).toBeUndefined();
  });
});

test("a given delimiter with a space is the delimiter of the rewritten text without it; another one is refused", async () => {
  const text = "“sku”, “name”\n“A”, “Lamp, big”\n";
  expect((await readCells(text, { delimiter: ", " })).cells).toEqual([["A", "Lamp, big"]]);
  await expect(readCells(text, { delimiter: ";" })).rejects.toMatchObject({ slug: "unsupported-file" });
});

test("a header in typographic quotes above rows without them is refused", async () => {
  await expect(readCells("“sku”,“name”\nA,“Best” lamp\nB,Desk\nC,Chair\nD,5” hose\n")).rejects.toMatchObject({
    slug: "unsupported-file",
    message: expect.stringContaining("typographic quotes") as string,
  });
});

test.each([
  ["quoted_lines", `"sku,name"\n${'"A,""Lamp, big"""\n'.repeat(30_000)}`],
  ["curly_quotes", `“sku”,“name”\n${"“A”,“Lamp, big”\n".repeat(30_000)}`],
])("a preview of the first bytes of a large file is rewritten as well: %s", async (rewritten, text) => {
  const head = await readHead(Buffer.from(text).subarray(0, 100_000), false, {});
  expect(head?.dialect.rewritten).toBe(rewritten);
  expect(head?.table.header).toEqual(["sku", "name"]);
  expect(head?.table.rows.every((row) => row[1] === "Lamp, big")).toBe(true);
  expect(head?.records.count).toBeGreaterThan(1000);
});

test.each([
  ["blanks", "“A”,“B”\n“C”,", " "],
  ["typographic quotes", "“A”,“B”\n“C”,“", "”"],
])("millions of %s are written while they are read", (_, start, repeated) => {
  const rewriter = createCurlyRewriter(",");
  rewriter.rewrite(Buffer.from(start), false);
  const chunk = Buffer.from(repeated.repeat(100_000));
  let written = 0;
  for (let i = 0; i < 40; i++) written += rewriter.rewrite(chunk, false).length;
  expect(written).toBeGreaterThan(2_000_000);
  expect(rewriter.rewrite(Buffer.from("\n"), true).length).toBeLessThan(2_000_000);
});
