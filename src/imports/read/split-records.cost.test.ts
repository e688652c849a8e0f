// Tests that the cost of reading is proportional to a file's size, for any file and any dialect. The cost is the number of times
// that a byte is visited (see count-visits.ts), which, unlike time, is the same on every machine.
import type { FileHandle } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findMarkConflict } from "../../../contract/imports/dialect-rules.ts";
import type { Dialect, DialectOverrides } from "../../../contract/imports/imports.ts";
import { loadCountedReader, type CountedReader } from "./count-visits.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const KB = 1024;
const MB = 1024 * KB;
const MAX_VISITS = 40;

const reader = loadCountedReader();

const CSV: Dialect = {
  encoding: "utf-8",
  delimiter: ",",
  quote: '"',
  escape: '"',
  line_ending: "mixed",
  header: false,
  preamble: 0,
  formula_escape: true,
  format: "text",
};

/** Generates dialects with any delimiter, quote and escape that the contract allows. Common characters occur more often. */
const dialects: fc.Arbitrary<Dialect> = fc
  .record({
    delimiter: fc.oneof(
      fc.constantFrom(",", ";", "\t", ", ", "||", " | ", "§", "  ", "|||||||,", "\\", "§§§§§§§¤"),
      fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/[\0\r\n]/.test(text)),
    ),
    quote: fc.oneof(fc.constantFrom('"', '"', "'", " ", "a", ""), fc.string({ minLength: 1, maxLength: 1 })),
    escape: fc.constantFrom('"', '"', "\\", "'", " ", ""),
    line_ending: fc.constantFrom("lf", "crlf", "cr", "mixed"),
    formula_escape: fc.boolean(),
  })
  .map((marks) => ({ ...CSV, ...marks }))
  .filter((dialect) => findMarkConflict(dialect) === undefined);

const UNITS = [
  '"',
  '""',
  '"""',
  '"\n',
  '""\n',
  '"a',
  'a"',
  '""a',
  '"a"b',
  '"""a ',
  ',"',
  '",',
  ' "',
  '" ',
  '\\"',
  '"\\',
].concat(["\\", "\r", "\n", "a,", "a", " ", '"a"  ', '\n"a\n"b', ",'", "''", "'=", "|", "§"]);

/** Generates sections, each filled by repeating a short text, so that quotes open and close at all distances. */
const sections = fc.array(
  fc.record({
    unit: fc.array(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 4 }),
    length: fc.oneof(fc.nat(20), fc.nat(80 * KB), fc.integer({ min: MB - 99, max: MB + 99 })),
  }),
  { minLength: 1, maxLength: 12 },
);

const contents: fc.Arbitrary<Buffer> = fc
  .record({ sections, size: fc.oneof(fc.constant(64 * KB), fc.integer({ min: 64 * KB, max: 4 * MB })) })
  .map(({ sections, size }) => {
    const content = Buffer.alloc(size);
    let at = 0;
    for (let turn = 0; at < size; turn++) {
      const { unit, length } = sections[turn % sections.length] as { unit: string[]; length: number };
      const end = Math.min(size, at + length + 1);
      content.fill(unit.join(""), at, end);
      at = end;
    }
    return content;
  });

/** Returns the number of visits per byte when the file is read in windows, as an import does. */
async function visitsOf(content: Buffer, dialect: Dialect, counted: CountedReader = reader): Promise<number> {
  counted.visits.count = 0;
  const splitter = counted.createSplitter(dialect, 1);
  const extent = counted.wholeExtent(content.length);
  let lines = 0;
  for await (const { records } of counted.readRecords(fileOf(content), splitter, 0, extent)) lines += records.count;
  expect(lines).toBeGreaterThanOrEqual(0);
  return counted.visits.count / content.length;
}

const fileOf = (content: Buffer): FileHandle =>
  ({
    read: (target: Buffer, at: number, length: number, position: number) =>
      Promise.resolve({ bytesRead: content.copy(target, at, position, position + length) }),
  }) as unknown as FileHandle;

const repeat = (unit: string, size: number): Buffer => Buffer.alloc(size, unit);

