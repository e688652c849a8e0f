// The larger entries of the backlog, held in memory: without them every list would read them again from the database, half a
// million products after an import. Loaded in the background while lists are asked for, and dropped when the index has
// reached them.
import { totalmem } from "node:os";
import type pg from "pg";
import { Segment } from "./segment.ts";
import { readSegmentData } from "./segment-data.ts";
import { readBacklog, type BacklogPart } from "./read-backlog.ts";

/** Smaller entries are read as quickly from the database. */
const SMALLEST = 500;
/** Larger ones would hold up everything else while they come. */
const LARGEST = 50_000;
/** Of all blocks together: two million products or so. Entries that no longer fit are read from the database. */
const MAX_BYTES = Math.min(512 << 20, totalmem() / 16);
/** Blocks that are loaded at the same time: one is read while the other is made. */
const LOADED_AT_ONCE = 2;
/** A list waits this long for blocks that it needs; to read them from the database itself would take longer. */
const PATIENCE_MS = 1000;
/** Blocks are loaded as they come while somebody has asked for lists not longer ago. */
const WARM_MS = 60_000;
const LOOK_MS = 100;
/** The same after something new was seen: an import's next chunk is a moment away. */
const NEXT_LOOK_MS = 30;

/** What would have to be searched in the database, for long, until it is held. */
export class BacklogNotHeld extends Error {
  override readonly name = "BacklogNotHeld";
  readonly lacking: readonly BacklogPart[];

  constructor(lacking: readonly BacklogPart[]) {
    super(`${String(lacking.length)} entries of the backlog are not in memory`);
    this.lacking = lacking;
  }
}

export class Memtable {
  readonly #pool: pg.Pool;
  readonly #smallest: number;
  readonly #max_bytes: number;
  readonly #blocks = new Map<number, Segment>();
  readonly #loading = new Map<number, Promise<void>>();
  /** Entries whose products have too much text to be held, or text that cannot be told apart. */
  readonly #unfit = new Set<number>();
  readonly #queues = Array.from({ length: LOADED_AT_ONCE }, () => Promise.resolve());
  #bytes = 0;
  #warm_until = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: pg.Pool, smallest = SMALLEST, maxBytes = MAX_BYTES) {
    this.#pool = pool;
    this.#smallest = smallest;
    this.#max_bytes = maxBytes;
  }

  /** The blocks that there are now. What the caller reads from the database must be read after this: a block is as old as its
   * loading, and what has changed since has another entry. */
  blocks(): ReadonlyMap<number, Segment> {
    this.#warm_until = performance.now() + WARM_MS;
    this.#timer ??= this.#lookIn(0);
    return new Map(this.#blocks);
  }

  /** Of the entries those that could be held and are not among the blocks. */
  lackingOf(entries: readonly BacklogPart[], blocks: ReadonlyMap<number, Segment> = this.#blocks): BacklogPart[] {
    if (this.#bytes > this.#max_bytes) return [];
    return entries.filter(
      ({ id, rows }) => rows >= this.#smallest && rows <= LARGEST && !blocks.has(id) && !this.#unfit.has(id),
    );
  }

  /** Loads these entries, and waits for them, but not for too long. */
  async load(entries: readonly BacklogPart[]): Promise<void> {
    this.#begin(entries);
    const loading = entries.flatMap(({ id }) => this.#loading.get(id) ?? []);
    await Promise.race([Promise.all(loading), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
  }

  #begin(entries: readonly BacklogPart[]): void {
    for (const entry of entries) {
      if (this.#loading.has(entry.id) || this.#blocks.has(entry.id) || this.#bytes > this.#max_bytes) continue;
      const queue = entry.id % LOADED_AT_ONCE;
      const loaded = (this.#queues[queue] as Promise<void>).then(() => this.#load(entry));
      this.#queues[queue] = loaded;
      this.#loading.set(entry.id, loaded);
    }
  }

  async #load(entry: BacklogPart): Promise<void> {
    try {
      const block = await loadSegment(this.#pool, entry);
      if (block === undefined || block.bytes > this.#max_bytes) this.#unfit.add(entry.id);
      else {
        this.#blocks.set(entry.id, block);
        this.#bytes += block.bytes;
      }
    } catch (error) {
      // A list can do without; the next one tries again, unless PostgreSQL itself cannot join so much.
      if ((error as { code?: string }).code === TOO_MUCH) this.#unfit.add(entry.id);
    }
    this.#loading.delete(entry.id);
  }

  #lookIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.#look(), ms).unref();
  }

  /** Drops blocks of entries that are gone and begins to load new ones. */
  async #look(): Promise<void> {
    if (performance.now() >= this.#warm_until) {
      this.#timer = undefined;
      this.#drop([...this.#blocks.keys()]);
      return;
    }
    const before = [...this.#blocks.keys()];
    // A database that is away is told to whoever asks it for something.
    const { entries } = await readBacklog(this.#pool).catch(() => ({ entries: undefined }));
    const lacking = this.lackingOf(entries ?? []);
    if (entries !== undefined) {
      const present = new Set(entries.map(({ id }) => id));
      this.#drop(before.filter((id) => !present.has(id)));
      for (const id of this.#unfit) if (!present.has(id)) this.#unfit.delete(id);
      this.#begin(lacking);
    }
    this.#timer = this.#lookIn(lacking.length > 0 ? NEXT_LOOK_MS : LOOK_MS);
  }

  #drop(ids: readonly number[]): void {
    for (const id of ids) {
      this.#bytes -= this.#blocks.get(id)?.bytes ?? 0;
      this.#blocks.delete(id);
    }
  }
}

/** program_limit_exceeded: a joined text of more than 1 GB */
const TOO_MUCH = "54000";

/** Undefined where the texts cannot be told apart. */
async function loadSegment(pool: pg.Pool, { id, id_from, id_to, has_keys }: BacklogPart): Promise<Segment | undefined> {
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

/** As a literal. Where the entry is gone the block is of no product, and nobody will ask it. */
async function readKeys(client: pg.ClientBase, id: number): Promise<string> {
  const { rows } = await client.query<{ keys: string }>(
    "select quote_literal(keys::text) || '::text[]' as keys from search_backlog where id = $1",
    [id],
  );
  return rows[0]?.keys ?? "'{}'::text[]";
}
