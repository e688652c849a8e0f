// Kills the worker or the server at random moments of imports with mappings: groups, layers, XML, products found by an attribute, and imports
// that wait for an answer. Each import ends like an undisturbed one, and its undo restores the catalogue.
// `KILLS=25 npm test -- tests/kills/mapped-kills` disturbs each kind of import 25 times.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { killAndRestart } from "../../bench/faults/kills.ts";
import { startServer, type BenchServer } from "../../bench/server.ts";
import { uploadPath } from "../../client/upload.ts";
import { withKey } from "../support/identity/fetch-with-key.ts";
import { isOperationOver, type Operation } from "../../contract/changesets/operations.ts";
import { isTerminal, type Import } from "../../contract/imports/imports.ts";
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { csvLine } from "../../src/csv-line.ts";
import { connectClient, retryTransient } from "../../src/db/connection/connect.ts";
import { until } from "../support/until.ts";

/** Number of rows in the supplier's file. */
const ROWS = 4000;
/** A text in each row, so that the file has more bytes than one chunk. */
const NOTES = "Notes about an article. ".repeat(60).trim();
/** Number of disturbed imports of each kind. */
const KILLS = Number(process.env["KILLS"] ?? 1);
const TIMEOUT_MS = 600_000 + KILLS * 60_000;

/** Returns a GTIN with a valid check digit. Each number gives a different GTIN. */
function gtin(number: number): string {
  const digits = `4${String(number).padStart(11, "0")}`;
  const sum = Array.from(digits).reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Returns a CSV file of products that have two thirds of the GTINs in the supplier's file. */
const catalogue = (): string =>
  [["sku", "name", "gtin"], ...Array.from({ length: (ROWS / 3) * 2 }, (_, i) => [`P-${i}`, `Product ${i}`, gtin(i)])]
    .map(csvLine)
    .join("");

const COLUMNS = ["Supplier", "Article", "EAN", "Title", "Price", "Colour", "Tags", "Notes"];

/** Returns the rows of a supplier's file with totals, repeated rows, invalid GTINs and invalid prices. */
const supplierRows = (): string[][] =>
  Array.from({ length: ROWS }, (_, i) => {
    const number = i % 50 === 49 ? i - 10 : i;
    const ean = i % 97 === 0 ? `${gtin(number).slice(0, 12)}x` : `0${gtin(number)}`;
    const price = i % 101 === 0 ? "on request" : `${i % 9}.${String(100 + (i % 900))},${String(10 + (i % 90))}`;
    return [
      i % 500 === 0 ? "Total" : "acme",
      `A${number}`,
      ean,
      `Article ${i}`,
      price,
      ["red", "blue", "grey"][i % 3] ?? "",
      "a, b,c",
      NOTES,
    ];
  });

const supplierXml = (rows: readonly string[][]): string => {
  const record = (cells: readonly string[]): string =>
    `<item>${cells.map((cell, i) => `<${COLUMNS[i] ?? ""}>${cell}</${COLUMNS[i] ?? ""}>`).join("")}</item>\n`;
  return `<items>\n${rows.map(record).join("")}</items>\n`;
};

const VALUES: Mapping = {
  key: { from: ["Supplier", "Article"], join: ":", need: "all" },
  name: { from: "Title", case: "upper" },
  description: "Notes",
  ignore: [{ of: "Supplier", is: "total" }],
  keep: false,
  attributes: {
    "price-EUR": { from: "Price", number: "1.234,56" },
    colour: { from: "Colour", map: { red: "rot", blue: "blau" } },
    tags: { from: "Tags", split: "," },
  },
};
const BY_GTIN: Mapping = { ...VALUES, key: "EAN", match: { attribute: "gtin", as: "gtin", none: "create" } };
/** Each row whose supplier is "total" begins a new group of products. */
const GROUPED: Mapping = {
  ...VALUES,
  group: { begins: { of: "Supplier", is: "total" }, adds: [{ of: "EAN", like: "{*}x" }] },
  ignore: [],
  key: "Article",
  parent: { group: "first" },
  attributes: { ...VALUES.attributes, colours: { from: "Colour", all: true, over: "group" } },
};
/** A blue row is not a product: it changes one layer (statement `overlay`) of the red or grey article with the same number. */
const LAYERED: Mapping = { ...VALUES, key: "Article", overlay: { by: "Colour", base: ["red", "grey"] } };
const asking = (mapping: Mapping, otherwise: "hold" | "keep"): Mapping => ({
  ...mapping,
  attributes: { ...mapping.attributes, colour: { from: "Colour", map: { red: "rot", blue: "blau" }, else: otherwise } },
});

const CSV = "supplier.csv";
const XML = "supplier.xml";

let folder = "";
let server: BenchServer;
beforeAll(async () => {
  // While the server is down, the worker logs errors, which are expected here.
  vi.stubEnv("SKUPORT_LOG_LEVEL", "fatal");
  folder = await mkdtemp(join(tmpdir(), "skuport-mapped-kills-"));
  server = await startServer(join(folder, "data"), { DATABASE_URL: "" });
  await writeFile(join(folder, "catalogue.csv"), catalogue());
  const rows = supplierRows();
  await writeFile(join(folder, CSV), [COLUMNS, ...rows].map(csvLine).join(""));
  await writeFile(join(folder, XML), supplierXml(rows));
  const { id } = await uploadPath(join(folder, "catalogue.csv"), withKey(server.url));
  await ended(id);
}, TIMEOUT_MS);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function request<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
  return retryTransient(async () => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    if (response.status >= 500) throw Object.assign(new Error("not ready"), { code: "ECONNREFUSED" });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as T;
  });
}