describe(`at most ${String(MAX_VISITS)} visits a byte`, () => {
  test("in 4 kB of any repeated unit", async () => {
    for (const dialect of [
      CSV,
      { ...CSV, escape: "\\" },
      { ...CSV, quote: "'", escape: '"' },
      { ...CSV, quote: " " },
    ]) {
      for (const first of UNITS) {
        for (const second of ["", ...UNITS]) {
          const visits = await visitsOf(repeat(first + second, 4 * KB), dialect);
          expect(visits, JSON.stringify([first + second, dialect])).toBeLessThan(MAX_VISITS);
        }
      }
    }
  });

  test.each<[string, Buffer, Partial<Dialect>]>([
    ["quotes that open at each line's start and never close", repeat('"a\n', 4 * MB), {}],
    ["an unclosed quote before empty quoted fields", Buffer.concat([Buffer.from('"'), repeat(',""', 4 * MB)]), {}],
    ["closing quotes followed by a megabyte of blanks", repeat(`"a"${" ".repeat(MB)}x,`, 4 * MB), {}],
    ["text after quotes, and no field end within reach", repeat(`"a\n"b${"c".repeat(70_000)}\n`, 4 * MB), {}],
    ["a quoted field that is longer than a record may be", repeat(`"${"a".repeat(2 * MB)}",b\n`, 4 * MB), {}],
    ["records just longer than a window", repeat(`x\n"${"a\n".repeat(MB / 2 - 9)}"\n`, 4 * MB), {}],
    ["blanks as quotes", repeat(" ", 4 * MB), { quote: " ", escape: "" }],
    ["blanks as quotes between text", repeat(` a${" ".repeat(60_000)}b`, 4 * MB), { quote: " ", escape: "\\" }],
    ["a delimiter that nearly matches everywhere", repeat("|", 4 * MB), { delimiter: "|||||||," }],
    ["backslashes", repeat('"\\', 4 * MB), { escape: "\\" }],
    ["blank lines", repeat("\n", 4 * MB), {}],
    ["torn records", repeat('a"b,c",', 4 * MB), {}],
    ["thousands of fields", repeat(",", 4 * MB), {}],
  ])("in 4 MB of %s", async (_, content, marks) => {
    expect(await visitsOf(content, { ...CSV, ...marks })).toBeLessThan(MAX_VISITS);
  });

  test("in any content of 64 kB to 4 MB, in any dialect", async () => {
    await fc.assert(
      fc.asyncProperty(contents, dialects, async (content, dialect) => {
        expect(await visitsOf(content, dialect)).toBeLessThan(MAX_VISITS);
      }),
      { numRuns: runs(20) },
    );
  });

  test("the counter counts each byte", async () => {
    const visits = await visitsOf(repeat("some text,\n", 64 * KB), CSV);
    expect(visits).toBeGreaterThan(1);
    expect(visits).toBeLessThan(6);
  });

  test("control: without the check of the dialect's marks, there are far more visits", async () => {
    const rule = "if (conflict !== undefined) throw";
    const unguarded = loadCountedReader((source) => {
      expect(source).toContain(rule);
      return source.replace(rule, "if (conflict === null) throw");
    });
    const content = repeat('"', 16 * KB + 1);
    expect(await visitsOf(content, { ...CSV, delimiter: '"' }, unguarded)).toBeGreaterThan(MAX_VISITS);
  });
});

describe("the cost of detection does not depend on the file's size", () => {
  /** Maximum number of visits per byte of the sample. The sample is split with up to 31 dialects. A few delimiters and quotes in the
   * sample are enough to make all these dialects candidates. */
  const MAX_SAMPLE_VISITS = 400;
  const SAMPLE_BYTES = 128 * KB;

  test.each<[string, fc.Arbitrary<DialectOverrides>]>([
    ["nothing given", fc.constant({})],
    ["marks given", dialects.map(({ delimiter, quote, escape }) => ({ delimiter, quote, escape }))],
  ])("%s", (_, overrides) => {
    fc.assert(
      fc.property(
        contents,
        overrides,
        fc.constantFrom("", 'sep="\n', "sep=\\\n", "sep=;\n"),
        (content, given, first) => {
          const head = Buffer.concat([Buffer.from(first), content]).subarray(0, reader.HEAD_BYTES);
          reader.visits.count = 0;
          reader.detectDialect(head, head.length < reader.HEAD_BYTES, given);
          expect(reader.visits.count).toBeLessThan(MAX_SAMPLE_VISITS * SAMPLE_BYTES);
        },
      ),
      { numRuns: runs(15) },
    );
  });
});
