// The baselines that imports are compared with, on the same server and in the same run: a bare COPY of rows that are already clean and
// deduplicated, and the SQL script that an expert would write for the task.
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

/** Creates a table like `products`, with the same indexes, and with defaults for the columns that the baselines do not fill. */
export async function createTarget(db: pg.ClientBase): Promise<void> {
  await db.query("drop table if exists bench_products");
  await db.query("create sequence if not exists bench_ids");
  await db.query("create table bench_products (like products including all)");
  await db.query(`alter table bench_products alter id set default nextval('bench_ids'), alter created_in set default 1,
    alter changed_in set default 1, alter created_at set default now(), alter updated_at set default now()`);
}

/** Copies `cleanFile`, the output of `cleanRows`, into a new table with a bare COPY on one connection. Returns the milliseconds. */
export async function timeBareCopy(db: pg.ClientBase, cleanFile: string): Promise<number> {
  await createTarget(db);
  const started = performance.now();
  await pipeline(
    createReadStream(cleanFile, { highWaterMark: 1 << 18 }),
    db.query(copyFrom("copy bench_products from stdin")),
  );
  return performance.now() - started;
}

/** Returns the deduplicated rows of a file as COPY text with a value for every column of the table that `createTarget` creates. The
 * rows are in the file's order. */
export async function cleanRows(db: pg.ClientBase, rawFile: string): Promise<AsyncIterable<Buffer>> {
  await createTarget(db);
  await copyRaw(db, rawFile, "");
  await db.query(`insert into bench_products as p (sku_key, sku, name, description)
    select sku_key, sku, name, description
    from (select distinct on (lower(trim(sku))) lower(trim(sku)) as sku_key, trim(sku) as sku, name, description, line
          from raw order by lower(trim(sku)), line desc) last
    order by line`);
  await db.query("drop table raw");
  return db.query(copyTo("copy (select * from bench_products order by id) to stdout"));
}

async function copyRaw(db: pg.ClientBase, rawFile: string, onCommit: "on commit drop" | ""): Promise<void> {
  await db.query(`create temporary table raw (line bigserial, name text, sku text, description text) ${onCommit}`);
  await pipeline(
    createReadStream(rawFile, { highWaterMark: 1 << 18 }),
    db.query(copyFrom("copy raw (name, sku, description) from stdin (format csv, header)")),
  );
}

/** Imports the file with a `\copy` into a temporary table and one INSERT … SELECT DISTINCT ON … ON CONFLICT that skips unchanged rows.
 * Returns the milliseconds. */
export async function runExpertSql(db: pg.ClientBase, rawFile: string): Promise<number> {
  const started = performance.now();
  await db.query("begin");
  await copyRaw(db, rawFile, "on commit drop");
  await db.query(`insert into bench_products as p (sku_key, sku, name, description)
    select distinct on (lower(trim(sku))) lower(trim(sku)), trim(sku), name, description
    from raw order by lower(trim(sku)), line desc
    on conflict (sku_key) do update
      set sku = excluded.sku, name = excluded.name, description = excluded.description,
          version = p.version + 1, updated_at = excluded.updated_at
      where (p.sku, p.name, p.description) is distinct from (excluded.sku, excluded.name, excluded.description)`);
  await db.query("commit");
  return performance.now() - started;
}
