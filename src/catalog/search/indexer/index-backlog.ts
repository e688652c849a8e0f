// Brings the search index up to date, batch by batch of the backlog. One transaction writes a batch to the index and removes it from the
// backlog. Changes made meanwhile have backlog entries of their own.
import type pg from "pg";
import type { Queryable } from "../../../db/connection/connect.ts";
import { startHeartbeat } from "../../../db/connection/heartbeat.ts";
import {
  copyIntoIndex,
  countWords,
  insertWords,
  lockIndex,
  readOldestEntries,
  readWordsFile,
  removeEntries,
  removeFromIndex,
  settle,
  shortenEntry,
  unlockIndex,
} from "./store.ts";
import { batchesThatFit, prepareBatch, type Batch, type PreparedBatch } from "./prepare-batch.ts";
import { gramsOf } from "../../query/grams.ts";
import type { CountedWord } from "./words.ts";

/** Products of a batch: large enough to be fast, small enough for the memory that a worker shares with an import. */
const BATCH_ROWS = 4096;
/** Batches planned at once. */
const PLANNED_BATCHES = 4;
/** Words that a worker remembers as stored. */
const MAX_REMEMBERED = 100_000;
/** Counts of this many words are collected before they are written. */
const MAX_COUNTED = 20_000;

/** What a worker remembers between batches. */
export interface IndexMemory {
  /** Words that the database has. Words are never removed. */
  stored: Set<string>;
  /** Products of stored words that the database has not counted yet. */
  counts: Map<string, number>;
  /** The file number of the table of words; it changes when the table is truncated. */
  file: number | undefined;
}

export const createIndexMemory = (): IndexMemory => ({ stored: new Set(), counts: new Map(), file: undefined });

export interface IndexOptions {
  /** Products of a batch. */
  rows?: number;
  /** Stops after this many batches. */
  max_batches?: number;
  /** Called before each batch; false stops. */
  shouldContinue?: () => Promise<boolean>;
}

/** Indexes until the backlog is empty, and returns the number of products; 0 while another worker is indexing. */
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
    await writeCounts(writer, memory);
    await settle(writer);
    await unlockIndex(writer);
    broken = false;
    return products;
  } finally {
    // Closing a broken connection releases the lock too.
    writer.release(broken);
  }
}

async function indexLocked(
  pool: pg.Pool,
  writer: pg.PoolClient,
  memory: IndexMemory,
  { rows = BATCH_ROWS, max_batches = Infinity, shouldContinue = () => Promise.resolve(true) }: IndexOptions,
): Promise<number> {
  let products = 0;
  let written = 0;
  for (;;) {
    const batches = await batchesThatFit(pool, await readOldestEntries(writer, rows * PLANNED_BATCHES), rows);
    if (batches.length === 0) return products;
    let next = prepare(pool, batches.shift(), memory);
    while (next !== undefined) {
      const prepared = await next;
      if (written === max_batches || !(await shouldContinue())) return products;
      // Prepare the next batch while PostgreSQL writes this one. That stores its words early, which is harmless.
      next = written + 1 === max_batches ? undefined : prepare(pool, batches.shift(), memory);
      await writeBatch(writer, prepared);
      if (memory.counts.size > MAX_COUNTED) await writeCounts(writer, memory);
      products += prepared.found.length;
      written++;
    }
    if (written === max_batches) return products;
  }
}

async function writeCounts(writer: pg.PoolClient, memory: IndexMemory): Promise<void> {
  const { counts } = memory;
  // The next batch is counted into a new map meanwhile.
  memory.counts = new Map();
  if (counts.size > 0) await countWords(writer, counts);
}

function prepare(pool: pg.Pool, batch: Batch | undefined, memory: IndexMemory): Promise<PreparedBatch> | undefined {
  if (batch === undefined) return undefined;
  const prepared = prepareBatch(pool, batch).then(async (made) => {
    await writeWords(pool, made.words, memory);
    return made;
  });
  // The caller awaits it later, or not at all if another error comes first. Without this, Node would report an unhandled rejection.
  prepared.catch(() => undefined);
  return prepared;
}

/** Runs before the products are written, so that a search that reads a product's terms also finds their words. */
async function writeWords(pool: pg.Pool, counted: readonly CountedWord[], memory: IndexMemory): Promise<void> {
  await checkMemory(pool, memory);
  const words = counted.filter(({ word }) => !memory.stored.has(word));
  // Always in the same order, against deadlocks.
  words.sort((a, b) => (a.word < b.word ? -1 : 1));
  const inserted = await insertWords(
    pool,
    words.map(({ word, products }) => ({ word, products, grams: word.startsWith("\u0001") ? [] : gramsOf(word) })),
  );
  remember(memory, counted, inserted);
}

async function writeBatch(writer: pg.PoolClient, batch: PreparedBatch): Promise<void> {
  // No wait for the disk: after a crash of PostgreSQL, the backlog still contains what the index lost.
  await writer.query("begin; set local synchronous_commit = off");
  try {
    if (batch.keys.length > 0) await removeFromIndex(writer, batch.keys);
    if (batch.found.length > 0) await copyBatch(writer, batch);
    if (batch.shortened !== undefined) {
      const { id, id_from, keys } = batch.shortened;
      await shortenEntry(writer, id, id_from, keys);
    }
    await removeEntries(writer, batch.done, batch.delta);
    await writer.query("commit");
  } catch (error) {
    await writer.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Forgets the stored words if an administrator or a benchmark has truncated their table. */
async function checkMemory(db: Queryable, memory: IndexMemory): Promise<void> {
  const file = await readWordsFile(db);
  if (file === memory.file) return;
  memory.file = file;
  memory.stored.clear();
  memory.counts.clear();
}

/** Nearly all products are new to the index. Removing their old rows first would take a tenth of the indexing time, so that happens only
 * after a conflict. */
async function copyBatch(writer: pg.PoolClient, { lines, found }: PreparedBatch): Promise<void> {
  await writer.query("savepoint copied");
  try {
    await copyIntoIndex(writer, lines);
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    await writer.query("rollback to savepoint copied");
    await removeFromIndex(writer, found);
    await copyIntoIndex(writer, lines);
  }
}

const UNIQUE_VIOLATION = "23505";

/** Remembers and counts the words that occur again. Most words come from SKUs and never occur again. */
function remember({ stored, counts }: IndexMemory, words: readonly CountedWord[], inserted: ReadonlySet<string>): void {
  if (stored.size > MAX_REMEMBERED) stored.clear();
  for (const { word, products } of words) {
    const isNew = inserted.has(word);
    if (isNew && products === 1) continue;
    const own = stored.has(word) ? word : copyOf(word);
    if (!isNew) counts.set(own, (counts.get(own) ?? 0) + products);
    stored.add(own);
  }
}

/** V8 makes a substring a slice that keeps the whole text in memory; the copy does not. */
const copyOf = (word: string): string => Buffer.from(word).toString();
