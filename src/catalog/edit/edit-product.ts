// Edits one product: reads it, determines its new values, and writes them. One transaction writes the product, its history, the changeset,
// the event and the backlog entry for the search index. Nothing is locked between read and write. If another writer was faster, the edit is
// repeated.
import type pg from "pg";
import { insertEdit } from "../changeset-store.ts";
import { withCertainCommit } from "../../db/connection/certain-commit.ts";
import { emitEvents } from "../../events/emit.ts";
import { noteChanged } from "../backlog.ts";
import { changesOf } from "./validate-product.ts";
import {
  deleteProduct,
  insertProduct,
  insertRenamed,
  archiveVersion,
  updateProduct,
  type Stamp,
  type StoredVersion,
} from "./store.ts";
import { skuKey } from "../product/sku-key.ts";
import { createKeyedMutex } from "./keyed-mutex.ts";
import { readProduct, takeProductIds } from "../store.ts";
import { productPath } from "../../../contract/catalog/product-path.ts";
import { Problem } from "../../../contract/problems.ts";
import type { ProductValues } from "../../../contract/catalog/edit-products.ts";
import type { Product } from "../../../contract/catalog/products.ts";

export interface Author {
  actor: string;
  reason: string | undefined;
}

/** Returns the new values of the product, or null to delete it. The editor calls this function again if another writer was faster. A
 * Problem that the function throws is sent to the client. */
export type Decide = (current: Product | undefined) => ProductValues | null;

export type Edited =
  | { change: "created" | "updated" | "unchanged"; product: Product }
  | { change: "deleted"; product: Product; changeset_id: number };

/** Edits the product with this key: gives it the values that `decide` returns.
 * @throws Problem sku-taken if the new SKU belongs to another product; being-changed if other writers keep locking or changing the product;
 * any Problem that `decide` throws */
export type Edit = (key: string, author: Author, decide: Decide) => Promise<Edited>;

/** Creates a function that edits products. Within this process, edits of the same product run one after the other. Hundreds of concurrent
 * edits would otherwise conflict with each other again and again. Edits by other processes and by imports are handled as conflicts. */
export function createEditor(pool: pg.Pool): Edit {
  const mutex = createKeyedMutex();
  return (key, author, decide) => {
    const start = performance.now();
    return mutex(key, () => {
      // The earlier edits of this product have used up the time for which an edit may wait for a lock. An import is probably holding the
      // lock, so give up.
      if (performance.now() - start > LOCK_TIMEOUT_MS) throw beingChanged(undefined);
      return editProduct(pool, key, author, decide);
    });
  };
}

/** Number of conflicts with other writers after which an edit gives up. The limit is high because each conflict means that another writer
 * made progress. */
const MAX_CONFLICTS = 100;

async function editProduct(pool: pg.Pool, key: string, author: Author, decide: Decide): Promise<Edited> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const current = await readProduct(pool, key);
    const values = decide(current);
    const write = await planWrite(pool, key, current, values);
    if (typeof write !== "function") return { change: "unchanged", product: write };
    try {
      return await withCertainCommit(pool, async (client) => {
        await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
        return write(client, author);
      });
    } catch (error) {
      if (isLockTimeout(error)) throw beingChanged(error);
      if (!isConflict(error)) throw error;
    }
  }
  throw beingChanged(undefined);
}

/** How long an edit waits for a lock. A strict import keeps its products locked until it ends. */
const LOCK_TIMEOUT_MS = 10_000;

type Write = (client: pg.PoolClient, author: Author) => Promise<Edited>;

/** Returns a function that performs the write, or the product itself if its values do not change. */
async function planWrite(
  pool: pg.Pool,
  key: string,
  current: Product | undefined,
  values: ProductValues | null,
): Promise<Write | Product> {
  if (current === undefined) {
    if (values === null) throw new TypeError("a product that does not exist cannot be deleted");
    // Take the id before the transaction begins. Inside the transaction, the row that stores the next id would stay locked until the
    // commit, and other edits and imports would have to wait.
    const id = await takeProductIds(pool, 1);
    return (client, author) => create(client, author, key, id, values);
  }
  const stored = { sku_key: key, id: current.id, version: current.version };
  if (values === null) return (client, author) => remove(client, author, stored, current);
  if (Object.keys(changesOf(current, values)).length === 0) return current;
  return (client, author) => change(client, author, stored, current, values);
}

