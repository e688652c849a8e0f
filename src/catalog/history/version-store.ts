// The SQL of versions: what products are and were. History is distributed by key, so versions are asked for by key, id and number.
import type { Queryable } from "../../db/connection/connect.ts";
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";

/** A version of a product, and how it ended; the current one has not. */
export interface Version extends ProductValues {
  sku_key: string;
  id: number;
  version: number;
  changed_in: number;
  source_line: number | null;
  updated_at: string;
  replaced_in: number | null;
  replaced_at: string | null;
  /** It was deleted, not replaced by another. */
  deleted: boolean;
  /** It is the deletion itself, ended by the product's coming back. */
  was_deleted: boolean;
  renamed_to: string | null;
}

const VALUES = "sku_key, id, version, sku, name, description, active, attributes, changed_in, source_line, updated_at";
/** Columns of a version out of product_history, and the same out of products. */
export const PAST = `${VALUES}, replaced_in, replaced_at, deleted, was_deleted, renamed_to`;
export const CURRENT = `${VALUES}, null::bigint as replaced_in, null::timestamptz as replaced_at, false as deleted,
  false as was_deleted, null::text as renamed_to`;

export interface VersionKey {
  sku_key: string;
  id: number;
  version: number;
}

/** The versions with these keys, current or past, by `nameOf`. */
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
  // The history first: what leaves products meanwhile is looked for here, and must not be missed in both.
  await read("product_history", PAST);
  await read("products", CURRENT);
  await read("product_history", PAST);
  return found;
}

export const nameOf = ({ sku_key, id, version }: VersionKey): string => `${version} ${id} ${sku_key}`;

export const valuesOf = ({ sku, name, description, active, attributes }: ProductValues): ProductValues => ({
  ...{ sku, name, description, active, attributes },
});
