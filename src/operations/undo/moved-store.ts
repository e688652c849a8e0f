// Reads products that are no longer under their key: deleted, renamed, or with a key that belongs to another product now. Each statement
// reads one table by a list of ids or keys, without a join. So it also works on Citus, where the keys are on different shards.
import { columnList, VALUE_COLUMNS } from "../../catalog/product/column-lists.ts";
import type { Queryable } from "../../db/connection/connect.ts";

export interface Live {
  sku_key: string;
  id: number;
  version: number;
  sku: string;
  changed_in: number;
  changed_at: string;
  digest: string;
}

export interface Version {
  sku_key: string;
  id: number;
  version: number;
  sku: string;
  deleted: boolean;
  was_deleted: boolean;
  renamed_to: string | null;
  replaced_in: number;
  replaced_at: string;
  digest: string;
}

/** SQL of a digest of a product's values. It is the same for equal values, because jsonb sorts its keys. */
const DIGEST = `encode(sha256(convert_to(jsonb_build_array(${columnList(VALUE_COLUMNS)})::text, 'UTF8')), 'hex')`;
const LIVE = `sku_key, id, version, sku, changed_in, updated_at as changed_at, ${DIGEST} as digest`;
const VERSION = `sku_key, id, version, sku, deleted, was_deleted, renamed_to, replaced_in, replaced_at, ${DIGEST} as digest`;

export async function readLiveByIds(db: Queryable, ids: readonly number[]): Promise<Live[]> {
  const { rows } = await db.query<Live>(`select ${LIVE} from products where id = any ($1::bigint[])`, [ids]);
  return rows;
}

export async function readLiveByKeys(db: Queryable, keys: readonly string[]): Promise<Live[]> {
  const { rows } = await db.query<Live>(`select ${LIVE} from products where sku_key = any ($1::text[])`, [keys]);
  return rows;
}

export async function readVersions(
  db: Queryable,
  keys: readonly string[],
  ids: readonly number[],
  versions: readonly number[],
): Promise<Version[]> {
  const { rows } = await db.query<Version>(
    `select ${VERSION} from product_history
     where (sku_key, id, version) in (select * from unnest($1::text[], $2::bigint[], $3::integer[]))`,
    [keys, ids, versions],
  );
  return rows;
}

/** Reads the last deletion of each product that has been deleted. */
export async function readLastDeletions(db: Queryable, ids: readonly number[]): Promise<Version[]> {
  const { rows } = await db.query<Version>(
    `select distinct on (id) ${VERSION} from product_history where id = any ($1::bigint[]) and deleted
     order by id, version desc`,
    [ids],
  );
  return rows;
}
