// Files whose SKU or name would be read from a column of lists: a list never becomes a SKU or a name.
import { beforeEach, expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, importBytes, rejectsOf, workOn } from "../../../../tests/support/import-file.ts";
import { continueImport } from "../../held/hold-import.ts";
import { previewFile } from "../../preview/preview.ts";
import { completeOptions, import_query } from "../../../../contract/imports/imports.ts";
import { questionOf } from "../../../../contract/imports/question.ts";

const database = await createTestDatabase();
const { pool } = database;
const context = await createImportContext(pool);

beforeEach(async () => {
  await pool.query("truncate products, product_history, imports, import_chunks, import_rejects, events cascade");
});

const stored = async (): Promise<unknown[]> =>
  (await pool.query<object>("select sku, name, parent_sku, attributes from products order by sku_key")).rows;

const JSON_RECORDS = { kind: "json" } as const;
const JSON_FILE = JSON.stringify([
  {
    name: "Jacket",
    brand: { name: "Nord" },
    tags: ["warm", "new"],
    variants: [
      { sku: "JL-1-S", size: "S", price: { amount: "10.50" } },
      { sku: "JL-1-M", size: "M", price: { amount: "11.50" } },
    ],
  },
  {
    name: "Cap",
    brand: { name: "Nord" },
    tags: ["new"],
    variants: [{ sku: "CP-1", size: "L", price: { amount: "5" } }],
  },
]);
const XML_FILE = `<shop>
  <product><title>Jacket</title><text>A warm jacket for the winter, with a hood and four pockets</text><variant sku="JL-1-S"><size>S</size></variant><variant sku="JL-1-M"><size>M</size></variant></product>
  <product><title>Cap</title><text>A cap for the summer, made of linen, in many colours</text><variant sku="CP-1"><size>L</size></variant><variant sku="CP-2"><size>M</size></variant></product>
</shop>`;

test.each([
  ["an option", { key: "variants/sku[]" }],
  ["a mapping", { mapping: { file: JSON_RECORDS, key: "variants/sku", name: "name" } }],
  ["a joined key", { mapping: { file: JSON_RECORDS, key: { from: ["name", "variants/sku"], join: "-" } } }],
  ["no option", {}],
])(
  "lists in the column of the key hold the import, and the records of the list are offered: %s",
  async (_, options) => {
    const held = await importBytes(context, JSON_FILE, options);
    expect(held).toMatchObject({ state: "held", changeset_id: null, problem: { option: "key" } });
    const [offer] = questionOf(held.problem)?.candidates ?? [];
    expect(offer).toMatchObject({ value: "variants/*", samples: ["JL-1-S", "JL-1-M", "CP-1"] });
    expect(await stored()).toEqual([]);
    await continueImport(context, held.id, { mapping: offer?.mapping, review: "never" });
    expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 3, rejected: 0 });
    expect(await stored()).toEqual([
      {
        sku: "CP-1",
        name: "Cap",
        parent_sku: "",
        attributes: { size: "L", amount: "5", "brand/name": "Nord", tags: ["new"] },
      },
      {
        sku: "JL-1-M",
        name: "Jacket",
        parent_sku: "",
        attributes: { size: "M", amount: "11.50", "brand/name": "Nord", tags: ["warm", "new"] },
      },
      {
        sku: "JL-1-S",
        name: "Jacket",
        parent_sku: "",
        attributes: { size: "S", amount: "10.50", "brand/name": "Nord", tags: ["warm", "new"] },
      },
    ]);
  },
);

test("XML: repeated elements with a SKU are offered as the products", async () => {
  const held = await importBytes(context, XML_FILE, { key: "variant/@sku[]" });
  const [offer] = questionOf(held.problem)?.candidates ?? [];
  expect(held).toMatchObject({ state: "held", problem: { type: "/problems/key-in-doubt" } });
  expect(offer).toMatchObject({ value: "variant", samples: ["JL-1-S", "JL-1-M", "CP-1"] });
  await continueImport(context, held.id, { mapping: offer?.mapping });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 4, rejected: 0 });
  expect(await stored()).toMatchObject([
    { sku: "CP-1", name: "Cap", attributes: { size: "L" } },
    { sku: "CP-2", name: "Cap" },
    { sku: "JL-1-M", name: "Jacket" },
    { sku: "JL-1-S", name: "Jacket", attributes: { size: "S" } },
  ]);
});

