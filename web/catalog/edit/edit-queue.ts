// Sends edits of cells with the version they were made on: those of one product one after the other, those of several side
// by side. Nobody's change is lost: a field that somebody else changed meanwhile becomes a conflict.
import { UnreachableError } from "../../../client/answer.ts";
import { patch_product } from "../../../contract/catalog/edit-products.ts";
import { etagOf, get_product, type Product } from "../../../contract/catalog/products.ts";
import { Problem } from "../../../contract/problems.ts";
import { ask } from "../../server/use-connection.ts";
import type { CellState, CellStateStore } from "../grid/cell-states.ts";
import { isSame, patchOf, type CellValue } from "./cell-value.ts";
import { valueOf } from "../grid/columns.ts";

export interface Edit {
  product: Product;
  column: string;
  value: CellValue;
}

/** An edit that the server has taken, with what takes it back. */
export interface DoneEdit {
  sku: string;
  column: string;
  before: CellValue;
  after: Product;
}

/** More would only wait in the browser's queue. */
const AT_ONCE = 4;
/** Somebody who saves other fields of the same product all the time; then it is said. */
const TRIES = 5;

/** `replace` shows a product as it is now. */
export function createEditQueue(states: CellStateStore, replace: (product: Product) => void) {
  const turns = new Map<string, Promise<void>>();
  const savedLast = new Map<string, Product>();

  /** Gives what has been saved; the rest is in the cells' states. */
  async function send(edits: readonly Edit[]): Promise<DoneEdit[]> {
    const done: DoneEdit[] = [];
    for (const { product, column, value } of edits) states.set(product.sku, column, { state: "saving", mine: value });
    const waiting = [...Map.groupBy(edits, ({ product }) => product.sku)];
    const sender = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        done.push(...(await inTurn(next[0], () => sendAll(next[1]))));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    return done;
  }

  /** Two edits of one product at once would both be made on the version before. */
  async function inTurn<T>(sku: string, work: () => Promise<T>): Promise<T> {
    const before = turns.get(sku) ?? Promise.resolve();
    const result = before.then(work);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    turns.set(sku, ended);
    await ended;
    if (turns.get(sku) === ended) turns.delete(sku);
    return result;
  }

  async function sendAll(edits: readonly Edit[]): Promise<DoneEdit[]> {
    const done: DoneEdit[] = [];
    for (const { product, column, value } of edits) {
      const saved = savedLast.get(product.sku);
      const known = saved !== undefined && saved.version > product.version ? saved : product;
      const after = await sendOne(known, column, value);
      if (after === null) continue;
      savedLast.set(product.sku, after);
      done.push({ sku: product.sku, column, before: valueOf(known, column), after });
      replace(after);
    }
    return done;
  }

  /** Gives the product as saved, or null where the reader has to decide. */
  async function sendOne(known: Product, column: string, value: CellValue): Promise<Product | null> {
    const { sku } = known;
    try {
      const result = await patchOrMeet(known, column, value);
      if (result.met) {
        states.set(sku, column, { state: "conflict", mine: value, theirs: result.product });
        return null;
      }
      states.setSaved(sku, column);
      return result.product;
    } catch (reason) {
      states.set(sku, column, stateAfter(reason as Error, value, known));
      return null;
    }
  }
  return { send };
}

/** Where nobody has answered the edit is kept for later. */
const stateAfter = (reason: Error, mine: CellValue, base: Product): CellState =>
  reason instanceof UnreachableError && reason.status === undefined
    ? { state: "held", mine, base }
    : { state: "failed", mine, message: reason.message };

/** `met` = somebody else has changed this very field; the product is theirs. */
async function patchOrMeet(
  known: Product,
  column: string,
  value: CellValue,
): Promise<{ met: boolean; product: Product }> {
  const { sku } = known;
  const before = valueOf(known, column);
  const body = patchOf(column, value);
  let etag = etagOf(known);
  for (let tries = 1; ; tries += 1) {
    try {
      const headers = { "if-match": etag };
      return { met: false, product: await ask(patch_product, { params: { sku }, body }, { headers }) };
    } catch (reason) {
      if (!(reason instanceof Problem) || reason.slug !== "precondition-failed" || tries === TRIES) throw reason;
    }
    const theirs = await ask(get_product, { params: { sku } });
    const now = valueOf(theirs, column);
    if (!isSame(now, before) && !isSame(now, value)) return { met: true, product: theirs };
    etag = etagOf(theirs); // Another field was changed: both changes have room.
  }
}
