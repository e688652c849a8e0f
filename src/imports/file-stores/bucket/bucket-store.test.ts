// Imports whose files are in a bucket. Two contexts with different folders represent two hosts.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase } from "../../../../tests/support/database.ts";
import {
  createImportContext,
  importBytes,
  receiveBytes,
  rejectsOf,
  workOn,
  type Options,
} from "../../../../tests/support/import-file.ts";
import { makeWorkbook } from "../../../../tests/support/files/make-workbook.ts";
import { zipOf } from "../../../../tests/support/files/make-zip.ts";
import { startObjectStorage } from "../../../../tests/support/storage/object-storage.ts";
import { import_query, type Import } from "../../../../contract/imports/imports.ts";
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import type { ImportContext } from "../../context.ts";
import { finishImport } from "../../finish-import.ts";
import { continueImport } from "../../held/hold-import.ts";
import { runLoader } from "../../load/loader.ts";
import { receiveImport } from "../../receive/receive.ts";
import { previewHeld } from "../../preview/preview-held.ts";
import type { Previewer } from "../../preview/preview-in-thread.ts";
import { previewSource } from "../../preview/preview.ts";
import { sweepFiles } from "../../recovery/sweep-files.ts";
import { runScan } from "../../scan/run-scan.ts";
import { readImport, readImportWork } from "../../store.ts";
import { openFileStore } from "../open-store.ts";
import { createBucketClient } from "./client.ts";
import { partName } from "./parts.ts";

const { pool } = await createTestDatabase();
const storage = await startObjectStorage();
const root = await mkdtemp(join(tmpdir(), "skuport-hosts-"));
afterAll(() => rm(root, { recursive: true, force: true }));
const folder = await createImportContext(pool, 5);
const { signal } = new AbortController();

/** Opens the store as another host does. Without a record cache, loaders split the bytes again. */
async function openHost(name: string): Promise<ImportContext> {
  const store = await openFileStore(pool, join(root, name), { adopts: false, bucket: storage.settings });
  const { record_cache: _, ...context } = folder;
  return { ...context, store };
}
const [here, there] = await Promise.all([openHost("here"), openHost("there")]);
const client = createBucketClient(storage.settings);

beforeEach(() => pool.query("truncate products, product_history, imports, import_chunks, import_rejects cascade"));

const FIXTURES = resolve(import.meta.dirname, "../../../../tests/fixtures/shapes");
const mappingOf = async (shape: string): Promise<Mapping> =>
  JSON.parse(await readFile(resolve(FIXTURES, shape, "mapping.json"), "utf8")) as Mapping;

const CSV = `sku,name,price\n${Array.from({ length: 9 }, (_, i) => `S-${i},Näme ${i},${i}.50\n`).join("")},no key,1\n`;
const XML = `<shop>${Array.from({ length: 9 }, (_, i) => `<p><sku>X-${i}</sku><name>Näme ${i}</name></p>`).join("\n")}<p><sku></sku><name>no key</name></p></shop>`;
const cells = (row: number, [sku, name]: [string, string]): string =>
  `<row r="${row}"><c r="A${row}" t="inlineStr"><is><t>${sku}</t></is></c><c r="B${row}" t="inlineStr"><is><t>${name}</t></is></c></row>`;
const WORKBOOK = await makeWorkbook({
  sheets: {
    Products: [
      ["sku", "name"],
      ["W-1", "One"],
      ["W-2", "Two"],
      ["W-3", "Three"],
    ]
      .map((row, i) => cells(i + 1, row as [string, string]))
      .join(""),
  },
});

interface Kind {
  bytes: Buffer | string;
  options?: Options;
  /** Whether loaders read the records of rows that they reject from another file than the rows. */
  reads_rejects?: true;
}
const KINDS: Record<string, () => Promise<Kind> | Kind> = {
  CSV: () => ({ bytes: CSV }),
  "CSV in windows-1252": () => ({ bytes: Buffer.from(CSV, "latin1"), options: { encoding: "windows-1252" } }),
  zip: async () => ({ bytes: await zipOf({ "table.csv": CSV }) }),
  workbook: () => ({ bytes: WORKBOOK }),
  XML: () => ({ bytes: XML, reads_rejects: true }),
  "packed XML": () => ({ bytes: gzipSync(XML), reads_rejects: true }),
  mapped: () => ({
    bytes: CSV,
    options: { mapping: { key: "sku", name: "name", attributes: { price: "price" } } },
  }),
  grouped: async () => ({
    bytes: await readFile(resolve(FIXTURES, "magento-store-views/input.csv")),
    options: { mapping: await mappingOf("magento-store-views") },
    reads_rejects: true,
  }),
};

