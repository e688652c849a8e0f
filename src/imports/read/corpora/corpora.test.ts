// Reads files of other projects: RFC 4180 cases, csv-spectrum, and real catalogues. The corpora are not part of the repository;
// if one is missing, its tests are skipped.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Column, Dialect } from "../../../../contract/imports/imports.ts";
import { readFile, type Fault } from "../read-file.ts";
import { createTestScratch } from "../../../../tests/support/scratch-folder.ts";
import { recordTexts } from "../field-text.ts";

const corpora = resolve(import.meta.dirname, "../../../../../shared/corpora");
const missing = !existsSync(corpora);
const REASON = `there are no corpora at ${corpora}`;

interface Read {
  dialect: Dialect | undefined;
  header: string[];
  columns: Column[];
  records: string[][];
  faults: Pick<Fault, "line" | "code">[];
  lines: number;
  rows: number;
}

async function read(path: string): Promise<Read> {
  const seen: Omit<Read, "lines" | "rows"> = { dialect: undefined, header: [], columns: [], records: [], faults: [] };
  const options = { createScratch: createTestScratch };
  const counts = await readFile(path, options, {
    onTable(dialect, { header, columns }) {
      Object.assign(seen, { dialect, header, columns });
    },
    onRecords(records, faults) {
      const { dialect } = seen;
      if (dialect === undefined) throw new Error("records before the table");
      for (let record = 0; record < records.count; record++) seen.records.push(recordTexts(records, record, dialect));
      seen.faults.push(...faults.map(({ line, code }) => ({ line, code })));
    },
  });
  return { ...seen, ...counts };
}

function byHeader({ header, records }: Read): Record<string, string>[] {
  return records.map((cells) =>
    Object.fromEntries(cells.map((cell, position): [string, string] => [header[position] ?? "", cell])),
  );
}

describe("RFC 4180", () => {
  beforeEach(({ skip }) => {
    skip(missing, REASON);
  });
  const folder = join(corpora, "rfc4180");
  const names = missing ? ["no files"] : readdirSync(join(folder, "csv")).map((name) => name.replace(".csv", ""));

  test.each(names.filter((name) => !name.startsWith("bad-")))("%s", async (name) => {
    const found = await read(join(folder, "csv", `${name}.csv`));
    const expected = JSON.parse(readFileSync(join(folder, "json", `${name}.json`), "utf8")) as unknown[];
    const asRows = expected.some(Array.isArray);
    expect(asRows ? [...(found.header.length > 0 ? [found.header] : []), ...found.records] : byHeader(found)).toEqual(
      expected,
    );
    expect(found.faults).toEqual([]);
  });

  test.each<[string, Read["faults"]]>([
    ["bad-header-less-fields", [{ line: 2, code: "too_few_fields" }]],
    ["bad-header-more-fields", [{ line: 2, code: "too_many_fields" }]],
    ["bad-missing-quote", [{ line: 2, code: "unclosed_quote" }]],
    ["bad-quotes-with-unescaped-quote", [{ line: 2, code: "text_after_quote" }]],
  ])("%s", async (name, faults) => {
    expect((await read(join(folder, "csv", `${name}.csv`))).faults).toEqual(faults);
  });

  test("bad-unescaped-quote: a quote inside an unquoted cell is text and stays unchanged", async () => {
    const { records, faults } = await read(join(folder, "csv", "bad-unescaped-quote.csv"));
    expect({ records, faults }).toEqual({ records: [["1", 'This "quotes" must be escaped', "3"]], faults: [] });
  });

  test.each(["bad-header-no-header", "bad-header-wrong-header"])("%s: no column is recognized", async (name) => {
    const { columns, rows } = await read(join(folder, "csv", `${name}.csv`));
    expect(columns.filter(({ target }) => target !== "attribute")).toEqual([]);
    expect(rows).toBe(0);
  });
});

describe("csv-spectrum", () => {
  const folder = dirname(createRequire(import.meta.url).resolve("csv-spectrum/package.json"));
  const names = readdirSync(join(folder, "csvs")).map((name) => name.replace(".csv", ""));

  test.each(names)("%s", async (name) => {
    const found = await read(join(folder, "csvs", `${name}.csv`));
    const expected = JSON.parse(readFileSync(join(folder, "json", `${name}.json`), "utf8")) as object;
    // An error in the package: this JSON file has a different telephone number than its CSV file, and its single record is not in
    // a list.
    const fixed = name === "location_coordinates" ? [{ ...expected, "Contact Phone Number": "2095257564" }] : expected;
    expect(byHeader(found)).toEqual(fixed);
    expect(found.faults).toEqual([]);
  });
});

describe("real catalogues", () => {
  beforeEach(({ skip }) => {
    skip(missing, REASON);
  });
  const targets = ({ columns }: Read): Record<string, string> =>
    Object.fromEntries(
      columns.filter(({ target }) => target !== "attribute").map(({ target, name }) => [target, name]),
    );

  test("Magento: 1,994 SKUs, 70 columns, HTML and line breaks in cells", async () => {
    const found = await read(join(corpora, "catalogues", "magento_configurable.csv"));
    expect(targets(found)).toEqual({ sku: "sku", name: "name", description: "description", active: "product_online" });
    expect(found).toMatchObject({ rows: 1_994, faults: [] });
    expect(found.columns).toHaveLength(70);
    expect(new Set(found.records.map(([sku]) => sku)).size).toBe(1_994);
  });

  test("Vendure: cells padded with blanks, even after a closing quote", async () => {
    const found = await read(join(corpora, "catalogues", "vendure_products.csv"));
    expect(targets(found)).toEqual({ sku: "sku", name: "name", description: "description" });
    expect(found).toMatchObject({ lines: 89, rows: 88, faults: [] });
    expect(found.records[0]?.[2]).toMatch(/^Now equipped .*3\.6GHz\.$/);
  });

  test.each([
    ["shopify_apparel.csv", 22],
    ["shopify_home-and-garden.csv", 21],
    ["shopify_jewelery.csv", 41],
  ])("Shopify: %s", async (name, rows) => {
    const found = await read(join(corpora, "catalogues", name));
    expect(targets(found)).toEqual({
      sku: "Variant SKU",
      name: "Title",
      description: "Body (HTML)",
      active: "Published",
    });
    expect(found).toMatchObject({ rows, faults: [] });
  });
});
