// Tests the conversion of XML and JSON files to tables: which values become records, which paths become columns, and the line of each
// record in the file.
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readCells } from "../../../../tests/support/read-cells.ts";
import { readHead } from "../read-head.ts";
import type { TreeRequest } from "../../../../contract/imports/options.ts";

const request = (given: Partial<TreeRequest>): { tree: TreeRequest } => ({
  tree: { paths: [], objects: [], keeps: true, ...given },
});

const SHOP = `<?xml version="1.0"?>
<shop>
  <item sku="1"><name>Lamp</name>
    <size><w>1.50</w></size><tag>a</tag><tag>b</tag></item>

  <item sku="2"><name>  Desk </name><tag>[c]</tag><price/></item>
</shop>`;

describe("XML", () => {
  test("elements, attributes and nested elements become columns, and repeated ones lists; a record has the line of its tag", async () => {
    const { dialect, header, cells, lines, faults } = await readCells(SHOP);
    expect(dialect).toMatchObject({ format: "xml", encoding: "utf-8", tree: { record: "shop/item", root: "shop" } });
    expect(header).toEqual(["@sku", "name", "size/w", "tag[]", "price"]);
    expect(cells).toEqual([
      ["1", "Lamp", "1.50", '["a","b"]', ""],
      ["2", "Desk", "", '"[c]"', ""],
    ]);
    expect(lines).toEqual([3, 6]);
    expect(faults).toEqual([]);
  });

  test("several records on one line continue the numbers of the records before them", async () => {
    const { lines } = await readCells("<a>\n\n<b><c>1</c></b><b><c>2</c></b>\n<b><c>3</c></b></a>");
    expect(lines).toEqual([3, 4, 5]);
  });

  test("the namespace, the prefix and the document type do not matter", async () => {
    const text = `<!DOCTYPE f:feed [<!ENTITY x "y">]><f:feed xmlns:f="urn:f" xmlns="urn:d"><f:row><sku>A</sku><n xml:lang="de">&x;</n></f:row><f:row/></f:feed>`;
    const { dialect, header, cells } = await readCells(text);
    expect(dialect.tree).toMatchObject({ record: "feed/row", root: "feed", namespaces: ["urn:f", "urn:d"] });
    expect(header).toEqual(["sku", "n/@lang", "n"]);
    expect(cells).toEqual([["A", "de", "&x;"]]);
  });

  test.each([
    [
      "windows-1251",
      Buffer.from('<?xml version="1.0" encoding="windows-1251"?><a><b><c>\xc4</c></b><b><c>\xe4</c></b></a>', "latin1"),
      "Д",
    ],
    ["utf-8", Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a><b><c>Ä Ö</c></b><b><c>ä</c></b></a>'), "Ä Ö"],
    [
      "utf-16le",
      Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a><b><c>Ä</c></b><b><c>ä</c></b></a>', "utf16le"),
      "Ä",
    ],
  ])("the encoding is that of the bytes, otherwise the declared one: %s", async (encoding, bytes, text) => {
    const { dialect, cells } = await readCells(bytes);
    expect(dialect.encoding).toBe(encoding);
    expect(cells[0]).toEqual([text]);
  });

  test("bytes that are not text reject their record only", async () => {
    const bytes = Buffer.from(
      "<a><b><c>caf\xe9</c></b><b><c>x</c></b><b><c>&#0;</c></b><b><c>\u00e9</c><c>é</c></b></a>",
      "latin1",
    );
    const text = Buffer.concat([Buffer.from("<a><b><c>é é é é</c></b>"), bytes.subarray(3)]);
    const { faults, cells } = await readCells(text);
    expect(cells).toHaveLength(5);
    expect(faults.filter((code) => code === "not_text")).toHaveLength(3);
  });

  test("a character that XML does not allow rejects its record only; in the name of an element, it is a fault of the file", async () => {
    const item = (name: string): string => `<i><sku>${name}</sku><n><![CDATA[${name}]]></n></i>`;
    for (const name of ["a\u0001", "&#x1;", "&#31;", "&#xFFFF;", "&#xD800;", "\uffff", "\0"]) {
      const { cells, faults } = await readCells(`<a>${item(name)}<b/><i sku="x${name}"/>${item("B")}<!--\u0001--></a>`);
      expect(faults).toEqual(["not_text", "not_text"]);
      expect(cells[0]?.[0]).toContain("\ufffd");
      expect(cells[2]).toEqual(["B", "B", ""]);
    }
    await expect(readCells(`<a><i><s\u0001>1</s\u0001></i></a>`)).rejects.toThrow("control character in its name");
  });

  test("the records are the repeated elements with most of the text, not their parts and not lists beside them", async () => {
    const categories = Array.from({ length: 30 }, (_, i) => `<cat id="${i}" parent="0">C${i}</cat>`).join("");
    const features = "<f><n>width</n><v>1</v></f><f><n>height</n><v>2</v></f><f><n>depth</n><v>3</v></f>".repeat(4);
    const products = Array.from(
      { length: 5 },
      (_, i) => `<p><no>${i}</no><text>${"long text ".repeat(20)}</text><fs>${features}</fs></p>`,
    );
    const { dialect } = await readCells(`<x><cats>${categories}</cats><ps>${products.join("")}</ps></x>`);
    expect(dialect.tree?.record).toBe("x/ps/p");
  });

  test("texts that look like JSON stay unmodified in a column without lists, and are JSON in a column with lists", async () => {
    const item = (values: string): string => `<i><sku>${values}</i>`;
    const text = [
      item('1</sku><n>"Best" lamp</n><t>"a"</t>'),
      item("2</sku><n>[x]</n><t>[b</t>"),
      item("3</sku><n>y</n><t>c</t><t>d</t>"),
    ];
    const { header, cells } = await readCells(`<a>${text.join("")}</a>`);
    expect(header).toEqual(["sku", "n", "t[]"]);
    expect(cells).toEqual([
      ["1", '"Best" lamp', '"\\"a\\""'],
      ["2", "[x]", '"[b"'],
      ["3", "y", '["c","d"]'],
    ]);
  });

  test("a file with a single record is read", async () => {
    const { dialect, cells } = await readCells("<shop><item><sku>A</sku><name>Lamp</name></item></shop>");
    expect(dialect.tree?.record).toBe("shop/item");
    expect(cells).toEqual([["A", "Lamp"]]);
  });

  test("a column that only later records have is blank in the earlier ones", async () => {
    const rows = Array.from(
      { length: 20_000 },
      (_, i) => `<b><sku>${i}</sku>${i === 19_999 ? "<d>late</d>" : ""}</b>`,
    ).join("\n");
    const { header, cells, faults } = await readCells(`<a>${rows}</a>`);
    expect(header).toEqual(["sku", "d"]);
    expect(cells[0]).toEqual(["0", ""]);
    expect(cells[19_999]).toEqual(["19999", "late"]);
    expect(faults).toEqual([]);
  });

  test("the whole path of the record, or its end, names the records", async () => {
    for (const record of ["shop/item", "item", "shop/item/tag"]) {
      const { cells } = await readCells(SHOP, request({ record }));
      expect(cells).toHaveLength(record.endsWith("tag") ? 3 : 2);
    }
    await expect(readCells(SHOP, request({ record: "shop/product" }))).rejects.toThrow('it contains no "shop/product"');
  });

  test("paths with tests, parents and any element become columns; elements with pairs become objects", async () => {
    const text = `<s><p><n lang="de">Lampe</n><n lang="en">Lamp</n><v><w>1</w></v><o k="Farbe" u="">rot</o><o k="Größe">1</o></p></s>`;
    const { header, cells } = await readCells(
      text,
      request({ record: "p", each: "v", paths: ["../n[@lang='en']", "../*", "w"], objects: ["../o"], keeps: false }),
    );
    expect(header).toEqual(["w", "../n[@lang='en']", "../*[]", "../o{}"]);
    expect(cells).toEqual([
      ["1", "Lamp", '["Lampe","Lamp","rot","1"]', '[{"@k":"Farbe",".":"rot"},{"@k":"Größe",".":"1"}]'],
    ]);
  });

  test("a file without records is refused", async () => {
    await expect(readCells('<?xml version="1.0"?><products/>')).rejects.toThrow("XML without records");
    await expect(readCells("<a>\n<b>x</b></a>")).rejects.toThrow("XML without records");
  });

  test("a record of more than 8 MB is rejected, and the others are read", async () => {
    const { cells, faults } = await readCells(
      `<a><b><c>1</c></b><b><c>${"x".repeat(9 << 20)}</c><d>2</d></b><b>${"<c/>".repeat(200_000)}</b><b><c>3</c></b></a>`,
    );
    expect(faults).toEqual(["record_too_long", "record_too_long"]);
    expect([cells[0]?.[0], cells[3]?.[0]]).toEqual(["1", "3"]);
  });

  test("names from data cannot fill the memory", async () => {
    const names = Array.from({ length: 3000 }, (_, i) => `<n${i}>1</n${i}>`).join("");
    await expect(readCells(`<a><b>${names}</b><b/></a>`)).rejects.toThrow("more than 2,000 different paths");
    const more = Array.from({ length: 30_000 }, (_, i) => `<b><n${i}><x/></n${i}></b>`).join("");
    await expect(readCells(`<a>${more}</a>`, request({ keeps: false, paths: ["x"] }))).rejects.toThrow(
      "more than 20,000",
    );
  });

  test("a value that is repeated for each of many rows cannot fill the disk", async () => {
    const text = `<a><b><t>${"x".repeat(1_000_000)}</t>${"<v><w>1</w></v>".repeat(30_000)}</b></a>`;
    await expect(readCells(text, request({ record: "b", each: "v", paths: ["../t"] }))).rejects.toThrow(
      "unpacks to more than",
    );
  });

  test("the head of a file in which no record ends has no table yet", async () => {
    const head = Buffer.from(`<a><b><c>${"x".repeat(1000)}`);
    expect(await readHead(head, false, {})).toBeUndefined();
    await expect(readHead(head, true, {})).rejects.toThrow("not valid XML");
  });

  test("a compressed file is read", async () => {
    const { dialect, cells } = await readCells(gzipSync(SHOP));
    expect(dialect).toMatchObject({ format: "gzip", tree: { record: "shop/item" } });
    expect(cells).toHaveLength(2);
  });
});

describe("JSON", () => {
  test("the records are the objects of the longest array", async () => {
    const items = Array.from({ length: 3 }, (_, i) => ({
      sku: `A${i}`,
      size: { w: 1.5 },
      tags: ["a", "b"],
      parts: [{ x: 1 }, { x: 2 }],
      gone: null,
    }));
    const text = JSON.stringify({ links: [{ rel: "self" }], data: { items } }, null, 1);
    const { dialect, header, cells } = await readCells(text);
    expect(dialect).toMatchObject({ format: "json", tree: { record: "data/items/*" } });
    expect(header).toEqual(["sku", "size/w", "tags[]", "parts/x[]", "gone"]);
    expect(cells[0]).toEqual(["A0", "1.5", '["a","b"]', '["1","2"]', ""]);
  });

  test("JSON Lines are recognized if a line is longer than what is inspected, and each line is a record", async () => {
    const line = (sku: string): string => JSON.stringify({ sku, text: "x".repeat(100_000) });
    const { dialect, cells, lines } = await readCells(`${line("A")}\n${line("B")}\n`);
    expect(dialect).toMatchObject({ format: "jsonl", tree: { record: "" } });
    expect(cells.map(([sku]) => sku)).toEqual(["A", "B"]);
    expect(lines).toEqual([1, 2]);
  });

  test("a line that is not a JSON object is a faulty record, and the other lines are read", async () => {
    const broken = ['{"sku":"B","n":"x}', "nothing", "[1]", '"text"', '{"sku":"C"} x', '{"sku":"D",', '{"sku":1e}'];
    const lines = ['{"sku":"A","n":"\u00e9"}', ...broken.flatMap((line, i) => [line, `{"sku":"E${i}"}`]), "", "{", ""];
    const { dialect, header, cells, lines: numbers, faults } = await readCells(lines.join("\r\n"));
    expect(dialect).toMatchObject({ format: "jsonl", tree: { record: "" } });
    expect(header).toEqual(["sku", "n"]);
    expect(faults).toEqual([...broken, "{"].map(() => "not_json"));
    expect(cells.filter(([first = ""]) => /^[A-Z]/.test(first)).map(([sku]) => sku)).toEqual([
      "A",
      ...broken.map((_, i) => `E${i}`),
    ]);
    expect(numbers).toEqual([...Array.from({ length: 15 }, (_, i) => i + 1), 17]);
  });

  test("a line of more than 8 MB is rejected, and the lines after it are read, in chunks of any size", async () => {
    const long = `{"sku":"B","t":"${"x".repeat(9 << 20)}"}`;
    const many = `{"sku":"C","t":[${"1,".repeat(200_000)}1]}`;
    const { cells, faults, lines } = await readCells(`{"sku":"A"}\n${long}\n${many}\n{"sku":"D"}\n`);
    expect(faults).toEqual(["record_too_long", "record_too_long"]);
    expect([cells[0]?.[0], cells[3]?.[0]]).toEqual(["A", "D"]);
    expect(lines).toEqual([1, 2, 3, 4]);
  });

  test("a file in which no line is a JSON object is refused with the first fault", async () => {
    await expect(readCells('{"sku":"A"\n{"sku":"B"\n')).rejects.toThrow("in line");
    await expect(readCells(`{"a":"${"x".repeat(9 << 20)}"}`)).rejects.toThrow("longer than 8 MB");
  });

  test("values over several lines, and several values on one line, are records", async () => {
    for (const text of ['{\n"sku":"A"\n}\n{\n"sku":"B"\n}\n', '{"sku":"A"}{"sku":"B"}'])
      expect((await readCells(text)).cells.map(([sku]) => sku)).toEqual(["A", "B"]);
  });

  test("an array with one element is a list", async () => {
    const { header, cells } = await readCells('[{"sku":"1","t":["a"]},{"sku":"2","t":[]},{"sku":"3","t":[""]}]');
    expect(header).toEqual(["sku", "t[]"]);
    expect(cells.map(([, cell]) => cell)).toEqual(['["a"]', "", ""]);
  });

  test("variants become rows with values of the object around them", async () => {
    const text = '{"id":1,"v":[{"s":"a"},{"s":"b"}]}\n{"v":[{"s":"c"}],"id":2}\n';
    const { header, cells, lines } = await readCells(text, request({ each: "v/*", paths: ["../../id"] }));
    expect(header).toEqual(["s", "../../id"]);
    expect(cells).toEqual([
      ["a", "1"],
      ["b", "1"],
      ["c", "2"],
    ]);
    expect(lines).toEqual([1, 2, 3]);
  });

  test("each element of an array becomes a row, whether or not the path ends with an asterisk", async () => {
    const text = '{"v":[{"s":"a"},{"s":"b"}]}\n{"v":[[{"s":"c"}]]}\n{"v":{"s":"d"}}\n{"v":[]}\n';
    const { cells } = await readCells(text, request({ each: "v" }));
    expect(cells).toEqual([["a"], ["b"], ["c"], ["d"]]);
  });

  test("a line is a record of JSON Lines even if the file has only one line", async () => {
    const text = '{"s":"a","images":[{"src":"1"},{"src":"2"}]}\n';
    const { dialect, cells } = await readCells(text, request({ is_lines: true }));
    expect(dialect).toMatchObject({ tree: { record: "" } });
    expect(cells).toEqual([["a", '["1","2"]']]);
    const array = await readCells(`[${text}]`, request({ is_lines: true }));
    expect(array.cells).toEqual(cells);
  });

  test("a lone surrogate and a NUL reject their record only", async () => {
    const { faults, cells } = await readCells('[{"a":"\\ud800"},{"a":"\\u0000"},{"a":"x"}]');
    expect(faults).toEqual(["not_text", "nul_byte"]);
    expect(cells).toHaveLength(3);
  });

  test.each(["[]", "{}", "[1,2]", '["a"]', "[[1],[2]]"])("%s is refused", async (text) => {
    await expect(readCells(text)).rejects.toThrow("JSON without records");
  });
});