/** What an import does, without ids and times. */
async function resultOf(id: number): Promise<object> {
  const { state, created, unchanged, rejected, superseded, ignored, problem, rows } = (await readImport(
    pool,
    id,
  )) as Import;
  const products = await pool.query<object>("select sku, name, attributes, source_line from products order by sku_key");
  return {
    ...{ state, created, unchanged, rejected, superseded, ignored, problem, rows },
    products: products.rows,
    rejects: await rejectsOf(folder, id),
  };
}

async function inFolder({ bytes, options }: Kind, more: Options = {}): Promise<object> {
  return resultOf((await importBytes(folder, bytes, { ...options, ...more })).id);
}

/** Scans here and loads there. */
async function inBucket({ bytes, options }: Kind, more: Options = {}): Promise<object> {
  const { id } = await receiveBytes(here, bytes, { ...options, ...more });
  await runScan(here, id, signal);
  for (const host of [there, there, here]) await runLoader(host, id, signal);
  return resultOf(id);
}

/** Sends the bytes in small buffers, as a connection does. */
function receiveStream(context: ImportContext, text: string): Promise<Import> {
  const whole = Buffer.from(text);
  const size = whole.length;
  const buffers = Array.from({ length: Math.ceil(size / 65_536) }, (_, i) =>
    Buffer.from(whole.subarray(i * 65_536, (i + 1) * 65_536)),
  );
  const upload = { filename: "large.csv", size, options: import_query.parse({}), actor: "test", max_bytes: size };
  return receiveImport(context, upload, Readable.from(buffers));
}

const nothingLeft = async (): Promise<void> => {
  // The host that has not ended the import still has its copies, until it sweeps its folder.
  await sweepFiles(here);
  expect(await storage.names()).toEqual(["store.id"]);
  expect(await Promise.all(["here", "there"].map((name) => readdir(join(root, name))))).toEqual([[], []]);
};

describe.each(Object.keys(KINDS))("%s", (name) => {
  test("has the same result in a bucket as in a folder, and leaves nothing", async () => {
    const kind = await (KINDS[name] as () => Promise<Kind> | Kind)();
    const expected = await inFolder(kind);
    const again = kind.reads_rejects === true ? await inFolder(kind, { mode: "create" }) : undefined;
    await pool.query("truncate products, product_history cascade");
    expect(await inBucket(kind)).toEqual(expected);
    if (again !== undefined) expect(await inBucket(kind, { mode: "create" })).toEqual(again);
    await nothingLeft();
  });
});

test("a file of several parts has the hash and the rows that were sent, and the scan reads it while it is copied", async () => {
  const rows = 5000;
  const line = "a description as suppliers write them ".repeat(50);
  const csv = `sku,name,text\n${Array.from({ length: rows }, (_, i) => `L-${i},Name ${i},${line}\n`).join("")}`;
  const { id, sha256 } = await receiveStream(here, csv);
  const parts = (await storage.names()).filter((each) => each !== "store.id");
  expect(parts.length).toBeGreaterThan(1);
  expect(sha256).toBe(createHash("sha256").update(csv).digest("hex"));
  const large = { ...there, chunk_records: 16_384 };
  expect(await workOn(large, id)).toMatchObject({ state: "done", created: rows });
  await nothingLeft();
});

