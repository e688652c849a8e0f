// The larger entries of the backlog, held in memory: without them every list would read them again from the database, half a
// million products after an import. Loaded in the background when somebody asks, and dropped when the index has reached them.
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { Block } from "./block.ts";
import { SORT_KEYS } from "../order.ts";

/** Smaller entries are read as quickly from the database. */
const SMALLEST = 500;
/** Larger ones would hold up everything else while they come. */
const LARGEST = 50_000;
/** Of all blocks together. Entries that no longer fit are read from the database. */
const MAX_BYTES = 256 << 20;
/** A list waits this long for a block or two that are on their way: the database has as much read by then. */
const PATIENCE_MS = 30;
const FEW = 2;
/** For more, right after an import, it waits longer: each list would read them all from the database otherwise. */
const LONG_PATIENCE_MS = 1000;
/** Blocks are loaded as they come while somebody has asked for lists not longer ago. */
const WARM_MS = 60_000;
const LOOK_MS = 300;

export class Tail {
  readonly #pool: pg.Pool;
  readonly #blocks = new Map<number, Block>();
  #loading: Promise<void> | undefined;
  #wanted: number[] = [];
  #warm_until = 0;
  #timer: NodeJS.Timeout | undefined;

  readonly #smallest: number;

  constructor(pool: pg.Pool, smallest = SMALLEST) {
    this.#pool = pool;
    this.#smallest = smallest;
  }

  /** The blocks that there are now, of the entries that are in the backlog. What the caller reads from the database must be read
   * after this: a block is as old as its loading, and what has changed since has another entry. */
  async blocks(): Promise<ReadonlyMap<number, Block>> {
    this.#warm_until = performance.now() + WARM_MS;
    this.#timer ??= setInterval(() => {
      this.#keepWarm();
    }, LOOK_MS).unref();
    await this.#refresh();
    if (this.#loading !== undefined) {
      const patience_ms = this.#wanted.length > FEW ? LONG_PATIENCE_MS : PATIENCE_MS;
      await Promise.race([this.#loading, new Promise((resolve) => setTimeout(resolve, patience_ms).unref())]);
    }
    return new Map(this.#blocks);
  }

  #keepWarm(): void {
    if (performance.now() < this.#warm_until) {
      // A database that is away is told to whoever asks it for something.
      this.#refresh().catch(() => undefined);
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Drops blocks of entries that are gone and begins to load those of new ones. */
  async #refresh(): Promise<void> {
    const { rows: entries } = await this.#pool.query<{ id: number }>(
      "select id from search_backlog where rows between $1 and $2 order by id",
      [this.#smallest, LARGEST],
    );
    const present = new Set(entries.map(({ id }) => id));
    for (const id of this.#blocks.keys()) if (!present.has(id)) this.#blocks.delete(id);
    this.#wanted = [...present].filter((id) => !this.#blocks.has(id));
    if (this.#wanted.length > 0) this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
  }

  async #load(): Promise<void> {
    for (let id = this.#wanted.shift(); id !== undefined; id = this.#wanted.shift()) {
      const bytes = [...this.#blocks.values()].reduce((sum, block) => sum + block.bytes, 0);
      if (bytes > MAX_BYTES) return;
      // A list can do without; the next one tries again.
      const block = await loadBlock(this.#pool, id).catch(() => undefined);
      if (block !== undefined) this.#blocks.set(id, block);
    }
  }
}

async function loadBlock(pool: pg.Pool, id: number): Promise<Block | undefined> {
  const { rows } = await pool.query<{ id_from: number | null; id_to: number | null; keys: string[] | null }>(
    "select id_from, id_to, keys from search_backlog where id = $1",
    [id],
  );
  const [entry] = rows;
  if (entry === undefined) return undefined;
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(
      "begin; set local enable_seqscan = off; set local enable_hashjoin = off; set local timezone = 'UTC'",
    );
    const pieces: Buffer[] = [];
    for (const where of wheresOf(client, entry)) {
      const copy = client.query(copyTo(`copy (${SELECT} where ${where}) to stdout`));
      for await (const piece of copy) pieces.push(piece as Buffer);
    }
    await client.query("commit");
    broken = false;
    return new Block(Buffer.concat(pieces));
  } finally {
    client.release(broken);
  }
}

/** COPY takes no parameters. */
function wheresOf(
  client: pg.ClientBase,
  { id_from, id_to, keys }: { id_from: number | null; id_to: number | null; keys: string[] | null },
): string[] {
  const list = (keys ?? []).map((key) => `"${key.replace(/["\\]/g, "\\$&")}"`).join(",");
  return [
    ...(id_from === null || id_to === null ? [] : [`p.id between ${id_from} and ${id_to}`]),
    ...(keys === null ? [] : [`p.sku_key = any(${client.escapeLiteral(`{${list}}`)}::text[])`]),
  ];
}

/** As db/connect.ts gives times. */
const instant = (column: string): string => `to_char(p.${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const SELECT = `select p.sku_key, ${SORT_KEYS.name.sql}, ${instant("created_at")}, ${instant("updated_at")},
  ${["sku", "name", "description"].map((column) => `lower(p.${column} collate "C")`).join(", ")} from products p`;