const ended = (id: number): Promise<Import> =>
  until(async () => {
    const state = await request<Import>("GET", `/api/imports/${id}`);
    return (isTerminal(state.state) || state.state === "held") && state;
  });

async function query<T>(sql: string): Promise<T> {
  return retryTransient(async () => {
    const client = await connectClient(server.address, { application_name: "skuport test" });
    try {
      const { rows } = await client.query<{ value: T }>(`select (${sql}) as value`);
      return rows[0]?.value as T;
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

/** @param columns the compared columns; ids and changesets differ between two imports */
const hash = (columns: string): Promise<string> =>
  query(
    `select count(*) || coalesce(md5(string_agg(md5(row(${columns})::text), '' order by sku_key)), '') from products`,
  );
const VALUE_COLUMNS = "sku_key, sku, name, description, active, parent_sku, attributes, source_line";

const leftovers = (): Promise<unknown> =>
  query(`select jsonb_build_object(
    'gaps', (select count(*) from (select id from (select id, version from products union all
                                                  select id, version from product_history) v
                                   group by id having count(*) <> max(version) or min(version) <> 1) g),
    'ids', (select count(*) - count(distinct id) from products), 'matches', (select count(*) from import_matches),
    'chunks', (select count(*) from import_chunks), 'staged', (select count(*) from product_staging))`);
const NOTHING = { gaps: 0, ids: 0, matches: 0, chunks: 0, staged: 0 };

interface Outcome {
  counts: Record<string, unknown>;
  products: string;
  rejects: string;
}

async function outcomeOf(state: Import): Promise<Outcome> {
  const { rows, created, updated, unchanged, deleted, adds, superseded, rejected, ignored, problem } = state;
  expect(rows).toBe(created + updated + unchanged + deleted + adds + superseded + rejected + ignored);
  expect(await leftovers()).toEqual(NOTHING);
  return {
    counts: {
      state: state.state,
      problem,
      rows,
      created,
      updated,
      unchanged,
      deleted,
      adds,
      superseded,
      rejected,
      ignored,
    },
    products: await hash(VALUE_COLUMNS),
    rejects: await query(
      `select count(*) || coalesce(md5(string_agg(row_no || code, ',' order by row_no)), '') from (
         select row as row_no, code from import_rejects where import_id = ${state.id}) r`,
    ),
  };
}

async function undo(state: Import): Promise<void> {
  const { id } = await request<Operation>("POST", `/api/changesets/${state.changeset_id}/undo`);
  const operation = await until(async () => {
    const now = await request<Operation>("GET", `/api/operations/${id}`);
    return isOperationOver(now.state) && now;
  });
  expect(operation).toMatchObject({ state: "done", kept: 0, missing: 0 });
}

interface Kind {
  mapping: Mapping;
  file?: string;
  /** The mapping that answers the question of the import, if it asks one. */
  answer?: Mapping;
}

type Disturb = () => Promise<void>;

/** Runs an import. Calls `disturb` after the upload and, if the import is held, before and after the answer. */
async function run({ mapping, file = CSV, answer }: Kind, disturb: Disturb): Promise<Import> {
  const { id } = await uploadPath(join(folder, file), {
    ...withKey(server.url),
    options: { mapping: JSON.stringify(mapping) },
  });
  await disturb();
  const first = await ended(id);
  if (answer === undefined) return first;
  expect(first).toMatchObject({ state: "held", problem: { type: "/problems/value-unseen" } });
  await disturb();
  await request("POST", `/api/imports/${id}/continue`, { mapping: answer });
  await disturb();
  return ended(id);
}

describe.each<[string, Kind]>([
  ["whose rows form groups", { mapping: GROUPED }],
  ["whose rows are layers of other rows", { mapping: LAYERED }],
  ["of XML files", { mapping: VALUES, file: XML }],
  [
    "that delete products that they find by their GTIN",
    { mapping: { ...BY_GTIN, delete_when: { of: "Colour", is: "grey" } } },
  ],
  ["that find products and wait for an answer", { mapping: asking(BY_GTIN, "hold"), answer: asking(BY_GTIN, "keep") }],
])("imports %s", (_, kind) => {
  test(
    "continue after kills, end like an undisturbed import, and can be undone",
    async () => {
      const exact = `id, created_in, created_at, ${VALUE_COLUMNS}`;
      const before = await hash(exact);
      const started = performance.now();
      const undisturbed = await run(kind, () => Promise.resolve());
      const tookMs = performance.now() - started;
      expect(undisturbed).toMatchObject({ state: "done", rows: ROWS });
      const expected = await outcomeOf(undisturbed);
      if (kind.mapping.delete_when !== undefined) expect(undisturbed.deleted).toBeGreaterThan(ROWS / 10);
      await undo(undisturbed);
      expect(await hash(exact)).toBe(before);
      for (let kill = 0; kill < KILLS; kill++) {
        const state = await run(kind, async () => {
          await sleep(Math.random() * tookMs); // injected delay: the kill comes at a random moment
          server = await killAndRestart(server, Math.random() < 0.5 ? "worker" : "server");
        });
        expect(await outcomeOf(state)).toEqual(expected);
        await undo(state);
        expect(await hash(exact)).toBe(before);
      }
    },
    TIMEOUT_MS,
  );
});
