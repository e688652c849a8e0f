// Imports several sample files of one supplier, packed in a zip file, by stored and built-in profiles: each file gets its own profile.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Import } from "../../contract/imports/imports.ts";
import type { ProfileDefinition } from "../../contract/profiles/profile.ts";
import { putProfile } from "../../src/profiles/change-profile.ts";
import { createTestDatabase } from "../support/database.ts";
import { createImportContext, receiveBytes, rejectsOf, workOn } from "../support/import-file.ts";
import { zipOf } from "../support/files/make-zip.ts";
import type { ShapeProduct } from "./products-of.ts";

const { pool } = await createTestDatabase();
const context = await createImportContext(pool, 7);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

interface Expected {
  files: string[];
  rejects: { record: number }[];
  products: ShapeProduct[];
}

test.each([
  ["two-files-one-product", ["Texts", "Stock"]],
  ["commerceml-two-files", ["CommerceML catalogue", "CommerceML offers"]],
])("%s in a zip file", async (folder, profiles) => {
  const path = resolve(import.meta.dirname, "../fixtures/imports", folder);
  const read = (name: string): string => readFileSync(join(path, name), "utf8");
  const expected = JSON.parse(read("expected.json")) as Expected;
  if (folder === "two-files-one-product")
    for (const [name, file] of [
      ["Texts", "texts.mapping.json"],
      ["Stock", "stock.mapping.json"],
    ] as const)
      await putProfile(pool, {
        name,
        definition: JSON.parse(read(file)) as ProfileDefinition,
        actor: "test",
        confirm: false,
        preconditions: { if_match: undefined },
      });
  // The zip file contains the files in reverse order; the import must restore the expected order.
  const files = expected.files.toReversed().map((file): [string, string] => [`export/${file}`, read(file)]);
  let { id } = await receiveBytes(context, await zipOf(files));
  const rejects: number[] = [];
  for (const [position, file] of expected.files.entries()) {
    const done: Import = await workOn(context, id);
    expect(done).toMatchObject({ state: "done", profile: { name: profiles[position] } });
    expect(done.dialect?.members?.find((member) => member.read)?.name).toBe(`export/${file}`);
    rejects.push(...(await rejectsOf(context, id)).map(({ row }) => row));
    id = done.followed_by ?? 0;
  }
  expect(id).toBe(0);
  expect(rejects).toEqual(expected.rejects.map(({ record }) => record));
  const { rows } = await pool.query<ShapeProduct>(
    `select sku, name, nullif(description, '') as description, active, nullif(parent_sku, '') as parent_sku, attributes
     from products order by sku collate "C"`,
  );
  expect(rows).toEqual(expected.products.toSorted((a, b) => (a.sku < b.sku ? -1 : 1)));
});