async function create(
  client: pg.PoolClient,
  author: Author,
  key: string,
  id: number,
  values: ProductValues,
): Promise<Edited> {
  const stamp = await insertEdit(client, {
    ...author,
    change: "created",
    ids: { base: id, count: 1 },
    sku: values.sku,
  });
  const { changeset_id } = stamp;
  if (!(await insertProduct(client, key, id, values, stamp))) throw new Conflict();
  const product = (await readProduct(client, key)) as Product;
  const { sku, version } = product;
  await noteChanged(client, { changeset_id, id_from: id, id_to: id, rows: 1, delta: 1 });
  await emitEvents(client, [
    { type: "product.created", changeset_id, data: { id, sku, version, changeset_id, actor: author.actor, product } },
  ]);
  return { change: "created", product };
}

async function remove(client: pg.PoolClient, author: Author, stored: StoredVersion, product: Product): Promise<Edited> {
  const stamp = await insertEdit(client, { ...author, change: "deleted", sku: product.sku });
  const { changeset_id } = stamp;
  if (!(await archiveVersion(client, stored, stamp, { deleted: true }))) throw new Conflict();
  if (!(await deleteProduct(client, stored))) throw new Conflict();
  const { id, sku, version } = product;
  await noteChanged(client, { changeset_id, keys: [stored.sku_key], rows: 1, delta: -1 });
  const data = { id, sku, version: version + 1, changeset_id, actor: author.actor };
  await emitEvents(client, [{ type: "product.deleted", changeset_id, data }]);
  return { change: "deleted", product, changeset_id };
}

async function change(
  client: pg.PoolClient,
  author: Author,
  stored: StoredVersion,
  current: Product,
  values: ProductValues,
): Promise<Edited> {
  const key = skuKey(values.sku);
  const stamp = await insertEdit(client, { ...author, change: "updated", sku: values.sku });
  const { changeset_id } = stamp;
  if (key === stored.sku_key) {
    if (!(await archiveVersion(client, stored, stamp))) throw new Conflict();
    if (!(await updateProduct(client, stored, values, stamp))) throw new Conflict();
  } else await rename(client, stored, current, values, stamp);
  const product = (await readProduct(client, key)) as Product;
  const { id, sku, version } = product;
  const keys = key === stored.sku_key ? [key] : [stored.sku_key, key];
  await noteChanged(client, { changeset_id, keys, rows: keys.length, delta: 0 });
  const data = { id, sku, version, changeset_id, actor: author.actor, changes: changesOf(current, product) };
  await emitEvents(client, [{ type: "product.updated", changeset_id, data }]);
  return { change: "updated", product };
}

/** Deletes the product and inserts it under the new key. A key is never updated, because on Citus it determines the shard of a row. */
async function rename(
  client: pg.PoolClient,
  stored: StoredVersion,
  current: Product,
  values: ProductValues,
  stamp: Stamp,
): Promise<void> {
  const key = skuKey(values.sku);
  if (!(await archiveVersion(client, stored, stamp, { renamed_to: key }))) throw new Conflict();
  if (!(await deleteProduct(client, stored))) throw new Conflict();
  if (!(await insertRenamed(client, key, current, values, stamp))) throw skuTaken(values.sku);
}

export const skuTaken = (sku: string): Problem =>
  new Problem(
    "sku-taken",
    `Another product already has the SKU "${sku}". SKUs are not case-sensitive. Choose another SKU.`,
    {
      extra: { link: productPath(sku) },
    },
  );

/** Thrown if another writer created, changed or deleted the product between the read and the write. */
class Conflict extends Error {
  override readonly name = "Conflict";
}

/** Error codes of conflicts: unique_violation (another writer has inserted the same history row), serialization_failure,
 * deadlock_detected. */
const CONFLICT_STATES = new Set(["23505", "40001", "40P01"]);

const isConflict = (error: unknown): boolean =>
  error instanceof Conflict || CONFLICT_STATES.has((error as { code?: string }).code ?? "");

const isLockTimeout = (error: unknown): boolean => (error as { code?: string }).code === "55P03";

const beingChanged = (cause: unknown): Problem =>
  new Problem("being-changed", "An import or another client is changing this product. Try again later.", {
    cause,
  });
