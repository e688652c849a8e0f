// The reader of JSON Lines: lines whose bytes are copied give the same rows and positions as lines that are parsed.
import fc from "fast-check";
import { expect, test } from "vitest";
import { TableWriter } from "../tree/table/table-writer.ts";
import { JsonLines } from "./json-lines.ts";
import { runs } from "../../../../tests/support/random-runs.ts";

interface Result {
  table: string;
  positions: string;
  ambiguous: string[];
  records: number;
  /** Number of rows whose bytes were copied. */
  copied: number;
}

function convert(text: Buffer, copies: boolean, size: number): Result {
  const writer = new TableWriter(() => undefined);
  let copied = 0;
  const lines = new JsonLines(
    (record) => writer.add(record),
    copies
      ? (...row) => {
          const isAdded = writer.addPlainRow(...row);
          if (isAdded) copied++;
          return isAdded;
        }
      : undefined,
  );
  for (let at = 0; at < text.length; at += size) lines.write(text.subarray(at, at + size));
  lines.end();
  writer.end();
  const { records, ambiguous, positions } = writer;
  return {
    table: Buffer.concat([writer.header(), ...writer.take()]).toString("latin1"),
    positions: Buffer.concat([...positions.take(), positions.end()]).toString("hex"),
    ambiguous: [...ambiguous],
    records,
    copied,
  };
}

function expectSame(text: Buffer, size: number): Result {
  const parsed = convert(text, false, size);
  const copied = convert(text, true, size);
  expect({ ...copied, copied: 0 }).toEqual(parsed);
  return copied;
}

const name = fc.constantFrom("sku", "name", "tags", "é", "a b", '"', "nested");
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    "",
    " ",
    "[x",
    '"',
    "\\",
    "\u00a0",
    "\t",
    "plain",
    "a longer text, with more than the bytes that a loop copies",
    'two lines\nand a "quoted" word/path, Größe \u20ac 5, 🙂',
    '"quoted"',
    "\n",
  ),
);
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(text, { maxLength: 3 }) },
  fc.array(scalar, { maxLength: 2 }),
  fc.array(fc.dictionary(name, scalar, { maxKeys: 2 }), { maxLength: 2 }),
  fc.dictionary(name, fc.oneof(scalar, fc.array(text, { maxLength: 2 })), { maxKeys: 3 }),
);
const object = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 6 });
/** Ways of writing a value: as JSON.stringify does, with escapes that it does not use, or with characters outside ASCII escaped. */
const spelling = fc.constantFrom<(json: string) => string>(
  (json) => json,
  (json) => json.replaceAll("a", String.raw`\u0061`).replaceAll("/", String.raw`\/`),
  (json) =>
    json.replace(/[\u007f-\uffff]/g, (unit) => String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, "0")),
  (json) => json.replaceAll("[x", String.raw`\u005Bx`).replaceAll("plain", String.raw`\uD800 \x \u00g0`),
);
/** A JSON object on one line, with or without white space; sometimes truncated. */
const line = fc
  .tuple(object, fc.constantFrom("", " ", "\t "), fc.nat({ max: 40 }), spelling)
  .map(([members, blank, cut, spell]) => {
    const texts = members.map(
      ([key, member]) => `${JSON.stringify(key)}${blank}:${blank}${spell(JSON.stringify(member))}`,
    );
    const whole = `${blank}{${blank}${texts.join(`${blank},${blank}`)}${blank}}${blank}`;
    return cut < 2 ? whole.slice(0, -1 - cut) : whole;
  });
const file = fc
  .tuple(
    fc.array(fc.oneof({ weight: 9, arbitrary: line }, fc.constantFrom("", " ", "\r", "null", "[]"))),
    fc.constantFrom("\n", "\r\n"),
    fc.boolean(),
  )
  .map(([lines, end, isEnded]) => lines.join(end) + (isEnded ? end : ""));

test("copied lines give the rows of parsed lines, whatever the file contains", () => {
  fc.assert(
    fc.property(file, fc.integer({ min: 1, max: 200 }), (written, size) => {
      // Repeat the lines: the first half of the file determines the columns, so that lines of the second half can be copied.
      expectSame(Buffer.from(`${written}\n${written}`), size);
    }),
    { numRuns: runs(150) },
  );
});

test("damaged bytes give the rows of parsed lines", () => {
  fc.assert(
    fc.property(file, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }), (written, changes) => {
      const bytes = Buffer.from(`${written}\n${written}`);
      for (const [at, byte] of changes) bytes[at % Math.max(bytes.length, 1)] = byte;
      expectSame(bytes, 64);
    }),
    { numRuns: runs(150) },
  );
});

test("the lines of an ordinary file are copied", () => {
  const product = (sku: number): string =>
    `${JSON.stringify({ sku: `A-${sku}`, name: "Lämp", price: 1.5, size: { width: 3 }, tags: ["a", "b"], note: null })}\n`;
  const { copied, records } = expectSame(Buffer.from(Array.from({ length: 50 }, (_, i) => product(i)).join("")), 1000);
  expect(records).toBe(50);
  expect(copied).toBe(49);
});