test.each([
  ["CSV", "code,text\nA-1,One\nA-2,Two\n"],
  ["XML", "<shop><p><kode>A-1</kode><words>One</words></p><p><kode>A-2</kode><words>Two</words></p></shop>"],
  ["zip", await zipOf({ "table.csv": "id of it,shown\nA-1,One\nA-2,Two\n" })],
])("a held import (%s) is previewed and continued by any host", async (_, bytes) => {
  const { id } = await receiveBytes(here, bytes);
  await runScan(here, id, signal);
  const held = (await readImport(pool, id)) as Import;
  expect(held.state).toBe("held");
  const previewer: Pick<Previewer, "preview"> = {
    preview: ({ source, options, context }) => previewSource(source, options, context),
  };
  const [key, name] = held.columns.map((column) => column.name);
  const answer = { key, name };
  const preview = await previewHeld({ context: there, previewer }, { id, answer }, signal);
  expect(preview).toMatchObject({ sample_size: 2, problem: null });
  await continueImport(there, id, answer);
  expect(await workOn(there, id)).toMatchObject({ state: "done", created: 2 });
  await nothingLeft();
});

describe("while the storage does not answer", () => {
  test("imports wait without a failure, and continue afterwards", async () => {
    const scanning = await receiveBytes(here, CSV);
    const loading = await receiveBytes(here, XML);
    await runScan(here, loading.id, signal);
    await storage.stop();
    await runScan(here, scanning.id, signal);
    await runLoader(there, loading.id, signal);
    for (const [id, state] of [
      [scanning.id, "scanning"],
      [loading.id, "loading"],
    ] as const)
      expect(await readImport(pool, id)).toMatchObject({ state, wait_reason: "file-missing", problem: null });
    await expect(receiveBytes(here, CSV)).rejects.toMatchObject({ slug: "store-unavailable" });
    await storage.start();
    expect(await workOn(here, scanning.id)).toMatchObject({ state: "done", created: 9 });
    await runLoader(there, loading.id, signal);
    expect(await readImport(pool, loading.id)).toMatchObject({ state: "done", created: 9 });
    await sweepFiles(there);
    await nothingLeft();
  });
});

describe("an import that no longer needs its files", () => {
  test("leaves no part if it is cancelled, not even the parts that arrive late", async () => {
    const { id } = await receiveBytes(here, CSV);
    const { file } = (await readImportWork(pool, id)) as { file: string };
    await finishImport(there, id, "cancelled");
    expect(await storage.names()).toEqual(["store.id"]);
    await client.put(`shop/${partName(file, { writer: 3, start: 0, end: 2 })}`, Buffer.from("ab"));
    const unknown = partName(randomUUID(), { writer: 0, start: 0, end: 2 });
    for (const name of [unknown, "notes.txt", `${file}/notes`]) await client.put(`shop/${name}`, Buffer.from("ab"));
    await client.put(partName(file, { writer: 3, start: 0, end: 2 }), Buffer.from("ab"));
    expect(await sweepFiles(there)).toBe(1);
    // Recent files without an import, objects of other kinds and objects outside the prefix stay.
    expect((await storage.names()).sort()).toEqual([unknown, "notes.txt", `${file}/notes`, "store.id"].sort());
    expect(await client.list(file)).toHaveLength(1);
    await client.remove([
      ...[unknown, "notes.txt", `${file}/notes`].map((name) => `shop/${name}`),
      (await client.list(file))[0]?.key ?? "",
    ]);
  });
});

test("all hosts open the same store, and a wrong key or bucket prevents the start", async () => {
  expect(there.store.id).toBe(here.store.id);
  expect(await here.store.isOpen()).toBe(true);
  const open = (change: Partial<typeof storage.settings>): Promise<unknown> =>
    openFileStore(pool, join(root, "third"), { adopts: false, bucket: { ...storage.settings, ...change } });
  const secret = randomBytes(20).toString("hex");
  await expect(open({ secret_access_key: secret })).rejects.toThrow(/refuses the credentials.*Check AWS_ACCESS_KEY_ID/);
  await expect(open({ access_key_id: "AKIA-OTHER" })).rejects.not.toThrow(/AKIA-OTHER|S3RVER/);
  await expect(open({ bucket: "other" })).rejects.toThrow(/s3:\/\/other\/shop\/: the bucket does not exist/);
  await expect(open({ endpoint: "http://127.0.0.1:9" })).rejects.toThrow(/does not respond/);
});
