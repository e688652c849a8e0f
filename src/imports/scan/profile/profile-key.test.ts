// Tests imports with a profile whose key column is blank in every row of the file, as in an export of a shop without SKUs.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, importBytes, workOn } from "../../../../tests/support/import-file.ts";
import { previewFile } from "../../preview/preview.ts";
import { builtInProfiles } from "../../../profiles/built-in.ts";
import { continueImport } from "../../held/hold-import.ts";
import { completeOptions, import_query, type Column } from "../../../../contract/imports/imports.ts";
import type { Mapping, Value } from "../../../../contract/mapping/mapping.ts";
import { problemOfProfileKey } from "./profile-key.ts";

const database = await createTestDatabase();
const context = await createImportContext(database.pool);

const HEADER =
  "Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Image Src,Status";
const SHOP = [
  HEADER,
  "shirt,Shirt,<p>Cotton</p>,Nord,Size,S,Colour,Red,,19.90,https://i.example/1.jpg,active",
  "shirt,,,,,M,,Red,,21.90,,",
  "shirt,,,,,,,,,,https://i.example/2.jpg,",
  "mug,Mug,,Nord,Title,Default Title,,,,5.00,,active",
].join("\n");

test("the import asks for the key, and continues with the other key of the profile", async () => {
  const held = await importBytes(context, SHOP);
  expect(held).toMatchObject({
    state: "held",
    profile: { name: "Shopify" },
    problem: { type: "/problems/key-in-doubt", option: "key", candidates: [{ value: "Handle and options" }] },
  });
  await continueImport(context, held.id, { key: "Handle and options" });
  const done = await workOn(context, held.id);
  expect(done).toMatchObject({ state: "done", created: 3, rejected: 0, adds: 1, profile: { name: "Shopify" } });
  const { rows } = await database.pool.query<{ sku: string; name: string; parent_sku: string }>(
    "select sku, name, parent_sku from products order by sku_key",
  );
  expect(rows).toEqual([
    { sku: "mug", name: "Mug", parent_sku: "" },
    { sku: "shirt/M/Red", name: "Shirt", parent_sku: "shirt" },
    { sku: "shirt/S/Red", name: "Shirt", parent_sku: "shirt" },
  ]);
});

test("a preview asks the same question, and a file with one SKU raises no question", async () => {
  const options = completeOptions(import_query.parse({}));
  const known = builtInProfiles().map((profile) => ({ ...profile, version: 1, built_in: true, seen_columns: null }));
  const asked = await previewFile(Buffer.from(SHOP), true, options, { known });
  expect(asked.problem).toMatchObject({ option: "key", candidates: [{ value: "Handle and options" }] });
  const filled = SHOP.replace("Red,,21.90", "Red,S-2,21.90");
  const preview = await previewFile(Buffer.from(filled), true, options, { known });
  expect(preview).toMatchObject({ problem: null, rejected: 2, products: [{ sku: "S-2" }] });
});

test("columns with different values are offered too; without any candidate there is no question", () => {
  const rows = [
    ["", "p1", "Lamp"],
    ["", "p2", "Lamp"],
    [" ", "p3", "Lamp"],
  ];
  const table = { header: ["SKU", "Product ID", "Name"], rows };
  const asked = problemOfProfileKey(table, { mapping: { key: "sku", name: "Name" } }, "shop");
  expect(asked?.extra["candidates"]).toMatchObject([{ value: "Product ID", samples: ["p1", "p2", "p3"] }]);
  const alike = { header: ["SKU", "Name"], rows: rows.map(([sku = "", , name = ""]) => [sku, name]) };
  expect(problemOfProfileKey(alike, { mapping: { key: "sku" } }, "shop")).toBeUndefined();
});

test("a key that is blank in most of 20 rows raises a question if each row is a product; names are offered last", () => {
  const rows = Array.from({ length: 20 }, (_, n) => [
    n < 8 ? `A-${n}` : "",
    `Chair made of ${"abcdefghijklmnopqrst"[n]}x wood`,
  ]);
  const table = { header: ["SKU", "Name"], rows };
  const asked = problemOfProfileKey(table, { mapping: { key: "SKU", name: "Name" } }, "shop");
  expect(asked?.message).toContain('reads the SKU from "SKU", which is empty in 60 % of the rows');
  expect(asked?.extra["candidates"]).toMatchObject([{ value: "Name", reason: "contains texts instead of codes" }]);
  const grouped = { mapping: { key: "SKU", name: "Name", group: { by: "Name" } } };
  expect(problemOfProfileKey(table, grouped, "shop")).toBeUndefined();
  expect(
    problemOfProfileKey({ ...table, rows: rows.slice(0, 19) }, { mapping: { key: "SKU" } }, "shop"),
  ).toBeUndefined();
});

test("a key column whose cells contain the SKUs of all variants raises a question", () => {
  const rows = Array.from({ length: 20 }, (_, n) => [`A-${n},B-${n},C-${n}`, `Chair made of ${n}x wood`]);
  const table = { header: ["SKU", "Name"], rows };
  const asked = problemOfProfileKey(table, { mapping: { key: "SKU", name: "Name" } }, "shop");
  expect(asked?.message).toContain('reads the SKU from "SKU", which contains several SKUs in most cells');
  expect(asked?.extra["candidates"]).toMatchObject([{ value: "Name" }]);
  const pairs = rows.map(([, name = ""], n) => [`A-${n},5`, name]);
  expect(problemOfProfileKey({ ...table, rows: pairs }, { mapping: { key: "SKU" } }, "shop")).toBeUndefined();
});