test.each([
  ["an escape in a list", String.raw`{"t":["x\ny"]}`],
  ["an escape in a name", String.raw`{"\u0061":"x"}`],
  ["an unknown escape", String.raw`{"a":"\x"}`],
  ["an incomplete escape", String.raw`{"a":"\u12"}`],
  ["an escape that is not hexadecimal", String.raw`{"a":"\u00g0"}`],
  ["a surrogate", String.raw`{"a":"\ud83d\ude42"}`],
  ["a backslash at the end", String.raw`{"a":"x\"}`],
  ["an escaped text that looks like a list", String.raw`{"a":"\u005bx"}`],
  ["an escaped text that looks like a JSON string", String.raw`{"a":"\"x\""}`],
  ["a row whose only value is blank", String.raw`{"a":"\n"}`],
  ["a name twice", '{"a":"x","a":"y"}'],
  ["an object twice", '{"o":{"b":"1"},"o":{"a":"2"}}'],
  ["a number with an exponent", '{"a":1e3}'],
  ["a number with a zero before it", '{"a":01}'],
  ["a number without digits", '{"a":-}'],
  ["an unknown word", '{"a":nulls}'],
  ["a new member", '{"new":"x"}'],
  ["an empty object", '{"a":{}}'],
  ["an empty list", '{"t":[]}'],
  ["a list with a blank text", '{"t":["x"," "]}'],
  ["a list with a number", '{"t":[1]}'],
  ["a list of lists", '{"t":[["x"]]}'],
  ["a text that looks like a list", '{"a":"[x"}'],
  ["a list in a column of texts", '{"a":["x"]}'],
  ["text after the object", '{"a":"x"} y'],
  ["a comma too many", '{"a":"x",}'],
  ["a missing quote", '{"a":"x}'],
  ["a missing brace", '{"a":"x"'],
])("%s is parsed", (_, odd) => {
  const known = '{"a":"x","b":"y","t":["p","q"],"o":{"a":"1","b":"2"}}\n';
  const { copied } = expectSame(Buffer.from(`${known}${odd}\n${known}`), 1000);
  expect(copied).toBe(1);
});

test.each([
  ["a name with a slash and a nested member", '{"o/a":"x","o":{"a":"1"},"b":"y"}'],
  ["the nested member before the name", '{"o":{"a":"1"},"b":"y","o/a":"x"}'],
  ["an escaped text after a text", String.raw`{"o/a":"x","o":{"a":"1\n2"},"b":"y"}`],
])("%s, which share a column, are parsed", (_, odd) => {
  const known = '{"o/a":"x","b":"y"}\n{"o":{"a":"1"}}\n{"o/a":"x"}\n';
  expect(expectSame(Buffer.from(`${known}${odd}\n${odd}\n`), 1000).copied).toBe(1);
});

test("a backslash before a control character is not an escape", () => {
  for (const control of ["\t", "\0", "\u001f"]) {
    const line = `{"a":"x\\${control}y"}`;
    const { records } = expectSame(Buffer.from(`{"a":"x"}\n${line}\n{"a":"x\\\\${control}y"}\n`), 1000);
    expect(records).toBe(2);
  }
});

test("lines are decoded up to the size of the largest plain line", () => {
  const known = '{"a":"x","b":"y"}\n';
  for (const written of ["\\n", "\\u00e9", "\\uffff", "\0", "\u00e9"])
    for (const excess of [0, 1]) {
      const frame = '{"a":"","b":"y\\n"}'.length;
      const room = (1 << 16) - frame + excess;
      const repeated = written.repeat(Math.floor(room / Buffer.byteLength(written)));
      const line = `{"a":"${repeated}${"z".repeat(room - Buffer.byteLength(repeated))}","b":"y\\n"}`;
      const { copied } = expectSame(Buffer.from(`${known}${line}\n${known}${line}`), 50_000);
      expect(copied).toBe(excess === 1 ? 1 : 3);
    }
});

test("a wide table keeps escaped texts apart from blank cells", () => {
  const wide = (row: number): string =>
    JSON.stringify(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, c) => [`c${c}`, (row + c) % 7 === 0 ? null : `${row}\n"${c}`]),
      ),
    );
  const lines = Array.from({ length: 20 }, (_, row) => (row % 3 === 1 ? '{"c5":"x\\ty"}' : wide(row))).join("\r\n");
  const { copied, records } = expectSame(Buffer.from(lines), 777);
  expect([copied, records]).toEqual([19, 20]);
});

test("texts with escapes are decoded without parsing their lines", () => {
  const line = String.raw`{"a":"x\"y","b":"p\nq","c":"\u00fc\u20AC\/\\ \t"}`;
  const { table, copied } = expectSame(Buffer.from(`${line}\n${line}\n${line}\n`), 1000);
  expect(Buffer.from(table, "latin1").toString()).toBe(`"a","b","c"\n${'"x""y","p\nq","ü€/\\ \t"\n'.repeat(3)}`);
  expect(copied).toBe(2);
});
