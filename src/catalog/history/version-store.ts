// The SQL that reads versions of products, current and past. On Citus, the history is distributed by key, so a version is read by key, id
// and number.
import type { Queryable } from "../../db/connection/connect.ts";
import { columnList, VALUE_COLUMNS } from "../product/column-lists.ts";
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";

/** A version of a product. `replaced_in` and `replaced_at` are null for the current version. */
export interface Version extends ProductValues {
  sku_key: string;
  id: number;
  version: number;
  changed_in: number;
  source_line: number | null;
  updated_at: string;
  replaced_in: number | null;
  replaced_at: string | null;
  /** Whether the version ended with the deletion of the product. */
  deleted: boolean;
  /** Whether the version is itself a deletion. Such a version ended when the product was restored. */
  was_deleted: boolean;
  /** The key of the next version, or null if the key did not change. */
  renamed_to: string | null;
}

const VERSION = columnList(["sku_key", "id", "version", ...VALUE_COLUMNS, "changed_in", "source_line", "updated_at"]);
/** The columns of a `Version`, selected from product_history. */
export const PAST = `${VERSION}, replaced_in, replaced_at, deleted, was_deleted, renamed_to`;
/** The columns of a `Version`, selected from products. */
export const CURRENT = `${VERSION}, null::bigint as replaced_in, null::timestamptz as replaced_at, false as deleted,
  false as was_deleted, null::text as renamed_to`;

export interface VersionKey {
  sku_key: string;
  id: number;
  version: number;
}

/** Reads current and past versions. The keys of the returned map are results of `nameOf`. */
export async function readVersions(db: Queryable, keys: readonly VersionKey[]): Promise<Map<string, Version>> {
  const found = new Map<string, Version>();
  const read = async (table: "products" | "product_history", columns: string): Promise<void> => {
    const missing = keys.filter((key) => !found.has(nameOf(key)));
    if (missing.length === 0) return;
    const { rows } = await db.query<Version>(
      `select ${columns} from ${table} join unnest($1::text[], $2::bigint[], $3::int[]) k (sku_key, id, version)
       using (sku_key, id, version)`,
      [missing.map(({ sku_key }) => sku_key), missing.map(({ id }) => id), missing.map(({ version }) => version)],
    );
    for (const row of rows) found.set(nameOf(row), row);
  };
  // Read the history again after products: since the first read of the history, a version may have moved from products to the history.
  await read("product_history", PAST);
  await read("products", CURRENT);
  await read("product_history", PAST);
  return found;
}

export const nameOf = ({ sku_key, id, version }: VersionKey): string => `${version} ${id} ${sku_key}`;
