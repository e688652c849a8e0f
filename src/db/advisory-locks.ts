// The keys of all advisory locks. Equal keys would make unrelated work wait for each other. PostgreSQL keeps locks with one bigint key
// apart from locks with two integer keys, and pg-boss uses 64-bit hashes of its own.
//
// Rolling upgrade: when a key changes, an old process takes the old key and a new process takes the new one, so the two do not exclude each
// other. Change a key only if that does no lasting harm. `open_uploads` (was 7583, 0), `selection` (7584, id), `history_purge` (7585, 0)
// and `event_order` (7584) were changed because other locks used their numbers. While old and new processes run together, one upload more
// than the limit can be accepted. A selection can be computed twice. An undo can start while the hourly purge of history marks the same
// changeset as no longer undoable. An event can get a second, later position, so that it is delivered twice.

/** Only one process at a time migrates the schema. This is the only lock with one key: the bytes of "skuport" in ASCII as a number. The key
 * is a string because it exceeds 2^53. */
export const MIGRATION_LOCK = "32488857013580404";

/** First keys of locks with two keys; the second key is 0 or an id. PostgreSQL releases a session lock when the session unlocks it or ends,
 * and a transaction lock when the transaction ends. */
export const LOCKS = {
  /** Session lock: only one process at a time scans an import. Second key: the import's id. */
  scan: 7582,
  /** Transaction lock: only one loader at a time loads a strict import. Second key: the import's id. */
  strict_import: 7583,
  /** Session lock: only one indexer at a time writes the search index. */
  indexer: 7584,
  /** Session lock: each webhook worker holds one while it is alive. Second key: the worker's number. */
  webhook_worker: 7585,
  /** Session lock: only one worker at a time splits a changeset into batches for webhooks. Second key: the event's id. */
  split_batches: 7586,
  /** Transaction lock: only one loader at a time counts the stored rejects of an import and adds rejects. Second key: the import's id. */
  listed_rejects: 7587,
  /** Session or transaction lock: only one process at a time repeats work during which a worker has died (see jobs/attempts.ts). */
  suspect_part: 7588,
  /** Transaction lock: no undo can start during a purge of history. A purge takes the lock exclusively, and an undo takes it shared. */
  history_purge: 7589,
  /** Session or transaction lock: only one process at a time selects the products of an operation. Second key: the operation's id. */
  selection: 7590,
  /** Transaction lock: only one request at a time counts the unfinished uploads and adds an upload. */
  open_uploads: 7591,
  /** Transaction lock: only one process at a time assigns positions to events. */
  event_order: 7592,
  /** Transaction lock: only one process at a time counts the failed sign-ins of an account or address. Second key: the hash of its name. */
  sign_in: 7593,
  /** Transaction lock: only one process at a time creates the id of a bucket. */
  file_store: 7594,
} as const;

/** Both keys of a lock, for statements with `$1, $2`. Ids that are equal modulo 2^31 share a lock: work on one may wait for work on the
 * other. */
export const lockKeys = (name: keyof typeof LOCKS, id = 0): [first: number, second: number] => [
  LOCKS[name],
  id % 2 ** 31,
];
