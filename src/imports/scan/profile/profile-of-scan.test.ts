// Imports with a profile: named by the client, or selected by the columns of the file.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import { createImportContext, importBytes, workOn, type Options } from "../../../../tests/support/import-file.ts";
import { putProfile } from "../../../profiles/change-profile.ts";
import { findProfile } from "../../../profiles/find-profile.ts";
import { continueImport } from "../../held/hold-import.ts";
import type { Import } from "../../../../contract/imports/imports.ts";
import type { ProfileDefinition } from "../../../../contract/profiles/profile.ts";

const database = await createTestDatabase();
const context = await createImportContext(database.pool);

async function store(name: string, definition: ProfileDefinition): Promise<void> {
  const change = { name, definition: { profile: name, ...definition }, actor: "test", confirm: false };
  await putProfile(database.pool, { ...change, preconditions: { if_match: undefined } });
}
const run = (text: string, options: Options = {}): Promise<Import> => importBytes(context, text, options);
const codes = ({ notices }: Import): [string, string | null][] => notices.map(({ code, column }) => [code, column]);
async function readProduct(sku: string): Promise<Record<string, unknown> | undefined> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    "select sku, name, attributes from products where sku_key = lower($1)",
    [sku],
  );
  return rows[0];
}

const supplier: ProfileDefinition = {
  key: { from: ["Lieferant", "Art.-Nr."], join: ":", need: "all" },
  name: "Bezeichnung",
  attributes: { price: { from: "EK", number: "1.234,56" } },
};
const HEADER = "Lieferant;Art.-Nr.;Bezeichnung;EK";

test("a stored profile is selected by its columns; a new column in a later file becomes an attribute and is reported", async () => {
  await store("Supplier", supplier);
  const first = await run(`${HEADER}\nACME;1;Lamp;1.204,50\n`);
  expect(first).toMatchObject({
    state: "done",
    created: 1,
    profile: { name: "Supplier", version: 1, built_in: false, definition: { profile: "Supplier", ...supplier } },
    notices: [],
  });
  expect(await readProduct("ACME:1")).toMatchObject({ name: "Lamp", attributes: { price: "1204.50" } });
  expect(await findProfile(database.pool, "supplier")).toMatchObject({
    import_id: first.id,
    seen_columns: HEADER.split(";"),
  });
  const next = await run(`${HEADER};Farbe\nACME;2;Desk;3,00;red\n`);
  expect(next).toMatchObject({ state: "done", profile: { name: "Supplier" } });
  expect(codes(next)).toEqual([["new_column", "Farbe"]]);
  expect(await readProduct("ACME:2")).toMatchObject({ attributes: { price: "3.00", Farbe: "red" } });
  // The profile remembers the column Farbe from the previous import, so this import has no notice. The next file lacks the column: its
  // import reports this and leaves the stored values of Farbe unchanged.
  expect(codes(await run(`${HEADER};Farbe\nACME;3;Desk;3,00;red\n`))).toEqual([]);
  expect(codes(await run(`${HEADER}\nACME;2;Desk;4,00\n`))).toEqual([["missing_column", "Farbe"]]);
  expect(await readProduct("ACME:2")).toMatchObject({ attributes: { price: "4.00", Farbe: "red" } });
});

test("a profile is selected by the line below the header, and an import that waits for an answer keeps this line", async () => {
  await store("Codes", {
    key: "c_sku",
    name: "c_name",
    attributes: { price: "c_price" },
    active: { from: "c_state", map: { on: "yes" }, else: "hold" },
  });
  const text = (rows: string): string =>
    `Template;1;version=2;x\nSKU;Name;Price;State\nc_sku;c_name;c_price;c_state\n${rows}`;
  const imported = await run(text("c-1;Lamp;9;on\n"));
  expect(imported).toMatchObject({ state: "done", created: 1, ignored: 0, profile: { name: "Codes" } });
  expect(imported.dialect?.preamble).toBe(2);
  expect(await readProduct("c-1")).toMatchObject({ name: "Lamp", attributes: { price: "9" } });
  const held = await run(text("c-2;Desk;8;off\n"));
  expect(held).toMatchObject({ state: "held", profile: { name: "Codes" } });
  const active = { from: "c_state", map: { on: "yes", off: "no" } };
  await continueImport(context, held.id, { mapping: { key: "c_sku", name: "c_name", active } });
  expect(await workOn(context, held.id)).toMatchObject({ state: "done", created: 1, ignored: 0 });
});

