// Updates the search index, one batch of the backlog at a time. One transaction writes a batch to the index and removes the batch from the
// backlog. If other writers change products meanwhile, they record these changes in new backlog entries.
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

/** Number of products in a batch: large enough to be fast, and small enough for the memory that a worker shares with an import. */
const BATCH_ROWS = 4096;
/** Number of batches for which backlog entries are read at a time. */
const PLANNED_BATCHES = 4;
/** Maximum number of words that a worker remembers as stored. When there are more, the worker forgets all of them. */
const MAX_REMEMBERED = 100_000;
/** Number of words whose counts are collected before these counts are written. */
const MAX_COUNTED = 20_000;

/** The state that a worker keeps between batches. */
export interface IndexMemory {
  /** Words that the database is known to contain. Words are never removed from the database. */
  stored: Set<string>;
  /** For each stored word, the number of products to add to its count in the database. */
  counts: Map<string, number>;
  /** The number of the file that stores the table of words. The number changes when the table is truncated. */
  file: number | undefined;
}

export const createIndexMemory = (): IndexMemory => ({ stored: new Set(), counts: new Map(), file: undefined });

export interface IndexOptions {
  /** Number of products in a batch. */
  rows?: number;
  /** Indexing stops after this many batches. */
  max_batches?: number;
  /** Called before each batch. Indexing stops if the result is false. */
  shouldContinue?: () => Promise<boolean>;
}

/** Indexes until the backlog is empty, and returns the number of indexed products. Returns 0 if another worker is indexing. */
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
    // A broken connection is closed, which also releases the lock.
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
      // Prepare the next batch while PostgreSQL writes this one. If the next batch is then never written, its words are stored anyway,
      // which is harmless.
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
  // While these counts are written, the words of the next batch are counted in a new map.
  memory.counts = new Map();
  if (counts.size > 0) await countWords(writer, counts);
}

function prepare(pool: pg.Pool, batch: Batch | undefined, memory: IndexMemory): Promise<PreparedBatch> | undefined {
  if (batch === undefined) return undefined;
  const prepared = prepareBatch(pool, batch).then(async (made) => {
    await writeWords(pool, made.words, memory);
    return made;
  });
  // The caller awaits `prepared` later, or not at all if another error comes first. Without this handler, Node would report an unhandled
  // rejection.
  prepared.catch(() => undefined);
  return prepared;
}

/** Stores the words of a batch before the batch's products are written. A search therefore never finds a product in the index whose words
 * are not stored yet. */
async function writeWords(pool: pg.Pool, counted: readonly CountedWord[], memory: IndexMemory): Promise<void> {
  await checkMemory(pool, memory);
  const words = counted.filter(({ word }) => !memory.stored.has(word));
  // Insert words always in the same order, which prevents deadlocks.
  words.sort((a, b) => (a.word < b.word ? -1 : 1));
  const inserted = await insertWords(
    pool,
    words.map(({ word, products }) => ({ word, products, grams: word.startsWith("\u0001") ? [] : gramsOf(word) })),
  );
  remember(memory, counted, inserted);
}

async function writeBatch(writer: pg.PoolClient, batch: PreparedBatch): Promise<void> {
  // The commit need not wait for the disk: if a crash of PostgreSQL undoes the changes of the index, it also restores the batch in the
  // backlog.
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

/** Copies a batch into the index. Nearly all products are new to the index. Removing old rows before every copy would take a tenth of the
 * indexing time, so old rows are removed only after a conflict. */
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

/** Remembers words that occur in several products, and collects their counts. A new word with only one product is ignored: most of these
 * words come from SKUs and never occur again. */
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

/** Copies a word. V8 makes a substring a slice that keeps the whole text in memory; the copy does not. */
const copyOf = (word: string): string => Buffer.from(word).toString();
