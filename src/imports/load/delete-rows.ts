// Deletes the products of the rows that a mapping defines as deletions. The other values of such a row are not read.
import type pg from "pg";
import { deleteRead, readProducts, type ReadProduct } from "../../catalog/bulk/delete-many.ts";
import type { WriteStamp } from "../../catalog/bulk/restore-many.ts";
import { ConcurrentChange } from "../../db/concurrent-change.ts";
import { isBlankText } from "../../catalog/product/product.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import type { Layout } from "../layout.ts";
import { fieldText } from "../read/field-text.ts";
import type { Records } from "../read/records.ts";
import { rowsAt } from "./chunk-rows.ts";
import { keysOf, type Resolved } from "./resolve-rows.ts";

/** Rows, with the versions of their products if the products were found by an attribute. */
export type FoundRows = Pick<Resolved, "rows"> & { versions: Int32Array | null };

/** Whether the record deletes its product. */
export function isDeletion(records: Records, r: number, layout: Layout, dialect: Dialect): boolean {
  if (layout.delete < 0) return false;
  return !isBlankText(fieldText(records, (records.first_field[r] as number) + layout.delete, dialect));
}

/** Separates the rows that delete their products from the other rows. */
export function splitDeletions(
  { rows, versions }: FoundRows,
  layout: Layout,
  dialect: Dialect,
): { kept: FoundRows; deletions: FoundRows } {
  const { record, records } = rows;
  const deletes = (row: number): boolean => isDeletion(records, record[row] as number, layout, dialect);
  const all = Array.from(record, (_, row) => row);
  const take = (which: readonly number[]): FoundRows => ({
    rows: rowsAt(rows, which),
    versions: versions === null ? null : Int32Array.from(which, (row) => versions[row] as number),
  });
  return { kept: take(all.filter((row) => !deletes(row))), deletions: take(all.filter(deletes)) };
}

/** Deletes the products of the rows.
 * @param isAllowed whether products may be deleted; if not, nothing is deleted
 * @returns the rows whose products exist, as indexes of `rows`
 * @throws ConcurrentChange if another writer was faster; the chunk must be loaded again */
export async function deleteRows(
  client: pg.ClientBase,
  { rows, versions }: FoundRows,
  isAllowed: boolean,
  stamp: WriteStamp,
): Promise<number[]> {
  const keys = keysOf(rows);
  const found = new Map((await readProducts(client, keys)).map((product) => [product.sku_key, product]));
  const existing: number[] = [];
  const products: ReadProduct[] = [];
  keys.forEach((key, row) => {
    const product = found.get(key);
    const expected = versions?.[row];
    // No product's attribute has the value of the row. A product that happens to have this value as its SKU is not deleted.
    if (expected === 0) return;
    if (expected !== undefined && product?.version !== expected)
      throw new ConcurrentChange(`product "${key}" was changed after its attribute was read`);
    if (product === undefined) return;
    existing.push(row);
    products.push(product);
  });
  if (isAllowed) await deleteRead(client, products, stamp);
  return existing;
}
