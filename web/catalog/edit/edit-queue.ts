// Sends edits of cells, each with the product version it is based on. Edits of one product are sent in sequence, edits of different
// products in parallel. No change is lost: if someone else has changed the same field, the edit becomes a conflict.
import { UnreachableError } from "../../../client/answer.ts";
import { patch_product } from "../../../contract/catalog/edit-products.ts";
import { etagOf, get_product, type Product } from "../../../contract/catalog/products.ts";
import { Problem } from "../../../contract/problems.ts";
import { ask } from "../../server/use-connection.ts";
import type { CellState, CellStateStore } from "../grid/cell-states.ts";
import { isSame, patchOf, type CellValue } from "./cell-value.ts";
import { valueOf } from "../columns/columns.ts";
import { errorText } from "../../server/problem-words.ts";

export interface Edit {
  product: Product;
  column: string;
  value: CellValue;
}

/** A saved edit, with the data to undo it. */
export interface DoneEdit {
  sku: string;
  column: string;
  before: CellValue;
  after: Product;
}

/** Number of products whose edits are sent in parallel. More requests would only wait in the browser's queue. */
const CONCURRENCY = 4;
/** Attempts before an edit fails. An attempt is repeated if another client has saved another field of the same product in the
 * meantime. */
const MAX_ATTEMPTS = 5;

/** @param replace updates a product in the list */
export function createEditQueue(states: CellStateStore, replace: (product: Product) => void) {
  /** The unfinished request of each product, by SKU. */
  const pending = new Map<string, Promise<void>>();
  const lastSaved = new Map<string, Product>();

  /** Sends edits and returns those that were saved. The cell states show what happened to the other edits. */
  async function send(edits: readonly Edit[]): Promise<DoneEdit[]> {
    const done: DoneEdit[] = [];
    for (const { product, column, value } of edits) states.set(product.sku, column, { state: "saving", mine: value });
    const waiting = [...Map.groupBy(edits, ({ product }) => product.sku)];
    const sender = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [sku, ofProduct] = next;
        done.push(...(await inSequence(sku, () => sendAll(ofProduct))));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, sender));
    return done;
  }

  /** Runs one task per product at a time: parallel edits would both be based on the same version. */
  async function inSequence<T>(sku: string, task: () => Promise<T>): Promise<T> {
    const before = pending.get(sku) ?? Promise.resolve();
    const result = before.then(task);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    pending.set(sku, ended);
    await ended;
    if (pending.get(sku) === ended) pending.delete(sku);
    return result;
  }

  async function sendAll(edits: readonly Edit[]): Promise<DoneEdit[]> {
    const done: DoneEdit[] = [];
    for (const { product, column, value } of edits) {
      const saved = lastSaved.get(product.sku);
      const base = saved !== undefined && saved.version > product.version ? saved : product;
      const after = await sendOne(base, column, value);
      if (after === null) continue;
      lastSaved.set(product.sku, after);
      done.push({ sku: product.sku, column, before: valueOf(base, column), after });
      replace(after);
    }
    return done;
  }

  /** Returns the saved product. If the edit was not saved, returns null, and the state of the cell shows why. */
  async function sendOne(base: Product, column: string, value: CellValue): Promise<Product | null> {
    const { sku } = base;
    try {
      const { is_conflict, product } = await patchOrConflict(base, column, value);
      if (is_conflict) {
        states.set(sku, column, { state: "conflict", mine: value, theirs: product });
        return null;
      }
      states.setSaved(sku, column);
      return product;
    } catch (reason) {
      states.set(sku, column, stateAfter(reason as Error, value, base));
      return null;
    }
  }
  return { send };
}

/** The state of a cell whose edit failed. If the server is unreachable, the edit is held until the connection is back. */
const stateAfter = (reason: Error, mine: CellValue, base: Product): CellState =>
  reason instanceof UnreachableError && reason.status === undefined
    ? { state: "held", mine, base }
    : { state: "failed", mine, message: errorText(reason) };

/** Sends the patch. If someone else has changed the same field, returns `is_conflict: true` and their version of the product. */
async function patchOrConflict(
  base: Product,
  column: string,
  value: CellValue,
): Promise<{ is_conflict: boolean; product: Product }> {
  const { sku } = base;
  const before = valueOf(base, column);
  const body = patchOf(column, value);
  let etag = etagOf(base);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const headers = { "if-match": etag };
      return { is_conflict: false, product: await ask(patch_product, { params: { sku }, body }, { headers }) };
    } catch (reason) {
      if (!(reason instanceof Problem) || reason.slug !== "precondition-failed" || attempt === MAX_ATTEMPTS)
        throw reason;
    }
    const theirs = await ask(get_product, { params: { sku } });
    const now = valueOf(theirs, column);
    if (!isSame(now, before) && !isSame(now, value)) return { is_conflict: true, product: theirs };
    etag = etagOf(theirs); // Another field was changed: retry with the new version.
  }
}
