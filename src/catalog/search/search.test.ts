// Lists are the same as those of a sequential scan, whatever has changed and however many of the changes the index has processed.
// This file is long because all properties share the model, the generators and the reference implementation.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { withTransaction } from "../../db/connection/connect.ts";
import { insertChangeset } from "../changeset-store.ts";
import { noteChanged } from "../backlog.ts";
import { listProducts } from "../list/list-products.ts";
import { orderOf, type PagePosition } from "../query/order.ts";
import { skuKey } from "../product/sku-key.ts";
import { createIndexMemory, indexBacklog } from "./indexer/index-backlog.ts";
import { Memtable } from "./pending/memtable.ts";
import type { ProductFilter } from "../../../contract/catalog/product-filter.ts";
import type { ProductSort } from "../../../contract/catalog/products.ts";
import { runs } from "../../../tests/support/random-runs.ts";

const { pool } = await createTestDatabase();
const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });

/** A memtable that holds backlog entries with any number of products. */
const memtable = new Memtable(pool, 1);

interface StoredProduct {
  id: number;
  version: number;
  sku: string;
  name: string;
  description: string;
  active: boolean;
  attributes: Record<string, string>;
  at: number;
}

type Model = Map<string, StoredProduct>;

const LARGE = 1e12;
/** Distance between the ids of products. Key ranges are estimated from a sample of the products whose ids are divisible by 256. With
 * this distance, the sample contains every second product. */
const ID_STEP = 128;

const WORDS = [
  "red",
  "reddish",
  "REST",
  "chair",
  "a1b2c3",
  "x9",
  "ß",
  "Straße",
  "STRAẞE",
  "É",
  "émile",
  "日本",
  "日",
  "%",
  "_",
  "\\",
  "é",
  "ΣΟΦΟΣ",
  "σοφος",
  "σας",
  "İz",
  "x".repeat(60),
  "l1\nl2",
  "Crème",
  "CREM\u0300E",
  "creme",
  "crem\u0301\u0302e".repeat(9),
  "flußßschiff",
  "Łódź",
  "łö",
  "ÆØ",
];
const text = fc
  .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(" ", "-", "", ", ")), { maxLength: 5 })
  .map((parts) => parts.map(([word, gap]) => word + gap).join(""));
const sku = fc.constantFrom("Red-1", "red-2", "A1B2C3", "x9/x9", "ÉMILE 日本", "s_%", "Straße", "chair-x9-日");
const values = fc.record({
  name: text,
  description: text,
  active: fc.boolean(),
  attributes: fc.constantFrom<Record<string, string>>({}, { Brand: "Nord" }, { Brand: "Süd", Size: "*" }),
});

const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("put" as const), sku, values }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), sku }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rename" as const), sku, to: sku }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("index" as const),
      rows: fc.integer({ min: 1, max: 4 }),
      max_batches: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

const searched = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.constantFrom(
    "d",
    "ed",
    "ed-",
    "edd",
    "e",
    "st",
    "1b2",
    "b2c3",
    "-x9",
    "9-",
    "本",
    "traß",
    "mil",
    "x".repeat(25),
    "x".repeat(55),
    "l1\nl",
    "iz",
    "σοφοσ",
    "φος",
    "ΣΑΣ",
    "zzz",
  ),
);
const accented = fc.constantFrom(
  "creme",
  "CRÈME",
  "crém",
  "rem",
  "me",
  "mecremecre",
  "creme".repeat(5),
  "lo",
  "ł",
  "lod",
  "stras",
  "strasse",
  "asse",
  "sse",
  "ss",
  "sss",
  "ßschi",
  "aeo",
  "eo",
  "emile",
  "σοφοσ",
  "iz",
  "日本",
  "x9",
  "-",
  "e\u0301",
);
const ignoring: fc.Arbitrary<ProductFilter> = fc
  .oneof(
    accented.map((search) => ({ search })),
    fc.tuple(accented, accented).map(([a, b]) => ({ search: `${a} ${b}` })),
    fc.tuple(accented, accented).map(([a, b]) => ({ search: `"${a} ${b}"` })),
    fc.tuple(accented, accented, accented).map(([a, b, c]) => ({ search: `"${a}-${b}-${c}"` })),
    accented.map((name) => ({ name })),
  )
  .map((texts) => ({ ...texts, accents: "ignore" as const }));
