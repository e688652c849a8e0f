// Tests properties of the splitter for any bytes: windows and cuts at record starts do not change the result, and a written table
// is read back unchanged. split-records.cost.test.ts tests the cost.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Dialect } from "../../../contract/imports/imports.ts";
import { csvLine } from "../../csv-line.ts";
import { copyField, fieldText, recordTexts } from "./field-text.ts";
import { createRecords, type Records } from "./records.ts";
import { splitRecords } from "./split-records.ts";
import { createSplitter } from "./splitter.ts";
import { CSV } from "../../../tests/support/records/csv-dialect.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const RUNS = runs(1000);

const dialects: fc.Arbitrary<Dialect> = fc.record({
  encoding: fc.constant("utf-8" as const),
  delimiter: fc.constantFrom(",", ";", "\t", ", ", "||", " | ", "§"),
  quote: fc.constantFrom('"', '"', "'", ""),
  escape: fc.constantFrom('"', '"', "\\", ""),
  line_ending: fc.constantFrom("lf", "crlf", "cr", "mixed"),
  header: fc.constant(false),
  preamble: fc.constant(0),
  formula_escape: fc.constant(true),
  format: fc.constant("text" as const),
});

/** Generates files that consist of the splitter's special characters, so that even short files contain every kind of fault. */
const files: fc.Arbitrary<Buffer> = fc
  .array(
    fc.constantFrom(
      "a",
      "b c",
      '"',
      '""',
      '"a"',
      "'",
      ",",
      ";",
      ", ",
      "||",
      " ",
      "\n",
      "\n",
      "\r\n",
      "\r",
      "\\",
      "\t",
      "\0",
      "é",
      "§",
      "xff",
    ),
    {
      maxLength: 60,
    },
  )
  .map((parts) => Buffer.concat(parts.map((part) => (part === "xff" ? Buffer.from([0xff]) : Buffer.from(part)))));

interface Plain {
  start: number;
  end: number;
  line: number;
  fault: number;
  cells: string[];
}

function plain(records: Records, dialect: Dialect, offset: number): Plain[] {
  return Array.from({ length: records.count }, (_, record) => ({
    start: offset + (records.start[record] as number),
    end: offset + (records.end[record] as number),
    line: records.line[record] as number,
    fault: records.fault[record] as number,
    cells: recordTexts(records, record, dialect),
  }));
}

function readWhole(bytes: Buffer, dialect: Dialect, blankIsRecord: boolean): { records: Plain[]; line: number } {
  const splitter = createSplitter(dialect, 1, blankIsRecord);
  const out = createRecords();
  splitRecords(splitter, { bytes, from: 0, to: bytes.length, at_end: true }, out);
  return { records: plain(out, dialect, 0), line: splitter.line };
}

describe("any bytes, in any dialect", () => {
  test("give the same records in windows of any size", () => {
    fc.assert(
      fc.property(
        files,
        dialects,
        fc.boolean(),
        fc.array(fc.nat(9), { minLength: 1 }),
        (bytes, dialect, blankIsRecord, steps) => {
          const splitter = createSplitter(dialect, 1, blankIsRecord);
          const out = createRecords();
          const found: Plain[] = [];
          let from = 0;
          let to = 0;
          for (let turn = 0; to < bytes.length || turn === 0; turn++) {
            to = Math.min(bytes.length, to + 1 + (steps[turn % steps.length] as number));
            from = splitRecords(splitter, { bytes, from, to, at_end: to === bytes.length }, out);
            found.push(...plain(out, dialect, 0));
          }
          expect(from).toBe(bytes.length);
          expect({ records: found, line: splitter.line }).toEqual(readWhole(bytes, dialect, blankIsRecord));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("give the same records in chunks cut at any record starts", () => {
    fc.assert(
      fc.property(
        files,
        dialects,
        fc.boolean(),
        fc.infiniteStream(fc.boolean()),
        (bytes, dialect, blankIsRecord, coins) => {
          const whole = readWhole(bytes, dialect, blankIsRecord);
          const cuts = whole.records.filter(() => coins.next().value);
          const starts = [{ start: 0, line: 1 }, ...cuts];
          const found = starts.flatMap(({ start, line }, index) => {
            const chunk = bytes.subarray(start, starts[index + 1]?.start ?? bytes.length);
            const out = createRecords();
            splitRecords(
              createSplitter(dialect, line, blankIsRecord),
              { bytes: chunk, from: 0, to: chunk.length, at_end: true },
              out,
            );
            return plain(out, dialect, start);
          });
          expect(found).toEqual(whole.records);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("are covered by records in ascending order, with only line ends between them", () => {
    fc.assert(
      fc.property(files, dialects, (bytes, dialect) => {
        let end = 0;
        for (const record of [
          ...readWhole(bytes, dialect, false).records,
          { start: bytes.length, end: bytes.length },
        ]) {
          expect(bytes.toString("latin1", end, record.start)).toMatch(/^[\r\n]*$/);
          expect(record.start).toBeGreaterThanOrEqual(end);
          end = record.end;
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("copyField and fieldText return the same value", () => {
    fc.assert(
      fc.property(files, dialects, (bytes, dialect) => {
        const out = createRecords();
        splitRecords(createSplitter(dialect, 1), { bytes, from: 0, to: bytes.length, at_end: true }, out);
        for (let field = 0; field < (out.first_field[out.count] as number); field++) {
          const target = Buffer.alloc(bytes.length + 3);
          const length = copyField(out, field, dialect, target, 3);
          expect(target.toString("utf8", 3, 3 + length)).toBe(fieldText(out, field, dialect));
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a written table is read back unchanged", () => {
  const tables = fc.array(
    fc.array(
      fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.constantFrom("", '"', "\r\n", " ", "\\", '\\"', ",")),
      { minLength: 1, maxLength: 5 },
    ),
    {
      maxLength: 6,
    },
  );
  const sound = (texts: string[][]): boolean =>
    texts.every((cells) => cells.every((cell) => cell.isWellFormed() && !cell.includes("\0")));

  test("canonical CSV", () => {
    const dialect: Dialect = { ...CSV, header: false, formula_escape: true };
    fc.assert(
      fc.property(tables.filter(sound), (table) => {
        const { records } = readWhole(Buffer.from(table.map(csvLine).join("")), dialect, false);
        expect(records.map(({ cells }) => cells)).toEqual(table);
        expect(records.every(({ fault }) => fault === 0)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  test("with all fields quoted, in any dialect with quotes", () => {
    fc.assert(
      fc.property(tables.filter(sound), dialects, fc.constantFrom("\n", "\r\n"), (table, dialect, lineEnd) => {
        fc.pre(dialect.quote !== "" && dialect.escape !== "");
        const escape = dialect.escape === "\\" ? /["'\\]/g : new RegExp(dialect.quote, "g");
        const mark = dialect.escape === "\\" ? "\\" : dialect.quote;
        const written = { ...dialect, escape: mark };
        const quoted = (cell: string): string =>
          dialect.quote +
          cell.replace(escape, (found) => (found === dialect.quote || found === "\\" ? mark + found : found)) +
          dialect.quote;
        const text = table.map((cells) => cells.map(quoted).join(dialect.delimiter) + lineEnd).join("");
        const { records } = readWhole(Buffer.from(text), written, false);
        expect(records.map(({ cells }) => cells)).toEqual(table);
        expect(records.every(({ fault }) => fault === 0)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
