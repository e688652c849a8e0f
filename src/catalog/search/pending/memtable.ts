// Holds the products of larger backlog entries in memory, as segments. Without segments, every list after an import of half a million
// products would read all these products again. Segments are loaded in the background while list requests arrive, and dropped after the
// index has processed their entries.
import { totalmem } from "node:os";
import type pg from "pg";
import { Segment } from "./segment.ts";
import { readSegmentData } from "./segment-data.ts";
import { readBacklog, type BacklogEntry } from "./read-backlog.ts";

/** Backlog entries with fewer products than this are not held in memory, because reading their products from the database takes no
 * longer. */
const MIN_ROWS = 500;
/** Backlog entries with more products than this are not held in memory, because loading such an entry would block other requests. */
const MAX_ROWS = 50_000;
/** Maximum size of all segments together, enough for about two million products. Entries beyond this limit are read from the database. */
const MAX_BYTES = Math.min(512 << 20, totalmem() / 16);
/** Number of segments that are loaded at the same time: PostgreSQL prepares one segment while this process builds the other. */
const LOADED_AT_ONCE = 2;
/** How long a list request waits until the segments that it needs are loaded. Reading the pending products from the database instead would
 * take longer. */
const PATIENCE_MS = 1000;
/** How long new segments continue to be loaded after the last list request. After that time, all segments are dropped. */
const WARM_MS = 60_000;
const POLL_MS = 100;
/** The polling interval after a new backlog entry has appeared. It is shorter than POLL_MS, because the next chunk of an import will
 * probably follow soon. */
const BUSY_POLL_MS = 30;

/** Thrown if a list needs pending products that are not in memory yet. Searching for them in the database would take a long time. */
export class SegmentsMissing extends Error {
  override readonly name = "SegmentsMissing";
  readonly missing: readonly BacklogEntry[];

  constructor(missing: readonly BacklogEntry[]) {
    super(`${missing.length} backlog entries are not in memory`);
    this.missing = missing;
  }
}

export class Memtable {
  readonly #pool: pg.Pool;
  readonly #min_rows: number;
  readonly #max_bytes: number;
  readonly #segments = new Map<number, Segment>();
  readonly #loading = new Map<number, Promise<void>>();
  /** Ids of backlog entries that cannot be held in memory: their texts are too long, or a text contains the character that separates texts
   * in a segment. */
  readonly #unfit = new Set<number>();
  readonly #queues = Array.from({ length: LOADED_AT_ONCE }, () => Promise.resolve());
  #bytes = 0;
  #warm_until = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: pg.Pool, minRows = MIN_ROWS, maxBytes = MAX_BYTES) {
    this.#pool = pool;
    this.#min_rows = minRows;
    this.#max_bytes = maxBytes;
  }

  /** Returns the current segments by the id of their backlog entry. Call this before opening the database snapshot: a segment shows the
   * products as they were when it was loaded, and the backlog in the snapshot contains all later changes. */
  segments(): ReadonlyMap<number, Segment> {
    this.#warm_until = performance.now() + WARM_MS;
    this.#timer ??= this.#schedulePoll(0);
    return new Map(this.#segments);
  }

  /** Returns the backlog entries that could be held in memory but have no segment yet. */
  missingOf(entries: readonly BacklogEntry[], segments: ReadonlyMap<number, Segment> = this.#segments): BacklogEntry[] {
    if (this.#bytes > this.#max_bytes) return [];
    return entries.filter(
      ({ id, rows }) => rows >= this.#min_rows && rows <= MAX_ROWS && !segments.has(id) && !this.#unfit.has(id),
    );
  }

  /** Loads the products of these backlog entries into memory, and waits for this up to a time limit. */
  async load(entries: readonly BacklogEntry[]): Promise<void> {
    this.#startLoading(entries);
    const loading = entries.flatMap(({ id }) => this.#loading.get(id) ?? []);
    await Promise.race([Promise.all(loading), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
  }

  #startLoading(entries: readonly BacklogEntry[]): void {
    for (const entry of entries) {
      if (this.#loading.has(entry.id) || this.#segments.has(entry.id) || this.#bytes > this.#max_bytes) continue;
      const queue = entry.id % LOADED_AT_ONCE;
      const loaded = (this.#queues[queue] as Promise<void>).then(() => this.#load(entry));
      this.#queues[queue] = loaded;
      this.#loading.set(entry.id, loaded);
    }
  }

  async #load(entry: BacklogEntry): Promise<void> {
    try {
      const segment = await loadSegment(this.#pool, entry);
      if (segment === undefined || segment.bytes > this.#max_bytes) this.#unfit.add(entry.id);
      else {
        this.#segments.set(entry.id, segment);
        this.#bytes += segment.bytes;
      }
    } catch (error) {
      // If a segment cannot be loaded, lists read its products from the database. The next list request loads the segment again, unless
      // PostgreSQL reported that the joined texts are too long.
      if ((error as { code?: string }).code === PROGRAM_LIMIT_EXCEEDED) this.#unfit.add(entry.id);
    }
    this.#loading.delete(entry.id);
  }

  #schedulePoll(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.#poll(), ms).unref();
  }

  /** Drops the segments of backlog entries that the index has processed, and starts loading segments of new entries. */
  async #poll(): Promise<void> {
    if (performance.now() >= this.#warm_until) {
      this.#timer = undefined;
      this.#drop([...this.#segments.keys()]);
      return;
    }
    const before = [...this.#segments.keys()];
    // If the database is unavailable, the next list request reports it.
    const { entries } = await readBacklog(this.#pool).catch(() => ({ entries: undefined }));
    const missing = this.missingOf(entries ?? []);
    if (entries !== undefined) {
      const present = new Set(entries.map(({ id }) => id));
      this.#drop(before.filter((id) => !present.has(id)));
      for (const id of this.#unfit) if (!present.has(id)) this.#unfit.delete(id);
      this.#startLoading(missing);
    }
    this.#timer = this.#schedulePoll(missing.length > 0 ? BUSY_POLL_MS : POLL_MS);
  }

  #drop(ids: readonly number[]): void {
    for (const id of ids) {
      this.#bytes -= this.#segments.get(id)?.bytes ?? 0;
      this.#segments.delete(id);
    }
  }
}

/** The error code of program_limit_exceeded: the joined texts are longer than 1 GB. */
const PROGRAM_LIMIT_EXCEEDED = "54000";

/** Loads the products of a backlog entry.
 * @returns undefined if a text contains the character that separates texts in a segment */
async function loadSegment(
  pool: pg.Pool,
  { id, id_from, id_to, has_keys }: BacklogEntry,
): Promise<Segment | undefined> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query("begin; set local enable_seqscan = off; set local max_parallel_workers_per_gather = 0");
    const wheres = [
      ...(id_from === null || id_to === null ? [] : [`p.id between ${id_from} and ${id_to}`]),
      ...(has_keys ? [`p.sku_key = any(${await readKeys(client, id)})`] : []),
    ];
    const data = await readSegmentData(client, wheres.join(" or ") || "false");
    await client.query("commit");
    broken = false;
    return data && new Segment(data);
  } finally {
    client.release(broken);
  }
}

/** Returns the keys of a backlog entry as an SQL literal. If the entry no longer exists, the segment will be empty and no list will use
 * it. */
async function readKeys(client: pg.ClientBase, id: number): Promise<string> {
  const { rows } = await client.query<{ keys: string }>(
    "select quote_literal(keys::text) || '::text[]' as keys from search_backlog where id = $1",
    [id],
  );
  return rows[0]?.keys ?? "'{}'::text[]";
}
