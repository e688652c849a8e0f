// Generates a catalogue directly in the database. Word frequencies follow Zipf's law as in natural languages, SKUs have three
// forms, and a tenth of the products have attributes, one of which is a list. The same number of products gives the same catalogue.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** Number of distinct words of names and descriptions. */
const VOCABULARY = 30_000;
const SYLLABLES =
  "ba be bo da de do fa fi ga go ha hi ka ki la le li lo ma me mi na ne no pa pe ra re ri ro sa se si ta te ti to va ve vi".split(
    " ",
  );
const BRANDS = Array.from({ length: 300 }, (_, i) => `Brand ${i}`);
/** Number of distinct tags. A product with tags has one to three of them, as a list. */
export const TAGS = 40;
const CHUNK = 16_384;

/** Returns a generator of numbers in [0, 1), the same on every machine (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Returns the word with number n. Words with small numbers are short and frequent. */
export function wordOf(n: number): string {
  let text = "";
  for (let number = n + SYLLABLES.length; number > 0; number = Math.floor(number / SYLLABLES.length)) {
    text += SYLLABLES[number % SYLLABLES.length] as string;
  }
  return text;
}

/** Returns the number of a random word. Roughly by Zipf's law, word n has a frequency proportional to 1/n. */
const zipf = (random: () => number): number => Math.floor(VOCABULARY ** random()) - 1;

/** Fills the catalogue with `rows` products and puts all of them into the backlog of the search index. */
export async function fillCatalogue(db: pg.ClientBase, rows: number): Promise<void> {
  const changesetId = await fillProducts(db, rows);
  await db.query(
    `insert into search_backlog (changeset_id, id_from, id_to, rows, delta)
     select $1::bigint, n, least(n + ${CHUNK - 1}, $2::int), least(${CHUNK}, $2::int - n + 1), least(${CHUNK}, $2::int - n + 1)
     from generate_series(1, $2::int, ${CHUNK}) n`,
    [changesetId, rows],
  );
}

/** Fills the catalogue but not the backlog, because the caller builds the search index itself. Returns the changeset's id. */
export async function fillProducts(db: pg.ClientBase, rows: number): Promise<number> {
  await db.query(
    "truncate products, product_history, product_search, search_words, search_backlog; update search_state set products = 0",
  );
  const { rows: inserted } = await db.query<{ id: number }>(
    "insert into changesets (kind, actor, created, id_base, id_count, finished_at) values ('import', 'bench', $1::int, 1, $1::int, now()) returning id",
    [rows],
  );
  const changesetId = (inserted[0] as { id: number }).id;
  await db.query("update product_ids set next = $1", [rows + 1]);
  const copy = db.query(
    copyFrom(
      `copy products (sku_key, id, sku, name, description, active, attributes, created_in, changed_in, created_at, updated_at) from stdin`,
    ),
  );
  await pipeline(Readable.from(lines(rows, changesetId), { objectMode: false }), copy);
  return changesetId;
}

function* lines(rows: number, changesetId: number): Generator<string> {
  const random = createRandom(rows);
  const words = (count: number): string => Array.from({ length: count }, () => wordOf(zipf(random))).join(" ");
  let text = "";
  for (let id = 1; id <= rows; id++) {
    const sku = skuOf(id, random);
    const name = `${words(2)} ${words(1).toUpperCase()}`;
    const description = words(10 + Math.floor(random() * 12));
    const active = random() < 0.95 ? "t" : "f";
    const brand = BRANDS[Math.floor(random() ** 2 * BRANDS.length)] as string;
    const hasAttributes = random() < 0.1;
    const attributes = hasAttributes
      ? `{"Brand": "${brand}", "Size": "${Math.floor(random() * 50)}", "Tags": ${JSON.stringify(tagsOf(id))}}`
      : "{}";
    const at = new Date(1_700_000_000_000 + Math.floor(id / CHUNK) * 1000).toISOString();
    text += `${sku.toLowerCase()}\t${id}\t${sku}\t${name}\t${description}\t${active}\t${attributes}\t${changesetId}\t${changesetId}\t${at}\t${at}\n`;
    if (text.length < 1 << 18) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** Returns the tags of a product: one to three. */
const tagsOf = (id: number): string[] => [
  ...new Set(Array.from({ length: 1 + (id % 3) }, (_, i) => `Tag ${(id * (i + 1) + i) % TAGS}`)),
];

/** Returns an SKU of one of three forms: `word-word-code`, `ABC-0001234`, or twelve digits. */
export function skuOf(id: number, random: () => number): string {
  const form = id % 3;
  if (form === 0) return `${wordOf(zipf(random))}-${wordOf(zipf(random))}-${id.toString(36)}`;
  if (form === 1) {
    const letters = Array.from({ length: 3 }, () => String.fromCharCode(65 + Math.floor(random() * 26))).join("");
    return `${letters}-${String(id).padStart(8, "0")}`;
  }
  return String((id * 7919 + 400_000_000_000) % 1_000_000_000_000).padStart(12, "0");
}
