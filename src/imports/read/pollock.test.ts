// Pollock's polluted files, with their true dialect and guessing. Read where they lie; skipped, and said so, without them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DialectOverrides } from "../../../contract/imports/imports.ts";
import { csvLine } from "../../csv-line.ts";
import { readFile } from "./read-file.ts";
import { parseCanonical, scoreFile } from "./score-pollock.ts";
import { recordTexts } from "./split-records.ts";

const archive = resolve(import.meta.dirname, "../../../../shared/corpora/pollock.tar.xz");
const missing = !existsSync(archive);
if (missing) console.warn(`skipped: no corpus at ${archive}`);

interface Parameters {
  delimiter: string;
  quotechar: string;
  escapechar: string;
  header_lines: number;
  preamble_lines: number;
}

describe.skipIf(missing)("Pollock", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pollock-"));
    execFileSync("tar", ["-xJf", archive, "-C", folder, "--strip-components=1"]);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ["with the true dialect", true, 9.97, 9.93],
    ["guessing", false, 9.96, 9.6],
  ])(
    "%s: the score, and no row stored wrong that no fault names",
    { timeout: 60_000 },
    async (_, told, simple, weighted) => {
      const weights = JSON.parse(readFileSync(join(folder, "weights.json"), "utf8")) as Record<string, number>;
      const names = readdirSync(join(folder, "csv"));
      const parsed = new Map<string, string[][]>();
      const wrong: string[] = [];
      let sum = 0;
      let weightedSum = 0;
      let weight = 0;
      for (const name of names) {
        const parameters = JSON.parse(
          readFileSync(join(folder, "parameters", `${name}_parameters.json`), "utf8"),
        ) as Parameters;
        const expected = readFileSync(join(folder, "clean", name), "utf8");
        // Most files are one row away from the same clean file.
        const clean = parsed.get(expected) ?? parseCanonical(expected);
        parsed.set(expected, clean);
        const { text, unnamed } = await load(join(folder, "csv", name), told ? trueDialect(parameters) : {});
        const score = scoreFile(clean, parseCanonical(text));
        sum += score;
        weightedSum += score * (weights[name] ?? 0);
        weight += weights[name] ?? 0;
        const right = new Set(clean.slice(parameters.header_lines > 0 ? 1 : 0).map((row) => JSON.stringify(row)));
        if (unnamed.some((row) => !right.has(JSON.stringify(row)))) wrong.push(name);
      }
      expect(wrong).toEqual([]);
      expect(sum / names.length).toBeGreaterThanOrEqual(simple);
      expect(weightedSum / weight).toBeGreaterThanOrEqual(weighted);
    },
  );
});

/** The file as canonical CSV, and its rows below the header that no fault names. */
async function load(path: string, overrides: DialectOverrides): Promise<{ text: string; unnamed: string[][] }> {
  let text = "";
  const unnamed: string[][] = [];
  await readFile(path, overrides, {
    onTable(dialect, table) {
      if (table.header.length > 0) text += csvLine(table.header);
      this.onBatch = (records, faults) => {
        const named = new Set(faults.map(({ record }) => record));
        for (let record = 0; record < records.count; record++) {
          const cells = recordTexts(records, record, dialect);
          text += csvLine(cells);
          if (!named.has(record)) unnamed.push(cells);
        }
      };
    },
    onBatch: () => undefined,
  });
  return { text, unnamed };
}

function trueDialect({ delimiter, quotechar, escapechar, header_lines, preamble_lines }: Parameters): DialectOverrides {
  if (delimiter === "") return {};
  return {
    encoding: "utf-8",
    delimiter,
    quote: quotechar,
    escape: escapechar,
    header: header_lines > 0,
    preamble: preamble_lines,
  };
}
