// SQL of rejected rows.
import type pg from "pg";
import { lockKeys } from "../../db/advisory-locks.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import type { StoredReject } from "./make-reject.ts";
import {
  IGNORE_CODES,
  MAX_LISTED_REJECTS,
  type IgnoredRow,
  type Reject,
  type RejectGroup,
} from "../../../contract/imports/imports.ts";

/** Stores rejects. @returns the number of rejects that were not stored before */
export async function insertRejects(
  db: Queryable,
  importId: number,
  rejects: readonly StoredReject[],
): Promise<number> {
  if (rejects.length === 0) return 0;
  const { rowCount } = await db.query(
    `insert into import_rejects (import_id, "row", line, "column", value, code, message, raw, ignored, product, source)
     select $1, r.*
     from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::text[], $11::text[]) as r
     on conflict (import_id, "row") do nothing`,
    [importId, ...rejectColumns(rejects)],
  );
  return rowCount ?? 0;
}

/** Returns one array for each column of `import_rejects`, in the order of the table. */
export const rejectColumns = (rejects: readonly (StoredReject | IgnoredRow)[]): unknown[] => [
  rejects.map((reject) => reject.row),
  rejects.map((reject) => reject.line),
  rejects.map((reject) => reject.column),
  rejects.map((reject) => reject.value),
  rejects.map((reject) => reject.code),
  rejects.map((reject) => reject.message),
  rejects.map((reject) => reject.raw),
  rejects.map((reject) => reject.code in IGNORE_CODES),
  rejects.map((reject) => ("product" in reject ? reject.product : null)),
  rejects.map((reject) => ("source" in reject ? reject.source : null)),
];

/** Stores the rejects of a chunk in the chunk's transaction, up to MAX_LISTED_REJECTS for the import. A lock lets only one loader of the
 * import do this at a time. The loader holds the lock until it commits, so that the next loader counts its rejects. */
export async function insertListedRejects(
  client: pg.ClientBase,
  importId: number,
  rejects: readonly StoredReject[],
): Promise<void> {
  if (rejects.length === 0) return;
  await client.query("select pg_advisory_xact_lock($1, $2)", lockKeys("listed_rejects", importId));
  const { rows } = await client.query<{ stored: number }>(
    "select count(*)::int as stored from import_rejects where import_id = $1 and not ignored",
    [importId],
  );
  await insertRejects(client, importId, rejects.slice(0, Math.max(0, MAX_LISTED_REJECTS - (rows[0]?.stored ?? 0))));
}

/** Maximum number of groups of rejects. Each group has one reason and one column. There are few reasons, but a file may have thousands
 * of columns. */
const MAX_GROUPS = 200;

/** Counts the rejects by reason and column, the most frequent first. */
export async function countRejects(db: Queryable, importId: number): Promise<RejectGroup[]> {
  const { rows } = await db.query<RejectGroup>(
    `select code, "column", count(*)::bigint as count from import_rejects where import_id = $1 and not ignored
     group by code, "column" order by count desc, code, "column" limit $2`,
    [importId, MAX_GROUPS],
  );
  return rows;
}

export interface RejectedAttribute {
  name: string;
  is_list: boolean;
}

/** Returns the attributes of the rejected products, in the order of the first rows that have them. */
export async function rejectedAttributes(db: Queryable, importId: number, limit: number): Promise<RejectedAttribute[]> {
  const { rows } = await db.query<RejectedAttribute>(
    `select a.name, bool_or(jsonb_typeof(a.value) = 'array') as is_list
     from import_rejects r, jsonb_each(r.product::jsonb -> 'attributes') as a(name, value)
     where r.import_id = $1 and r.product is not null
     group by a.name order by min(r."row"), a.name limit $2`,
    [importId, limit],
  );
  return rows;
}

interface Page {
  after: number;
  limit: number;
  raw_characters: number;
  code?: string | undefined;
}

/** Returns a page of rejects in file order, after row `after`. Raw records are truncated to `raw_characters`. */
export const listRejects = (db: Queryable, importId: number, page: Page): Promise<Reject[]> =>
  listRows<Reject>(db, importId, page, false);

/** Returns a page of ignored rows, like `listRejects`. */
export const listIgnored = (db: Queryable, importId: number, page: Page): Promise<IgnoredRow[]> =>
  listRows<IgnoredRow>(db, importId, page, true);

async function listRows<Row extends Reject | IgnoredRow>(
  db: Queryable,
  importId: number,
  page: Page,
  isIgnored: boolean,
): Promise<Row[]> {
  const { rows } = await db.query<Row>(
    `select "row", line, "column", value, code, message, left(coalesce(source, raw), $5) as raw from import_rejects
     where import_id = $1 and ignored = $6 and "row" > $2 and ($4::text is null or code = $4) order by "row" limit $3`,
    [importId, page.after, page.limit, page.code ?? null, page.raw_characters, isIgnored],
  );
  return rows;
}

/** Maximum number of bytes of raw records per page. A single record can be 1 MB long. */
const MAX_PAGE_BYTES = 4 << 20;

/** Returns complete rejects in file order, after row `after`: at most `limit`, and fewer if their records are long. */
export async function readRejects(
  db: Queryable,
  importId: number,
  after: number,
  limit: number,
): Promise<StoredReject[]> {
  const { rows } = await db.query<StoredReject>(
    `select "row", line, "column", value, code, message, raw, product, source
     from (
       select r.*, sum(bytes) over (order by "row") - bytes as bytes_before
       from (select *, octet_length(raw) + coalesce(octet_length(product), 0) + coalesce(octet_length(source), 0) as bytes from import_rejects where import_id = $1 and not ignored and "row" > $2 order by "row" limit $3) r
     ) r
     where bytes_before < $4 order by "row"`,
    [importId, after, limit, MAX_PAGE_BYTES],
  );
  return rows;
}