test("profile=none, key= and mapping= switch the selection off", async () => {
  const text = `${HEADER}\nACME;9;Lamp;1,00\n`;
  expect((await run(text, { profile: "none", key: "Art.-Nr.", name: "Bezeichnung" })).profile).toBeNull();
  expect((await run(text, { key: "Art.-Nr.", name: "Bezeichnung" })).profile).toBeNull();
  expect((await run(text, { mapping: { key: "Art.-Nr.", name: "Bezeichnung" } })).profile).toBeNull();
  expect(await readProduct("9")).toMatchObject({ name: "Lamp" });
});

test("a named profile is used whatever the columns are, and defines how to read the file", async () => {
  await store("Odd", {
    file: { delimiter: "!", header: { at: 2 } },
    key: "code",
    name: { from: "label", prefix: "P " },
    mode: "create",
  });
  const made = await run("title\ncode!label\nodd-1!a,b,c\n", { profile: "odd" });
  expect(made).toMatchObject({ state: "done", created: 1, options: { profile: "odd", mode: "create" } });
  expect(await readProduct("odd-1")).toMatchObject({ name: "P a,b,c" });
});

test("if a selected profile specifies a dialect other than the detected one, the whole file is read with the dialect of the profile", async () => {
  await store("Quoted", {
    file: { quote: "" },
    detect: { columns: ["qcode", "qname", "qsize"], need: 3 },
    key: "qcode",
    name: "qname",
  });
  await run('qcode,qname,qsize\nq-1,"Lamp",1\n');
  expect(await readProduct("q-1")).toMatchObject({ name: '"Lamp"' });
});

test("a profile that names the records of a JSON file is selected, and the file is read with these records", async () => {
  await store("Variants", {
    file: { kind: "jsonl", each: "variants/*" },
    detect: { columns: ["title/en", "variants/vsku"], need: 2 },
    key: "vsku",
    name: "../../title/en",
  });
  const file = '{"title":{"en":"Shirt"},"variants":[{"vsku":"v-1"},{"vsku":"v-2"}]}\n'.repeat(2);
  // The second import recognizes the columns as those of the first import, so it has no notices either.
  for (const state of ["done", "done"]) {
    expect(await run(file)).toMatchObject({ state, rows: 4, profile: { name: "Variants" }, notices: [] });
    expect(await readProduct("v-2")).toMatchObject({ name: "Shirt" });
  }
});

test("an unknown name and a profile together with a mapping are refused", async () => {
  await expect(run("sku,name\na,b\n", { profile: "missing" })).rejects.toMatchObject({ slug: "no-such-profile" });
  await expect(run("sku,name\na,b\n", { profile: "Supplier", mapping: { key: "sku" } })).rejects.toMatchObject({
    slug: "invalid-request",
  });
});

test("an import waits for an answer if the columns changed and its profile has `hold`", async () => {
  const held = { ...supplier, key: "Holder", on_new_column: "hold", on_missing_column: "hold" } as const;
  await store("Strict", { ...held, detect: { columns: ["Holder", "Bezeichnung", "EK"], need: 2 } });
  const added = await run("Holder;Bezeichnung;EK;Neu\nh-1;Lamp;1,00;x\n");
  expect(added).toMatchObject({
    state: "held",
    profile: { name: "Strict" },
    problem: { type: "/problems/columns-changed", option: "on_new_column", added: ["Neu"] },
  });
  await continueImport(context, added.id, { on_new_column: "ignore" });
  const ignored = await workOn(context, added.id);
  expect(ignored).toMatchObject({ state: "done", created: 1, profile: { name: "Strict" } });
  expect(await readProduct("h-1")).toMatchObject({ attributes: { price: "1.00" } });
  const missing = await run("Holder;Bezeichnung\nh-2;Lamp\n");
  expect(missing).toMatchObject({ state: "held", problem: { option: "on_missing_column" } });
  await continueImport(context, missing.id, { on_missing_column: "keep" });
  expect(await workOn(context, missing.id)).toMatchObject({ state: "done", created: 1 });
});