test("if most variants of a shop have the SKU of another variant, the import asks for the key", async () => {
  const rows = Array.from({ length: 30 }, (_, n) => {
    const first = n % 3 === 0 ? `Shirt ${n},Cotton,Nord` : ",,";
    return `shirt-${Math.floor(n / 3)},${first},Size,${"SML"[n % 3]},,,S-${Math.floor(n / 3)},19.90,,active`;
  });
  const held = await importBytes(context, [HEADER, ...rows].join("\n"));
  expect(held).toMatchObject({
    state: "held",
    problem: { type: "/problems/key-in-doubt", option: "key", candidates: [{ value: "Handle and options" }] },
  });
  expect(held.problem?.detail).toContain("67 % of the products have the SKU of another product");
  await continueImport(context, held.id, { key: "Handle and options" });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 30, superseded: 0 });
});

test("another key of the profile is not offered if its column is blank", () => {
  const mapping = { key: "SKU", name: "Name", other_keys: { number: "ID", code: "Code" } };
  const table = { header: ["SKU", "ID", "Code", "Name"], rows: [["", "", "c1", "Lamp"]] };
  expect(problemOfProfileKey(table, { mapping }, "shop")?.extra["candidates"]).toMatchObject([
    { value: "code" },
    { value: "Code" },
    { value: "Name" },
  ]);
});

test("a key with an alternative that is filled, a pattern, or the option key raises no question", () => {
  const table = { header: ["SKU", "ID"], rows: [["", "1a"]] };
  expect(problemOfProfileKey(table, { mapping: { key: ["SKU", "ID"] } }, "shop")).toBeUndefined();
  expect(problemOfProfileKey(table, { mapping: { key: "SK*" } }, "shop")).toBeUndefined();
  expect(problemOfProfileKey(table, { mapping: { key: "SKU" }, key: "SKU" }, "shop")).toBeUndefined();
  expect(problemOfProfileKey(table, { mapping: { key: "SKU" } }, "shop")).toBeDefined();
  const joined: Value = { from: ["SKU", "ID"], join: ":", need: "all" };
  expect(problemOfProfileKey(table, { mapping: { key: joined } }, "shop")).toBeDefined();
});

const FEED = (id: string): string =>
  `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>${Array.from(
    { length: 3 },
    (_, n) =>
      `<item>${id.replace("N", String(n))}<g:mpn>M-${n}</g:mpn><title>Lamp ${n}</title><g:price>5 EUR</g:price><g:availability>in_stock</g:availability></item>`,
  ).join("")}</channel></rss>`;

test("a file that lacks the key column of its profile raises a question, and the answer is imported with the profile", async () => {
  const held = await importBytes(context, FEED(""));
  expect(held).toMatchObject({
    state: "held",
    problem: { type: "/problems/key-in-doubt", option: "key" },
  });
  expect(held.problem?.detail).toMatch(/^The profile ".+" reads the SKU from ".*id", which the file lacks\. /);
  const candidates = (held.problem as { candidates?: { value: string }[] }).candidates ?? [];
  const mpn = candidates.find(({ value }) => value.endsWith("mpn"));
  expect(mpn).toMatchObject({ samples: ["M-0", "M-1", "M-2"] });
  await continueImport(context, held.id, { key: mpn?.value ?? "" });
  const done = await workOn(context, held.id);
  expect(done).toMatchObject({ state: "done", created: 3, rejected: 0, profile: held.profile });
  const complete = await importBytes(context, FEED("<g:id>I-N</g:id>"));
  expect(complete).toMatchObject({ state: "done", created: 3, profile: held.profile });
});

test("if nothing else can be the key of a file that lacks the key column of its profile, the import names the missing column", () => {
  const table = { header: ["Name"], rows: [["Lamp"], ["Lamp"], ["Lamp"]], missing_key: ["SKU"] };
  const problem = problemOfProfileKey(table, { mapping: { key: "SKU" } }, "shop");
  expect(problem).toMatchObject({ slug: "no-such-column" });
  expect(problem?.extra["candidates"]).toBeUndefined();
  const mapping = { key: "SKU", other_keys: { number: "Number", code: "Code" } };
  const other = problemOfProfileKey({ ...table, header: ["Code"] }, { mapping }, "shop");
  expect(other?.extra["candidates"]).toMatchObject([{ value: "code" }]);
});

test.each<[string, Partial<Mapping>]>([
  ["rows form groups", { group: { by: "Handle" } }],
  ["a column names the kind of each row", { kinds: { by: "Title", when: { Lamp: {} }, else: "ignore" } }],
  ["each row is a product", {}],
])("a key column is also missing if %s; other keys are offered by patterns and numbered names", async (_, rows) => {
  const mapping: Mapping = { key: "SKU", name: "Title", other_keys: { ean: "EA*", second: "Title (2)" }, ...rows };
  const named = {
    name: "shop",
    definition: { profile: "shop", ...mapping },
    version: 1,
    built_in: false,
    seen_columns: null,
  };
  const file = `Handle,Title,EAN,Title\n${"h,Lamp,1,x\n".repeat(3)}`;
  const preview = await previewFile(Buffer.from(file), true, completeOptions(import_query.parse({ profile: "shop" })), {
    named,
  });
  expect(preview.problem).toMatchObject({
    type: "/problems/key-in-doubt",
    detail: expect.stringContaining('reads the SKU from "SKU", which the file lacks') as string,
    candidates: expect.arrayContaining([
      expect.objectContaining({ value: "ean" }),
      expect.objectContaining({ value: "second" }),
    ]) as object[],
  });
});

test("the problem of a file without a header lists the names of its columns", () => {
  const columns: Column[] = [{ name: "Title", target: "name" }];
  const table = { header: [], rows: [["Lamp"], ["Lamp"]], columns, missing_key: ["SKU"] };
  expect(problemOfProfileKey(table, { mapping: { key: "SKU" } }, "shop")?.extra["headers"]).toEqual(["Title"]);
});
