import { describe, expect, test } from "vitest";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { detectDialect } from "./detect-dialect.ts";

const german = `Artikelnummer;Bezeichnung;Preis\r\n${Array.from({ length: 30 }, (_, i) => `A-${String(i)};Schräube M${String(i)}, verzinkt;${String(i)},50\r\n`).join("")}`;

const detect = (head: string | Buffer, overrides: DialectOverrides = {}): Dialect =>
  detectDialect(Buffer.from(head), true, overrides);

describe("a dialect is detected from", () => {
  test.each<[string, string | Buffer, Partial<Dialect>]>([
    [
      "nothing",
      "",
      { encoding: "utf-8", delimiter: ",", quote: '"', escape: '"', line_ending: "lf", header: true, preamble: 0 },
    ],
    ["blank lines only", "\n\n", { delimiter: ",", preamble: 0 }],
    ["one column", "sku\nA\nB\n", { delimiter: ",", header: true }],
    ["decimal commas", german, { delimiter: ";", line_ending: "crlf" }],
    ["decimal commas without a header", "A-1;12,50\nA-2;13,50\n", { delimiter: ";", header: false }],
    ["tab", "sku\tname\n1\ta, b\n2\tc, d\n", { delimiter: "\t" }],
    ["pipe", "sku|name|x\n1|a|b\n", { delimiter: "|" }],
    ["two pipes", "sku||name||x\n1||a||b\n", { delimiter: "||" }],
    ["comma and blank", 'sku, name, price\nA, "b, c", 3\nB, x, 4\n', { delimiter: ", " }],
    ["a blank in one cell", "foo,bar,baz\n1, leading space,3", { delimiter: "," }],
    ["semicolons in the text", "code,label\nA,x;y;z\nB,a;b;c\nC,d;e;f\n", { delimiter: "," }],
    ["times and addresses", "at,where\n10:30:00,http://a.example\n11:30:00,http://b.example\n", { delimiter: "," }],
    [
      "HTML in cells",
      'sku,name,body\nA,b,"<p class=""x"">a, b; c; d</p>\nfoo; bar"\nB,c,"x; y, z"\n',
      { delimiter: ",", escape: '"' },
    ],
    ["Excel's declaration", "sep=;\nsku;name\nA;b,c\n", { delimiter: ";", preamble: 1, header: true }],
    ["a declared quote", 'sep="\nsku,name\nA,b\n', { delimiter: ",", quote: '"', preamble: 1 }],
    ["a declared backslash", "sep=\\\nsku;name\nA;b\n", { delimiter: ";", preamble: 1 }],
    ["a declared NUL", `sep=\0\nsku;name\n${"A;b\n".repeat(9)}`, { delimiter: ";", preamble: 1 }],
    ["a declared apostrophe", "sep='\nsku'name\nA'b\n", { delimiter: "'", quote: '"', preamble: 1 }],
    ["backslash", 'sku,name\nA,"5\\" hose, long"\nB,"x"\n', { escape: "\\" }],
    ["apostrophes that quote", "sku,name\nA,'b, c'\nB,'d'\n", { quote: "'" }],
    ["apostrophes that do not", "sku,name\nA,'n Sync\nB,rock 'n' roll\n", { quote: '"' }],
    ["CR", "sku,name\rA,b\rC,d\r", { line_ending: "cr" }],
    ["LF and a few CRLF", "sku,name\nA,b\r\nC,d\nE,f\n", { line_ending: "lf" }],
    ["CR, LF and CRLF", "sku,name\rA,b\nC,d\r\nE,f\r", { line_ending: "mixed" }],
    ["no header", "1001,Chair,12.50\n1002,Table,99.00\n1003,Lamp,5\n", { header: false, preamble: 0 }],
    ["a header with numbers and a known name", "sku,2023,2024\nA,1,2\nB,3,4\n", { header: true }],
    ["text only", "A-1,Chair,nice\nA-2,Table,big\n", { header: true }],
    [
      "a title above the header",
      "Price list 2024\nValid from 1.1.\n\nsku,name,price\nA,Chair,3\n",
      { preamble: 3, header: true },
    ],
    [
      "a title in cells",
      "ACME GmbH;;;\n;;;\nNr;Text;Preis;EAN\n1;Stuhl;3,5;40\n2;Tisch;5,5;41\n",
      { preamble: 2, header: true },
    ],
    ["codes in the first row", "Bag;BAG-001-X;Small\nBag;BAG-002-X;Large\nCup;CUP-01;Tea\n", { header: false }],
    [
      "names of a program above the header",
      "Column1;Column2\nProfile;Net (m)\nR-1;3,50\n",
      { preamble: 1, header: true },
    ],
    ["letters above the header", "A,B,C\nModel,Width,Fabric\nM-1,20,oak\n", { preamble: 1, header: true }],
    ["names of a program without others", "Column1,Column2\nR-1,3.50\n", { preamble: 0, header: true }],
    ["a number above rows without a header", "7\na1;Rice;0.5\nb2;Bread;0.7\n", { preamble: 1, header: false }],
    ["the header twice", "sku,name\nsku,name\nA,b\n", { preamble: 1, header: true }],
    ["a sparse first record that is not a title", "5,,,\n6,a,b,c\n7,a,b,c\n", { preamble: 0 }],
  ])("%s", (_, head, expected) => {
    expect(detect(head)).toMatchObject(expected);
  });
});

