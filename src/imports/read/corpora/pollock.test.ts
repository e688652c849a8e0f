// Scores the reader on the Pollock corpus of polluted CSV files, with the true dialect of each file and with detection. The
// corpus is not part of the repository; if it is missing, the tests are skipped.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { createTestScratch } from "../../../../tests/support/scratch-folder.ts";
import { csvLine } from "../../../csv-line.ts";
import { readFile } from "../read-file.ts";
import { parseCanonical, scoreFile } from "./score-pollock.ts";
import { recordTexts } from "../field-text.ts";

const archive = resolve(import.meta.dirname, "../../../../../shared/corpora/pollock.tar.xz");
const missing = !existsSync(archive);

interface Parameters {
  delimiter: string;
  quotechar: string;
  escapechar: string;
  header_lines: number;
  preamble_lines: number;
}

describe("Pollock", () => {
  beforeEach(({ skip }) => {
    skip(missing, `there is no corpus at ${archive}`);
  });
  let folder = "";
  beforeAll(() => {
    if (missing) return;
    folder = mkdtempSync(join(tmpdir(), "pollock-"));
    execFileSync("tar", ["-xJf", archive, "-C", folder, "--strip-components=1"]);
  });
  afterAll(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ["with the true dialect", true, 9.97, 9.93],
    ["with detection", false, 9.96, 9.6],
  ])("%s: the score, and every wrong row has a fault", async (_, isGiven, simple, weighted) => {
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
      // Most files are variants of the same clean file, so parse that file only once.
      const clean = parsed.get(expected) ?? parseCanonical(expected);
      parsed.set(expected, clean);
      const { text, accepted } = await load(join(folder, "csv", name), isGiven ? trueDialect(parameters) : {});
      const score = scoreFile(clean, parseCanonical(text));
      sum += score;
      weightedSum += score * (weights[name] ?? 0);
      weight += weights[name] ?? 0;
      const right = new Set(clean.slice(parameters.header_lines > 0 ? 1 : 0).map((row) => JSON.stringify(row)));
      if (accepted.some((row) => !right.has(JSON.stringify(row)))) wrong.push(name);
    }
    expect(wrong).toEqual([]);
    expect(sum / names.length).toBeGreaterThanOrEqual(simple);
    expect(weightedSum / weight).toBeGreaterThanOrEqual(weighted);
  });
});

/** Returns the file as canonical CSV, and separately the rows below the header that have no fault. */
async function load(path: string, overrides: DialectOverrides): Promise<{ text: string; accepted: string[][] }> {
  let text = "";
  const accepted: string[][] = [];
  let dialect: Dialect | undefined;
  await readFile(
    path,
    { overrides, createScratch: createTestScratch },
    {
      onTable(detected, { header }) {
        dialect = detected;
        if (header.length > 0) text += csvLine(header);
      },
      onRecords(records, faults) {
        const faulty = new Set(faults.map(({ record }) => record));
        for (let record = 0; record < records.count; record++) {
          const cells = recordTexts(records, record, dialect as Dialect);
          text += csvLine(cells);
          if (!faulty.has(record)) accepted.push(cells);
        }
      },
    },
  );
  return { text, accepted };
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
