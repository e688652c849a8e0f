// Tests of files that are nearly JSON: a record is either read, or the fault names what is wrong, the line, and what to do.
import { expect, test } from "vitest";
import { readCells } from "../../../../tests/support/read-cells.ts";
import { readHead } from "../read-head.ts";

const FEED = '[\n{"sku":"A","n":1},\n{"sku":"B","n":2}\n]\n';
const withValue = (value: string): string => FEED.replace("2", value);

test.each([
  ["NaN", withValue("NaN"), 'line 3, "NaN" is not a value of JSON'],
  ["Infinity", withValue("-Infinity"), 'line 3, "-Infinity" is not a value of JSON'],
  ["a comment in a record", withValue("2 /* net */"), "line 3, there is a comment"],
  ["a comment between records", FEED.replace("},\n", "},\n// x\n"), "line 3, there is a comment"],
  ["a comment after a name", withValue("/* net */ 2"), "line 3, there is a comment"],
  ["a comma after the last member", withValue("2,"), 'line 3, the name of a member is missing: there is a "," before'],
  ["a comma after the last record", FEED.replace("}\n]", "},\n]"), 'line 4, a value is missing before the "]"'],
  ["single quotes", FEED.replaceAll('"', "'"), "line 2, there is a text in single quotes"],
  ["a value in single quotes", withValue("'2'"), "line 3, there is a text in single quotes"],
  ["names without quotes", FEED.replaceAll('"sku"', "sku"), "line 2, the name of a member is missing, or is not in"],
  ["a list without brackets", '{"sku":"A"},\n{"sku":"B"},\n{"sku":"C"}', 'line 1, there is a "," after a value'],
])("%s is a fault", async (_, text, message) => {
  await expect(readCells(text)).rejects.toThrow(message);
  await expect(readCells(text)).rejects.toThrow("Get the file again from the program that made it");
});

const DATA = '[{"sku":"A","name":"Lamp"}]';

test.each([
  `var products = ${DATA};`,
  `const products = {"products": ${DATA}};`,
  `let a=\n${DATA}`,
  `export const p = [{sku: 1}]`,
  `export default ${DATA}`,
  `window.shop.products=${DATA};`,
  `module.exports = ${DATA}`,
  `callback(${DATA});`,
])("JavaScript is named, with the advice how it becomes JSON: %s", async (text) => {
  await expect(readHead(Buffer.from(text), true, {})).rejects.toThrow(/JavaScript.*remove the text before the first/);
});

test.each([
  `// made today\n${DATA}`,
  `# made today\n${DATA}`,
  `/* made\n * today */\n${DATA}`,
  `[\n// made today\n${DATA}]`,
])("a comment before the JSON is named: %s", async (text) => {
  await expect(readHead(Buffer.from(text), true, {})).rejects.toThrow(/JSON with a comment.*remove the comments/);
});

test.each([
  ["a byte order mark", `\ufeff${FEED}`],
  ["joined files with their marks", '\ufeff{"sku":"A","n":1}\n\ufeff{"sku":"B","n":2}\n'],
  ["objects without line breaks", '{"sku":"A","n":1}{"sku":"B","n":2}'],
  ["objects without line breaks, and marks", '\ufeff{"sku":"A","n":1}\ufeff{"sku":"B","n":2}\n'],
  ["lists without line breaks", '[{"sku":"A","n":1}][{"sku":"B","n":2}]'],
])("%s: all records are read", async (_, text) => {
  const { cells, faults } = await readCells(text);
  expect(cells).toEqual([
    ["A", "1"],
    ["B", "2"],
  ]);
  expect(faults).toEqual([]);
});

test.each(['{"sku":"B","n":2}{"sku":"C"}', '{"sku":"B","n":NaN}', '{"sku":"B",}', '{"sku":"B"},', "// note"])(
  "JSON Lines: the line %s is rejected, and the others are read",
  async (line) => {
    const { cells, faults, lines } = await readCells(`{"sku":"A","n":1}\n${line}\n{"sku":"D","n":3}\n`);
    expect(faults).toEqual(["not_json"]);
    expect(lines).toEqual([1, 2, 3]);
    expect([cells[0], cells[2]]).toEqual([
      ["A", "1"],
      ["D", "3"],
    ]);
  },
);
