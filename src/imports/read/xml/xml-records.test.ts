// The records of XML: texts with elements of HTML in them, and sections of CDATA.
import { expect, test } from "vitest";
import { eachValue, nameFrom } from "../tree/nodes.ts";
import { createXmlRecords } from "./xml-records.ts";

/** The values of the records `p`, by their paths. */
function valuesOf(document: string, size = document.length): Record<string, string>[] {
  const records: Record<string, string>[] = [];
  const reader = createXmlRecords(["p"], ({ node }) => {
    const values: Record<string, string> = {};
    eachValue(node, (path, text) => (values[nameFrom(node.path, path)] = text));
    records.push(values);
  });
  for (let at = 0; at < document.length; at += size) reader.write(document.slice(at, at + size));
  reader.end();
  return records;
}
const valuesIn = (content: string): Record<string, string> | undefined => valuesOf(`<x><p>${content}</p></x>`)[0];

test.each([
  ["<d>Great<br/>lamp, <b>very</b> good</d>", { d: "Great<br/>lamp, <b>very</b> good" }],
  ["<d>\n  A <b> big </b>&amp; <i>red &lt; blue</i>\n</d>", { d: "A <b> big </b>&amp; <i>red &lt; blue</i>" }],
  [
    `<d>Text<ul><li>one <a href="/?a=1&amp;b='2'">two</a></li><li/></ul></d>`,
    { d: `Text<ul><li>one <a href="/?a=1&amp;b='2'">two</a></li><li></li></ul>` },
  ],
  ["<d id='1'><![CDATA[1 < 2]]><BR/>x</d>", { "d/@id": "1", d: "1 &lt; 2<BR/>x" }],
])("a text with elements of HTML keeps their tags: %s", (content, values) => {
  expect(valuesIn(content)).toEqual(values);
});

test.each([
  ["<a> 1 </a><b>\n2\n</b>", { a: "1", b: "2" }],
  ["<d><b> x </b>\n</d>", { "d/b": "x" }],
  ["<price>5<currency>EUR</currency></price>", { price: "5", "price/currency": "EUR" }],
  ["<d>x <b>y <unit>z</unit></b></d>", { d: "x", "d/b": "y", "d/b/unit": "z" }],
  ["<d>x &lt; y</d>", { d: "x < y" }],
])("elements that are values of their own remain such: %s", (content, values) => {
  expect(valuesIn(content)).toEqual(values);
});

test("the values do not depend on how the file is divided", () => {
  const text = `<x><p><d>A<br/> <![CDATA[ B\r\n ]]> C <b> d</b></d><e>\n <![CDATA[ x ]]>\n</e></p></x>`;
  for (let size = 1; size < text.length; size++) expect(valuesOf(text, size)).toEqual(valuesOf(text));
  expect(valuesOf(text)).toEqual([{ d: "A<br/>  B\n  C <b> d</b>", e: "x" }]);
});

test("a text of hundreds of thousands of sections is read in one pass", () => {
  const count = 1_500_000;
  expect(valuesIn(`<d> ${"<![CDATA[x]]>".repeat(count)}</d>`)?.["d"]).toHaveLength(count);
});