const exact: fc.Arbitrary<ProductFilter> = fc.oneof(
  searched.map((search) => ({ search })),
  fc.tuple(searched, searched).map(([a, b]) => ({ search: `${a} ${b}` })),
  fc.tuple(searched, searched).map(([a, b]) => ({ search: `"${a} ${b}"` })),
  fc.tuple(searched, searched).map(([a, b]) => ({ search: `"${a}-${b}"` })),
  searched.map((name) => ({ name })),
  fc.constantFrom<ProductFilter>(
    {},
    { active: false },
    { active: true },
    { "attributes.Brand": "Nord" },
    { "attributes.Size": "\\*" },
    { "attributes.Brand": "*" },
    { sku: "red*" },
    { search: "red", active: false },
  ),
);
const filter = fc.oneof({ weight: 2, arbitrary: exact }, { weight: 1, arbitrary: ignoring });
const sort = fc.constantFrom<ProductSort>("sku", "-sku", "name", "-name", "updated_at", "-updated_at");

/** The ways to read a list. Pending products are read from the database (`plain`) or from memory. `hasty` ends a page after every scanned
 * product. */
const MODES = { plain: {}, memory: { memtable }, hasty: { memtable, patience_ms: -1, first_window: 1 } };
const mode = fc.constantFrom<keyof typeof MODES>("plain", "memory", "hasty");

test("lists are the same as those of a sequential scan, in any state of the index", async () => {
  const steps = fc.array(
    fc.oneof(
      action,
      fc.record({ kind: fc.constant("list" as const), filter, sort, limit: fc.integer({ min: 1, max: 3 }), mode }),
    ),
    { minLength: 5, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (given, seemsLarge) => {
      await pool.query("truncate products, product_search, search_words, search_backlog");
      await pool.query("update search_state set products = $1", [seemsLarge ? LARGE : 0]);
      const model: Model = new Map();
      // If the catalogue and the counts of its words seem large, lists are read key range by key range.
      const index = async (options = {}): Promise<void> => {
        await indexBacklog(pool, memory, options);
        if (seemsLarge) await pool.query("update search_words set products = 1000000");
      };
      const memory = createIndexMemory();
      let clock = 0;
      for (const step of given) {
        clock++;
        if (step.kind === "index") await index(step);
        else if (step.kind !== "list") await change(model, step, clock);
        else await compare(model, step.filter, step.sort, step.limit, step.mode);
      }
      await index();
      for (const search of WORDS) {
        await compare(model, { search }, "name", 200);
        await compare(model, { search, accents: "ignore" }, "name", 200);
      }
      for (const order of ["sku", "-name", "updated_at"] as const) {
        for (const search of ["red", "chair", "x9 日"]) await compare(model, { search }, order, 2, "hasty");
      }
      const { rows } = await pool.query("select sku_key, id, version from product_search order by sku_key");
      const { rows: now } = await pool.query("select sku_key, id, version from products order by sku_key");
      expect(rows).toEqual(now);
    }),
    { numRuns: runs(20) },
  );
});

async function compare(
  model: Model,
  wanted: ProductFilter,
  order: ProductSort,
  limit: number,
  mode: keyof typeof MODES = "plain",
): Promise<void> {
  const expected = sequentially(model, wanted, order);
  const listed: string[] = [];
  for (let after: PagePosition | undefined; ;) {
    const page = await listProducts(pool, { filter: wanted, order: orderOf(order), after, limit }, MODES[mode]);
    listed.push(...page.items.map((item) => item.sku));
    if (Object.keys(wanted).length === 0) {
      expect({ ...page.total, value: page.total.value % LARGE }).toEqual({ value: model.size, relation: "eq" });
    }
    if (page.next === null) break;
    after = page.next;
  }
  expect([wanted, order, listed]).toEqual([wanted, order, expected]);
}

