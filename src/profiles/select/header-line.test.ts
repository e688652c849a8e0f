// Tests which line becomes the header if several lines of a file could contain the columns of a profile or a mapping.
import { expect, test } from "vitest";
import { completeOptions, import_query, type GivenOptions } from "../../../contract/imports/imports.ts";
import { previewFile } from "../../imports/preview/preview.ts";
import type { ProfileDefinition } from "../../../contract/profiles/profile.ts";
import { headerFor } from "./header-line.ts";

const options = (more: Partial<GivenOptions> = {}): GivenOptions => ({
  ...completeOptions(import_query.parse({})),
  ...more,
});
const CODES = { key: "c_sku", name: "c_name", attributes: { price: "c_price" } };
const known = (definition: ProfileDefinition) => ({
  known: [{ name: "codes", version: 1, built_in: false, definition, seen_columns: null }],
});
const FILE = "Template;1;version=2\nSKU;Name;Price\nc_sku;c_name;c_price\na-1;Lamp;9\n";

test("a profile is selected by a line below the header, and this line becomes the header", async () => {
  const preview = await previewFile(Buffer.from(FILE), true, options(), known(CODES));
  expect(preview).toMatchObject({ profile: { name: "codes" }, problem: null, rejected: 0, dialect: { preamble: 2 } });
  expect(preview.products).toMatchObject([{ sku: "a-1", name: "Lamp", attributes: { price: "9" } }]);
});

test("a profile is selected by a line above the header", async () => {
  const file = "c_sku;c_name;c_price\nSKU;Product name;Description\na-1;Lamp;9\n";
  const preview = await previewFile(Buffer.from(file), true, options(), known(CODES));
  expect(preview).toMatchObject({ profile: { name: "codes" }, dialect: { preamble: 0 } });
  expect(preview.products.map(({ sku }) => sku)).toContain("a-1");
});

test("a mapping, and a profile that the client names, find their columns in another line too", async () => {
  const given = await previewFile(Buffer.from(FILE), true, options({ mapping: CODES }));
  expect(given.products).toMatchObject([{ sku: "a-1", name: "Lamp" }]);
  const named = { name: "codes", version: 1, built_in: false, definition: CODES, seen_columns: null };
  const preview = await previewFile(Buffer.from(FILE), true, options(), { named });
  expect(preview.products).toMatchObject([{ sku: "a-1", name: "Lamp" }]);
});

test("the header that fits is not moved, nor that of a mapping which states its line", async () => {
  const labels = { key: "SKU", name: "Name" };
  expect((await previewFile(Buffer.from(FILE), true, options(), known(labels))).dialect).toMatchObject({ preamble: 1 });
  const stated = { ...CODES, file: { header: { at: 2 } } };
  await expect(previewFile(Buffer.from(FILE), true, options({ mapping: stated }))).rejects.toMatchObject({
    slug: "no-such-column",
  });
});

test("a line fits if it has the columns of the key and those that decide which rows belong together", () => {
  const lines = {
    header: ["a", "b"],
    other_headers: [
      { line: 3, cells: ["c_sku"] },
      { line: 4, cells: ["C_SKU", "g"] },
    ],
  };
  expect(headerFor({ key: "c_sku" }, lines)?.line).toBe(3);
  expect(headerFor({ key: "c_sku", group: { by: "g" } }, lines)?.line).toBe(4);
  expect(headerFor({ key: "a" }, lines)).toBeUndefined();
  expect(headerFor({ key: "z" }, lines)).toBeUndefined();
});