test("columns that an import has ignored because they are new are ignored in the next file too, or asked about again", async () => {
  const columns = { key: "Ign code", name: "Ign name" };
  await store("Ignoring", { ...columns, on_new_column: "ignore" });
  for (const sku of ["i-1", "i-2"]) {
    const made = await run(`;Ign code;Ign name;Neu\n0;${sku};Lamp;x\n`);
    expect(made).toMatchObject({ state: "done", profile: { name: "Ignoring" } });
    expect(codes(made)).toContainEqual(["new_column", "Neu"]);
    expect((await readProduct(sku))?.attributes).toEqual({});
  }
  const kept = await run("Ign code;Ign name;Neu\ni-3;Lamp;x\n", { on_new_column: "attribute" });
  expect(kept.state).toBe("done");
  await run("Ign code;Ign name;Neu;Neuer\ni-4;Lamp;x;y\n");
  expect((await readProduct("i-4"))?.attributes).toEqual({ Neu: "x" });
  await store("Asking", { key: "Ask code", name: "Ask name", on_new_column: "hold" });
  for (const sku of ["a-1", "a-2"]) {
    const asked = await run(`Ask code;Ask name;Neu\n${sku};Lamp;x\n`);
    expect(asked).toMatchObject({ state: "held", problem: { option: "on_new_column" } });
    await continueImport(context, asked.id, { on_new_column: "ignore" });
    expect(await workOn(context, asked.id)).toMatchObject({ state: "done" });
    expect((await readProduct(sku))?.attributes).toEqual({});
  }
});

test("the answer to a question may replace the profile", async () => {
  const { id, state } = await run("Holder;Bezeichnung;EK;Other\nh-3;Lamp;1,00;x\n");
  expect(state).toBe("held");
  await continueImport(context, id, { profile: "none", key: "Holder", name: "Bezeichnung" });
  expect(await workOn(context, id)).toMatchObject({ state: "done", profile: null });
  expect(await readProduct("h-3")).toMatchObject({ attributes: { EK: "1,00", Other: "x" } });
});

test("of two profiles that fit equally well none is used, and the import reports it", async () => {
  const twin = { key: "twin code", name: "twin name", attributes: { a: "twin a" } };
  await store("Twin 1", twin);
  await store("Twin 2", twin);
  const imported = await run("sku,twin code,twin name,twin a\nt-1,c,n,a\n", { mode: "update" });
  expect(imported.profile).toBeNull();
  expect(codes(imported)).toContainEqual(["profiles_tied", null]);
});

test("the mode and the repeats of a profile apply unless the client gives them, even if it gives the defaults", async () => {
  const columns = { key: "Mode code", name: "Mode name" };
  await store("Modes", { ...columns, mode: "update", repeats: "first" });
  const file = "Mode code;Mode name\nm-1;Lamp\nm-1;Desk\n";
  const options = (import_: Import): object => [import_.options.mode, import_.options.repeats];
  const byProfile = await run(file);
  expect(options(byProfile)).toEqual(["update", "first"]);
  expect(byProfile).toMatchObject({ profile: { name: "Modes" }, created: 0, superseded: 1, rejected: 1 });
  const given = await run(file, { mode: "upsert", repeats: "last" });
  expect(options(given)).toEqual(["upsert", "last"]);
  expect(given).toMatchObject({ profile: { name: "Modes" }, created: 1, superseded: 1 });
  expect(await readProduct("m-1")).toMatchObject({ name: "Desk" });
});