test("lists within lists, and lists below other members, are offered by their whole path", async () => {
  const file = JSON.stringify([
    { title: "Jacket", data: { groups: [{ items: [{ node: { sku: "A-1" } }, { node: { sku: "A-2" } }] }] } },
    { title: "Cap", data: { groups: [{ items: [{ node: { sku: "B-1" } }] }, { items: [{ node: { sku: "B-2" } }] }] } },
  ]);
  const held = await importBytes(context, file);
  const [offer] = questionOf(held.problem)?.candidates ?? [];
  expect(offer).toMatchObject({ value: "data/groups/*/items/*", mapping: { key: "node/sku" } });
  await continueImport(context, held.id, { mapping: offer?.mapping });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 4 });
  expect(await stored()).toMatchObject([
    { sku: "A-1", name: "Jacket" },
    { sku: "A-2" },
    { sku: "B-1" },
    { sku: "B-2" },
  ]);
});

test.each([
  ["an option", { key: "codes[]" }],
  ["a mapping", { mapping: { file: JSON_RECORDS, key: "codes", name: "name" } }],
])("a row with a list as its SKU is rejected, even a list of one element: %s", async (_, options) => {
  const records = [
    { codes: "A-1", name: "Lamp" },
    { codes: "A-2", name: "Desk" },
    { codes: "A-3", name: "Chair" },
    { codes: ["A-4"], name: "Table" },
    { codes: ["A-5", "A-6"], name: "Bed" },
  ];
  const done = await importBytes(context, JSON.stringify(records), options);
  expect(done).toMatchObject({ state: "done", created: 3, rejected: 2 });
  const rejects = await rejectsOf(context, done.id);
  expect(rejects).toMatchObject([
    { row: 4, code: "is_a_list", column: "codes[]", value: '["A-4"]' },
    { row: 5, code: "is_a_list", column: "codes[]", value: '["A-5","A-6"]' },
  ]);
  expect(rejects[1]?.message).toContain(
    '["A-5","A-6"] in the column "codes[]" is a list, but the SKU must be a single text',
  );
});

test("a mapping can choose the first element of a list, or join all of them, as the key", async () => {
  const file = JSON.stringify([
    { codes: ["A-1", "A-2"], name: "Lamp" },
    { codes: ["B-1"], name: "Desk" },
  ]);
  const kind = { file: { kind: "json" }, name: "name" } as const;
  const first = await importBytes(context, file, { mapping: { ...kind, key: { from: "codes", list: false } } });
  const joined = await importBytes(context, file, { mapping: { ...kind, key: { from: "codes", join: "+" } } });
  expect([first, joined]).toMatchObject([
    { state: "done", created: 2 },
    { state: "done", created: 1, unchanged: 1 },
  ]);
  expect(await stored()).toMatchObject([{ sku: "A-1" }, { sku: "A-1+A-2" }, { sku: "B-1" }]);
});

test("a list in a table, and a list as the name, are refused too", async () => {
  const table = await importBytes(context, 'sku[],name\n"[""A-1"",""A-2""]",Lamp\n"[""B-1""]",Desk\n', {
    key: "sku[]",
  });
  expect(table).toMatchObject({ state: "held", problem: { option: "key" } });
  const file = JSON.stringify([
    { sku: "A-1", names: ["Lamp", "Light"], label: "Desk lamp" },
    { sku: "A-2", names: ["Desk"], label: "Oak desk" },
  ]);
  const names = await importBytes(context, file, { name: "names[]" });
  expect(names).toMatchObject({
    state: "held",
    problem: { type: "/problems/name-in-doubt", option: "name", candidates: [{ value: "label" }] },
  });
  expect(await stored()).toEqual([]);
});

test("a preview asks the same question", async () => {
  const options = completeOptions(import_query.parse({ key: "variants/sku[]" }));
  const preview = await previewFile(Buffer.from(JSON_FILE), true, options);
  expect(preview).toMatchObject({
    rejects: [{ code: "is_a_list", column: "variants/sku[]" }],
    problem: { option: "key", candidates: [{ value: "variants/*" }, { value: "name" }] },
  });
});