describe("encoding", () => {
  const utf16le = Buffer.from(german, "utf16le");
  const mark = Buffer.from("\ufeff", "utf16le");
  test.each<[string, Buffer, Dialect["encoding"]]>([
    ["UTF-8", Buffer.from(german), "utf-8"],
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${german}`), "utf-8"],
    [
      "UTF-8 with a bad byte among good letters",
      Buffer.concat([Buffer.from("sku,name\nA,é\nB,ü\nC,"), Buffer.from([0xff, 10])]),
      "utf-8",
    ],
    ["UTF-16 LE with a byte order mark", Buffer.concat([mark, utf16le]), "utf-16le"],
    ["UTF-16 LE without one", utf16le, "utf-16le"],
    ["UTF-16 BE with a byte order mark", Buffer.concat([mark, utf16le]).swap16(), "utf-16be"],
    ["UTF-16 BE without one", Buffer.from(german, "utf16le").swap16(), "utf-16be"],
    ["UTF-16 LE in Japanese", Buffer.from("商品コード,商品名\r\n1,椅子\r\n2,机と椅子の組\r\n", "utf16le"), "utf-16le"],
    ["windows-1252", Buffer.from(german, "latin1"), "windows-1252"],
    ["UTF-8 with NUL bytes in it", Buffer.from("sku,name\nA,b\0c\nB,d\n"), "utf-8"],
  ])("%s", (_, head, encoding) => {
    expect(detect(head).encoding).toBe(encoding);
  });

  test("a character cut at the end of the head is not a fault", () => {
    const head = Buffer.from("sku,name\nA,日本").subarray(0, -1);
    expect(detectDialect(head, false, {}).encoding).toBe("utf-8");
    expect(detectDialect(head, true, {}).encoding).toBe("windows-1252");
  });
});

test("given properties are kept, and the other properties are detected to fit the given ones", () => {
  expect(detect(german, { delimiter: "," })).toMatchObject({ delimiter: ",", quote: '"' });
  expect(detect("a;b,c\n1;2,3\n", { header: false, quote: "" })).toMatchObject({
    header: false,
    quote: "",
    escape: "",
  });
  expect(detect("title,x\nsku,name\nA,b\n", { preamble: 1 })).toMatchObject({ preamble: 1, header: true });
  expect(detect("title\n\nsku,name\nA,b\n", { preamble: 0 })).toMatchObject({ preamble: 0 });
  expect(detect("sku,name\nA,b\n", { escape: "\\", encoding: "windows-1252" })).toMatchObject({
    escape: "\\",
    encoding: "windows-1252",
  });
});

describe("the backslash escapes", () => {
  test.each<[string, string, boolean | undefined]>([
    ["only quotes if a path has single backslashes", 'sku,name\nA,"5\\" hose"\nB,"\\\\server\\share\\a.jpg"\n', false],
    ["itself too if backslashes are doubled", 'sku,name\nA,"5\\" hose"\nB,"C:\\\\share\\\\a.jpg"\n', undefined],
    ["itself too if the file shows nothing else", 'sku,name\nA,"5\\" hose"\nB,"x\\\\"\n', undefined],
  ])("%s", (_, text, expected) => {
    const dialect = detect(text);
    expect(dialect.escape).toBe("\\");
    expect(dialect.escapes_itself).toBe(expected);
  });
});
