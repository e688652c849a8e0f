// Tests that unusual but valid feeds are read as their owners intended.
import { expect, test } from "vitest";
import { readCells } from "../../../../tests/support/read-cells.ts";

test.each<[string, string, string[], string[][]]>([
  [
    "prefixes of namespaces on elements and attributes",
    '<x:feed xmlns:x="urn:x" xmlns:g="urn:g"><x:item g:id="9"><g:sku>A</g:sku></x:item><x:item g:id="8"><g:sku>B</g:sku></x:item></x:feed>',
    ["@id", "sku"],
    [
      ["9", "A"],
      ["8", "B"],
    ],
  ],
  [
    "texts with elements of HTML, and with sections",
    "<a><p><sku>A</sku><d>one <b>two</b><br/>three</d></p><p><sku>B</sku><d>x<![CDATA[ <y> ]]>z</d></p></a>",
    ["sku", "d"],
    [
      ["A", "one <b>two</b><br/>three"],
      ["B", "x <y> z"],
    ],
  ],
  [
    "attributes only, with references and quotes",
    `<a><p sku="A" price='1 "x"'/><p sku="B" price="&lt;2&#10;3"/></a>`,
    ["@sku", "@price"],
    [
      ["A", '1 "x"'],
      ["B", "<2\n3"],
    ],
  ],
  [
    "elements without a value that are marked for validating programs",
    '<a xmlns:xsi="urn:xsi" xsi:schemaLocation="a b"><p xsi:nil="true"/><p><sku>A</sku><t xsi:nil="true"/></p><p><sku>B</sku><t>x</t></p></a>',
    ["sku", "t"],
    [
      ["A", ""],
      ["B", "x"],
    ],
  ],
  [
    "entities of HTML that the file does not declare",
    "<a><p><sku>A</sku><n>L&uuml;ster&nbsp;3&sup2; &nothing; &amp;uuml; R&D;</n></p><p><sku>B</sku><n>&euro;</n></p></a>",
    ["sku", "n"],
    [
      ["A", "Lüster\u00a03² &nothing; &uuml; R&D;"],
      ["B", "€"],
    ],
  ],
  [
    "long numbers, exponents and repeated members",
    '[{"sku":12345678901234567890,"p":1.10},{"sku":"B","p":1e3,"p":0.1e-7}]',
    ["sku", "p"],
    [
      ["12345678901234567890", "1.10"],
      ["B", "0.1e-7"],
    ],
  ],
  [
    "blank lines in JSON Lines",
    '\ufeff\r\n{"sku":"A","n":1}\r\n\r\n  \r\n{"sku":"B","n":2}\r\n\r\n',
    ["sku", "n"],
    [
      ["A", "1"],
      ["B", "2"],
    ],
  ],
  [
    "values of different types",
    '[{"sku":"A","v":"x"},{"sku":"B","v":{"k":1}},{"sku":"C","v":[1,{"k":2},[3]]}]',
    ["sku", "v[]", "v/k"],
    [
      ["A", "x", ""],
      ["B", "", "1"],
      ["C", '["1","3"]', "2"],
    ],
  ],
])("%s", async (_, text, header, rows) => {
  const read = await readCells(text);
  expect(read.header).toEqual(header);
  expect(read.cells).toEqual(rows);
  expect(read.faults).toEqual([]);
});

test.each([
  [
    "utf-16be",
    Buffer.from(
      '<?xml version="1.0" encoding="UTF-16"?><a><p><sku>Ä</sku></p><p><sku>漢</sku></p></a>',
      "utf16le",
    ).swap16(),
  ],
  ["utf-16le", Buffer.from('\ufeff[{"sku":"Ä"},{"sku":"漢"}]', "utf16le")],
] as const)("files in %s", async (encoding, bytes) => {
  const { dialect, cells } = await readCells(bytes);
  expect(dialect.encoding).toBe(encoding);
  expect(cells).toEqual([["Ä"], ["漢"]]);
});
