// The keys of all advisory locks. Equal keys would make unrelated work wait for each other. PostgreSQL keeps locks with one bigint key
// apart from locks with two integer keys, and pg-boss uses 64-bit hashes of its own.
//
// Rolling upgrade: when a key changes, an old process takes the old key and a new process takes the new one, so the two do not exclude each
// other. Change a key only if that does no lasting harm. `open_uploads` (was 7583, 0), `selection` (7584, id), `history_purge` (7585, 0)
// and `event_order` (7584) were changed because other locks used their numbers. While old and new processes run together, one upload more
// than the limit can be accepted. A selection can be computed twice. An undo can start while the hourly purge of history marks the same
// changeset as no longer undoable. An event can get a second, later position, so that it is delivered twice.

/** Schema migrations, one process at a time. The only lock with one key: "skuport" in ASCII, a string because it exceeds 2^53. */
export const MIGRATION_LOCK = "32488857013580404";

/** First keys of locks with two keys; the second key is 0 or an id. Each comment begins with the holder of the lock: the session or its
 * transaction. */
export const LOCKS = {
  /** Session: one scan of an import at a time. Second key: the import. */
  scan: 7582,
  /** Transaction: one loader at a time loads a strict import. Second key: the import. */
  strict_import: 7583,
  /** Session: one indexer at a time writes the search index. */
  indexer: 7584,
  /** Session: its holder, a webhook worker, is alive. Second key: the worker's number. */
  webhook_worker: 7585,
  /** Session: one worker at a time splits a changeset into batches for webhooks. Second key: the event. */
  split_batches: 7586,
  /** Transaction: loaders count the stored rejects of an import one after the other. Second key: the import. */
  listed_rejects: 7587,
  /** Session or transaction: one suspect part at a time is processed; see `LockHolder` in jobs/attempts.ts. */
  suspect_part: 7588,
  /** Transaction: no undo can start during a purge of history. A purge takes the lock exclusively, and an undo takes it shared. */
  history_purge: 7589,
  /** Session or transaction: one process at a time selects the products of an operation. Second key: the operation. */
  selection: 7590,
  /** Transaction: unfinished uploads are counted and added one after the other. */
  open_uploads: 7591,
  /** Transaction: one reader at a time gives positions to events. */
  event_order: 7592,
} as const;

/** Both keys of a lock, for statements with `$1, $2`. An id beyond 31 bits shares its lock with another id, so that one may wait for the
 * other. */
export const lockKeys = (name: keyof typeof LOCKS, id = 0): [first: number, second: number] => [
  LOCKS[name],
  id % 2 ** 31,
];
