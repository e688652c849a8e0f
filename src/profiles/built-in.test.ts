// The built-in profiles: a sample export of each program selects its profile by its columns, and gives the expected products.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtInProfiles } from "./built-in.ts";
import { runTests } from "./tests/run-tests.ts";
import { completeOptions, import_query } from "../../contract/imports/imports.ts";
import { previewFile } from "../imports/preview/preview.ts";

const FIXTURES = join(import.meta.dirname, "../../tests/fixtures/profiles");

interface Expected {
  files: string[];
  rejects: unknown[];
  products: { sku: string; description: string | null; parent_sku: string | null }[];
}

const known = builtInProfiles().map((profile) => ({ ...profile, version: 1, built_in: true, seen_columns: null }));
const options = completeOptions(import_query.parse({}));

test.each([
  ["akeneo-suffixes", "Akeneo"],
  ["prestashop", "PrestaShop"],
  ["openai-feed", "OpenAI product feed"],
])("the export %s is recognized as %s, and all its products are right", async (shape, name) => {
  const folder = join(FIXTURES, shape);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected;
  const bytes = readFileSync(join(folder, expected.files[0] as string));
  const result = await previewFile(bytes, true, options, { known, shown: 1000 });
  expect(result).toMatchObject({ profile: { name, built_in: true }, problem: null, notices: [] });
  expect(result.rejected).toBe(expected.rejects.length);
  const products = result.products.map(({ row: _row, line: _line, ...product }) => product);
  const wanted = expected.products.map((product) => ({
    ...product,
    description: product.description ?? "",
    parent_sku: product.parent_sku ?? "",
  }));
  const bySku = (list: { sku: string }[]) => list.toSorted((a, b) => (a.sku < b.sku ? -1 : 1));
  expect(bySku(products)).toEqual(bySku(wanted));
});

test("files of other kinds get no built-in profile", async () => {
  const reports = join(FIXTURES, "../reports");
  for (const file of readdirSync(reports).filter((name) => !name.includes("prestashop"))) {
    const { profile } = await previewFile(readFileSync(join(reports, file)), true, options, { known });
    expect(profile, file).toBeNull();
  }
});

/** Sample files of the programs: the fixtures, and the inputs in the tests of the profiles. */
const samples: [name: string, file: string, bytes: Buffer][] = [
  ["Akeneo", "akeneo-suffixes/input.csv"],
  ["PrestaShop", "prestashop/input.csv"],
  ["OpenAI product feed", "openai-feed/input.tsv"],
].map(([name = "", file = ""]): [string, string, Buffer] => [name, file, readFileSync(join(FIXTURES, file))]);
for (const { name, definition } of builtInProfiles())
  for (const test of definition.tests ?? []) samples.push([name, test.name ?? "", Buffer.from(test.input)]);

test("every built-in profile has a sample", () => {
  expect(new Set(samples.map(([name]) => name))).toEqual(new Set(known.map(({ name }) => name)));
});

test.each(samples)("of all built-in profiles, only %s fits its file: %s", async (name, _file, bytes) => {
  expect((await previewFile(bytes, true, options, { known })).profile?.name).toBe(name);
  const others = known.filter((profile) => profile.name !== name);
  expect((await previewFile(bytes, true, options, { known: others })).profile).toBeNull();
});

test.each([
  "sku,name,description,active,price,brand",
  "id,title,description,price,brand,image",
  "id,title,link,price,availability",
  "Artikelnummer;Bezeichnung;Preis;Bestand;EAN",
  "sku,title,brand,url,price,description",
  "model,manufacturer,price,quantity,status,name",
  "handle,sku,name,retail_price,brand_name,active",
])("a file with the columns %s gets no built-in profile", async (header) => {
  const bytes = Buffer.from(`${header}\n`);
  expect((await previewFile(bytes, true, options, { known })).profile).toBeNull();
});

test("the tests in built-in profiles pass", async () => {
  for (const { name, definition } of builtInProfiles())
    expect(
      (await runTests(definition)).filter(({ passed }) => !passed),
      name,
    ).toEqual([]);
});