async function change(
  model: Model,
  step:
    | { kind: "put"; sku: string; values: Omit<StoredProduct, "id" | "version" | "sku" | "at"> }
    | { kind: "delete"; sku: string }
    | { kind: "rename"; sku: string; to: string },
  clock: number,
): Promise<void> {
  const key = skuKey(step.sku);
  const stored = model.get(key);
  await withTransaction(pool, async (client) => {
    const write = async (product: StoredProduct): Promise<void> => {
      model.set(skuKey(product.sku), product);
      await client.query("delete from products where sku_key = $1", [skuKey(product.sku)]);
      await client.query(
        `insert into products (sku_key, id, sku, name, description, active, attributes, version, created_in, changed_in, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, to_timestamp($9), to_timestamp($9))`,
        [
          skuKey(product.sku),
          product.id,
          product.sku,
          product.name,
          product.description,
          product.active,
          JSON.stringify(product.attributes),
          product.version,
          product.at,
        ],
      );
    };
    if (step.kind === "put" && stored === undefined) {
      const id = clock * ID_STEP;
      await write({ ...step.values, id, version: 1, sku: step.sku, at: clock });
      await noteChanged(client, { changeset_id: changesetId, id_from: id, id_to: id, rows: 1, delta: 1 });
    } else if (step.kind === "put") {
      await write({
        ...(stored as StoredProduct),
        ...step.values,
        version: (stored as StoredProduct).version + 1,
        at: clock,
      });
      await noteChanged(client, { changeset_id: changesetId, keys: [key], rows: 1, delta: 0 });
    } else if (stored !== undefined && (step.kind === "delete" || !model.has(skuKey(step.to)))) {
      model.delete(key);
      await client.query("delete from products where sku_key = $1", [key]);
      if (step.kind === "rename") await write({ ...stored, sku: step.to, version: stored.version + 1, at: clock });
      const keys = step.kind === "rename" ? [key, skuKey(step.to)] : [key];
      await noteChanged(client, {
        changeset_id: changesetId,
        keys,
        rows: keys.length,
        delta: step.kind === "rename" ? 0 : -1,
      });
    }
  });
}

/** Returns the expected list, computed by the simplest possible implementation. */
function sequentially(model: Model, wanted: ProductFilter, order: ProductSort): string[] {
  const fold = wanted.accents === "ignore" ? foldAccents : foldCase;
  const terms = [...(wanted.search ?? "").matchAll(/"([^"]*)(?:"|$)|([^\s"]+)/g)].map(
    ([, quoted, word]) => quoted ?? word ?? "",
  );
  const matching = [...model.values()].filter(
    (product) =>
      terms.every((term) =>
        [product.sku, product.name, product.description].some((field) => fold(field).includes(fold(term))),
      ) &&
      (wanted.name === undefined || fold(product.name).includes(fold(wanted.name))) &&
      (wanted.active === undefined || product.active === wanted.active) &&
      (wanted.sku === undefined || skuKey(product.sku).startsWith("red")) &&
      (wanted["attributes.Brand"] === undefined ||
        (wanted["attributes.Brand"] === "*"
          ? "Brand" in product.attributes
          : product.attributes["Brand"] === wanted["attributes.Brand"])) &&
      (wanted["attributes.Size"] === undefined || product.attributes["Size"] === "*"),
  );
  const descending = order.startsWith("-");
  const value = (product: StoredProduct): string =>
    ({
      sku: "",
      name: product.name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).slice(0, 100),
      updated_at: String(product.at).padStart(9, "0"),
    })[order.replace("-", "")] ?? "";
  const sorted = matching.sort(
    (a, b) => compareBytes(value(a), value(b)) || compareBytes(skuKey(a.sku), skuKey(b.sku)),
  );
  return (descending ? sorted.reverse() : sorted).map((product) => product.sku);
}

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Returns the text without the accents of its letters. */
const foldAccents = (given: string): string =>
  given
    .normalize("NFD")
    .replace(/(\p{L})\p{Mn}+/gu, "$1")
    .toLowerCase()
    .replace(/ς/g, "σ")
    .replace(/ß/g, "ss")
    .replace(/æ/g, "ae")
    .replace(/ø/g, "o")
    .replace(/ł/g, "l");

const foldCase = (given: string): string =>
  Array.from(given.normalize("NFC"), (point) => {
    const lower = point.toLowerCase();
    const folded =
      Array.from(lower).length === 1 && point.charCodeAt(0) < 0x80 === lower.charCodeAt(0) < 0x80 ? lower : point;
    return folded === "ς" ? "σ" : folded;
  }).join("");
