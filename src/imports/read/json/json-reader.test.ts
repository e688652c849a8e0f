// The reader of JSON: it finds the values that JSON.parse finds, keeps the digits of numbers, and hostile files cost little time and
// memory.
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_RECORD_LENGTH, type TreeNode, type TreeRecord } from "../tree/nodes.ts";
import { JsonReader } from "./json-reader.ts";
import { runs } from "../../../../tests/support/random-runs.ts";

function read(text: string, record: readonly string[], size = text.length + 1): TreeRecord[] {
  const records: TreeRecord[] = [];
  const reader = new JsonReader(record, (found) => records.push(found));
  for (let at = 0; at < text.length; at += size) reader.write(text.slice(at, at + size));
  reader.end();
  return records;
}

/** The value of a node, with all scalars as texts. */
function valueOf({ is_array, children, text }: TreeNode): unknown {
  if (is_array) return (children ?? []).map(valueOf);
  if (children === undefined) return text;
  return Object.fromEntries(children.map((child) => [child.path.name, valueOf(child)]));
}

/** The value as a tree shows it: numbers and words as texts; null and an empty object as an empty text. */
function asTexts(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== "object" || value === null) return value === null ? "" : value;
  const members = Object.entries(value);
  return members.length === 0 ? "" : Object.fromEntries(members.map(([name, member]) => [name, asTexts(member)]));
}

const member = fc.constantFrom("a", "b", "sku", "é\n", '"q"', "\\", "__proto__", "");
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom("\\", '"', "\\\\", "\u2028\u0000"),
    ),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.array(fc.tuple(member, tie("json")), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
  ),
}));
const record = fc
  .array(fc.tuple(member, json), { minLength: 1, maxLength: 5 })
  .map((members) => Object.fromEntries(members));

test("the records of an array are those of JSON.parse, in chunks of any size", () => {
  fc.assert(
    fc.property(
      fc.array(record),
      json,
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom(undefined, 1),
      (list, other, size, indent) => {
        const text = JSON.stringify({ before: other, data: { list }, after: other }, null, indent);
        expect(read(text, ["data", "list", "*"], size).map(({ node }) => valueOf(node))).toEqual(list.map(asTexts));
      },
    ),
    { numRuns: runs(300) },
  );
});

test("the records of JSON Lines are its values, with their lines", () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), fc.integer({ min: 1, max: 50 }), (list, size) => {
      const text = list.map((each) => JSON.stringify(each)).join("\n");
      const found = read(text, [], size);
      expect(found.map(({ node }) => valueOf(node))).toEqual(list.map(asTexts));
      expect(found.map(({ line }) => line)).toEqual(list.map((_, index) => index + 1));
    }),
    { numRuns: runs(100) },
  );
});

test("numbers keep their digits, and of two members with the same name the last one counts", () => {
  const many = Array.from({ length: 40 }, (_, i) => `"m${i}":${i}`).join(",");
  const [found] = read(`[{"a":1.50,"b":9007199254740993,"c":1e3,"d":-0,"a":12345678901234567890.5,${many},"m3":"x"}]`, [
    "*",
  ]);
  expect(valueOf((found as TreeRecord).node)).toMatchObject({
    a: "12345678901234567890.5",
    b: "9007199254740993",
    c: "1e3",
    d: "-0",
    m3: "x",
    m39: "39",
  });
});

test("names that occur thousands of times in an object are found without a search", () => {
  const names = Array.from({ length: 5000 }, (_, i) => `"m${i}":${i}`).join(",");
  const repeated = Array.from({ length: 30_000 }, (_, i) => `"m4999":{"m1":${i},"m1":"last"}`).join(",");
  const [found] = read(`[{${names},${repeated},"m4998":"x"}]`, ["*"]);
  const children = (found as TreeRecord).node.children ?? [];
  expect(children).toHaveLength(5000);
  expect(children.slice(-2).map(valueOf)).toEqual(["x", { m1: "last" }]);
});

test("a lone surrogate becomes U+FFFD", () => {
  expect(read('[{"a":"\\ud800"}]', ["*"]).map(({ node }) => valueOf(node))).toEqual([{ a: "\ufffd" }]);
});

test.each([
  ["NaN", '[\n{"a": NaN}]', 'line 2, "NaN" is not a value of JSON'],
  ["a number with a plus", '[{"a": +1}]', '"+1" is not a value'],
  ["a trailing comma", '[{"a":1},]', "a value is missing"],
  ["a missing comma", '[{"a":1}\n{"a":2}]', 'line 2, a "," or "]" is missing'],
  ["a missing colon", '[{"a" 1}]', 'a ":" is missing'],
  ["a wrong escape", '[{"a":"\\x"}]', "an escape that is not valid"],
  ["a name without quotes", "[{a:1}]", "the name of a member is missing"],
  ["a file that ends", '[{"a":1},\n{"a":', "line 2, the file ends within a value; it may be incomplete"],
  ["a file that ends in a string", '[{"a":1},{"a":"x', "ends within a value"],
  ["a file that ends after a comma", '[{"a":1},', "ends within a value"],
  ["deep nesting in a record", `[{"a":${"[".repeat(100_000)}`, "nested more than 64 levels deep"],
  ["deep nesting outside of records", '{"a":'.repeat(100_000), "nested more than 64 levels deep"],
])("%s is a fault", (_, text, message) => {
  expect(() => read(text, ["*"], 7)).toThrow(message);
  expect(() => read(text, ["*"])).toThrow(message);
});

test("a record that is too long is reported as such, and the records after it are read", () => {
  const long = `{"a":"${'x\\"'.repeat(MAX_RECORD_LENGTH / 2)}"}`;
  const many = `{"a":[${"1,".repeat(MAX_RECORD_LENGTH / 32)}1]}`;
  const found = read(`[{"a":1},\n${long},\n${many},\n{"a":2}]`, ["*"], 1 << 18);
  expect(found.map(({ line, is_too_long }) => [line, is_too_long])).toEqual([
    [1, false],
    [2, true],
    [3, true],
    [4, false],
  ]);
});

test("long strings outside of records take a bounded amount of memory and linear time", () => {
  const reader = new JsonReader(["data", "*"], () => undefined);
  reader.write('{"meta": "');
  for (let i = 0; i < 400; i++) reader.write("x\\\\ ".repeat(20_000));
  reader.write('", "data": [');
  reader.write("]}");
  expect(() => {
    reader.end();
  }).not.toThrow();
});
