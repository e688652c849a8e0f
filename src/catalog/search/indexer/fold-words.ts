// An earlier release stored words without the trigrams that searches need to ignore accents. This module adds these trigrams. Until all
// words have them, searches that ignore accents scan the products in list order: results are exact, but a page may have fewer products than
// requested.
import type pg from "pg";
import { gramsOf } from "../../query/grams.ts";
import {
  lockIndex,
  readFoldedUntil,
  readNextWords,
  settle,
  unlockIndex,
  writeFoldedWords,
  type FoldedWord,
} from "./store.ts";

/** Number of words that one transaction reads. It can be large, because a transaction updates only non-ASCII words, and most catalogues
 * contain few of them. */
const BATCH_WORDS = 20_000;

export interface FoldOptions {
  /** Number of words that one transaction reads. */
  words?: number;
  /** Called before each batch. The work pauses if the result is false. */
  shouldContinue: () => Promise<boolean>;
}

/** Adds the missing trigrams to the stored words. Returns true if all words have them now. Returns false if `shouldContinue` returned false
 * or another session holds the lock of the index. The next call then continues with the remaining words. */
export async function foldStoredWords(
  pool: pg.Pool,
  { words = BATCH_WORDS, shouldContinue }: FoldOptions,
): Promise<boolean> {
  if ((await readFoldedUntil(pool)) === null) return true;
  const client = await pool.connect();
  let broken = true;
  try {
    // Take the lock: two workers that change the same words in different orders could cause a deadlock.
    const isLocked = await lockIndex(client);
    const isDone = isLocked && (await foldLocked(client, words, shouldContinue));
    if (isLocked) {
      await settle(client);
      await unlockIndex(client);
    }
    broken = false;
    return isDone;
  } finally {
    // A broken connection is closed, which also releases the lock.
    client.release(broken);
  }
}

async function foldLocked(
  client: pg.PoolClient,
  words: number,
  shouldContinue: () => Promise<boolean>,
): Promise<boolean> {
  for (;;) {
    const after = await readFoldedUntil(client);
    if (after === null) return true;
    if (!(await shouldContinue())) return false;
    const next = await readNextWords(client, after, words);
    const folded: FoldedWord[] = next.words.map((word) => ({ word, grams: gramsOf(word) }));
    await writeFoldedWords(client, folded, next.last);
  }
}
