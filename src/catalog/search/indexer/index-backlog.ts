// The search index catches up: slice by slice of the backlog, each brought into the index and taken from the backlog in one
// transaction. Whatever changes meanwhile has an entry of its own that is still to come.
import type pg from "pg";
import type { Queryable } from "../../../db/connection/connect.ts";
import { startHeartbeat } from "../../../db/connection/heartbeat.ts";
import {
  copyIntoIndex,
  countWords,
  insertWords,
  lockIndex,
  readOldestEntries,
  removeEntries,
  removeFromIndex,
  settle,
  shortenEntry,
  unlockIndex,
  wordsFile,
} from "./store.ts";
import { prepareSlice, slicesThatFit, type PreparedSlice } from "./prepare-batch.ts";
import { gramsOf, type Counted } from "../text/words.ts";

/** Products of a slice: large enough to be quick, small enough for the memory that a worker shares with an import. */
const SLICE = 4096;
/** Slices that are planned at once. */
const SLICES = 4;
/** Words that a worker remembers to be in the database. */
const MAX_REMEMBERED = 100_000;
/** Words whose products are counted before the database is told. */
const MAX_COUNTED = 20_000;

/** What a worker keeps between the slices. */
export interface IndexMemory {
  /** Words that are known to be in the database; nobody takes words away. */
  known: Set<string>;
  /** Products of known words that the database does not count yet. */
  counts: Map<string, number>;
  /** The table's file; another one after the table was emptied. */
  file: number | undefined;
}

export const createIndexMemory = (): IndexMemory => ({ known: new Set(), counts: new Map(), file: undefined });

export interface IndexOptions {
  /** Products of a slice. */
  rows?: number;
  /** Ends after so many slices. */
  slices?: number;
  /** Asked before each slice; false ends it. */
  goOn?: () => Promise<boolean>;
}

/** Indexes until the backlog is empty, and returns how many products that were; 0 while another worker does it. */
export async function indexBacklog(pool: pg.Pool, memory: IndexMemory, options: IndexOptions = {}): Promise<number> {
  const writer = await pool.connect();
  let broken = true;
  try {
    if (!(await lockIndex(writer))) {
      broken = false;
      return 0;
    }
    const stopHeartbeat = startHeartbeat(writer);
    const products = await indexLocked(pool, writer, memory, options).finally(stopHeartbeat);
    await tellCounts(writer, memory);
    await settle(writer);
    await unlockIndex(writer);
    broken = false;
    return products;
  } finally {
    // Closing the connection also ends the lock.
    writer.release(broken);
  }
}

async function indexLocked(
  pool: pg.Pool,
  writer: pg.PoolClient,
  memory: IndexMemory,
  { rows = SLICE, slices: most = Infinity, goOn = () => Promise.resolve(true) }: IndexOptions,
): Promise<number> {
  let products = 0;
  let written = 0;
  for (;;) {
    const slices = await slicesThatFit(pool, await readOldestEntries(writer, rows * SLICES), rows);
    if (slices.length === 0) return products;
    let next = prepare(pool, slices.shift(), memory);
    while (next !== undefined) {
      const prepared = await next;
      if (written === most || !(await goOn())) return products;
      // While PostgreSQL writes one slice, the next one is made ready: its words too, of which a word too many does no harm.
      next = written + 1 === most ? undefined : prepare(pool, slices.shift(), memory);
      await writeSlice(writer, prepared);
      if (memory.counts.size > MAX_COUNTED) await tellCounts(writer, memory);
      products += prepared.found.length;
      written++;
    }
    if (written === most) return products;
  }
}

async function tellCounts(writer: pg.PoolClient, memory: IndexMemory): Promise<void> {
  const { counts } = memory;
  // Meanwhile the next slice's words are counted, for the next time.
  memory.counts = new Map();
  if (counts.size > 0) await countWords(writer, counts);
}

function prepare(
  pool: pg.Pool,
  slice: Parameters<typeof prepareSlice>[1] | undefined,
  memory: IndexMemory,
): Promise<PreparedSlice> | undefined {
  if (slice === undefined) return undefined;
  const prepared = prepareSlice(pool, slice).then(async (made) => {
    await writeWords(pool, made.words, memory);
    return made;
  });
  // Told to whoever awaits it; where nobody does any more, another error is on its way.
  prepared.catch(() => undefined);
  return prepared;
}

/** Before the products that have them: whoever finds a product must find it by its words. */
async function writeWords(pool: pg.Pool, counted: readonly Counted[], memory: IndexMemory): Promise<void> {
  await checkMemory(pool, memory);
  const words = counted.filter(({ word }) => !memory.known.has(word));
  // In one order everywhere
  words.sort((a, b) => (a.word < b.word ? -1 : 1));
  const inserted = await insertWords(
    pool,
    words.map(({ word, products }) => ({ word, products, grams: word.startsWith("\u0001") ? [] : gramsOf(word) })),
  );
  remember(memory, counted, inserted);
}

async function writeSlice(writer: pg.PoolClient, slice: PreparedSlice): Promise<void> {
  // What is lost in a crash of PostgreSQL is still in the backlog: nobody need wait for the disk.
  await writer.query("begin; set local synchronous_commit = off");
  try {
    if (slice.keys.length > 0) await removeFromIndex(writer, slice.keys);
    if (slice.found.length > 0) await copySlice(writer, slice);
    if (slice.shortened !== undefined) {
      const { id, id_from, keys } = slice.shortened;
      await shortenEntry(writer, id, id_from, keys);
    }
    await removeEntries(writer, slice.done, slice.delta);
    await writer.query("commit");
  } catch (error) {
    await writer.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Where somebody has emptied the table of words (a measurement, a person) the worker must not go on to know them. */
async function checkMemory(db: Queryable, memory: IndexMemory): Promise<void> {
  const file = await wordsFile(db);
  if (file === memory.file) return;
  memory.file = file;
  memory.known.clear();
  memory.counts.clear();
}

/** Nearly always the products are new to the index; looking for old rows first would cost a tenth of the whole. */
async function copySlice(writer: pg.PoolClient, { lines, found }: PreparedSlice): Promise<void> {
  await writer.query("savepoint copied");
  try {
    await copyIntoIndex(writer, lines);
  } catch (error) {
    if ((error as { code?: string }).code !== "23505") throw error;
    await writer.query("rollback to savepoint copied");
    await removeFromIndex(writer, found);
    await copyIntoIndex(writer, lines);
  }
}

/** Words that come again are counted here and remembered; most words of SKUs never do. */
function remember({ known, counts }: IndexMemory, words: readonly Counted[], inserted: ReadonlySet<string>): void {
  if (known.size > MAX_REMEMBERED) known.clear();
  for (const { word, products } of words) {
    const isNew = inserted.has(word);
    if (isNew && products === 1) continue;
    const own = known.has(word) ? word : copyOf(word);
    if (!isNew) counts.set(own, (counts.get(own) ?? 0) + products);
    known.add(own);
  }
}

/** A word that was cut out of a text keeps the whole text in memory (V8's sliced strings); its copy does not. */
const copyOf = (word: string): string => Buffer.from(word).toString();
