// Edits of cells. An edit is shown immediately and saved in the background. The user can undo it, retry it or resolve its conflict.
import { get_product, type Product } from "../../../contract/catalog/products.ts";
import { watch } from "vue";
import { ask, useConnection } from "../../server/use-connection.ts";
import { createCellStates, shownValue } from "../grid/cell-states.ts";
import { isSame } from "./cell-value.ts";
import { createEditQueue, type DoneEdit, type Edit } from "./edit-queue.ts";
import { errorText } from "../../server/problem-words.ts";

interface Shown {
  /** Updates the product in the list. */
  replace: (product: Product) => void;
  /** Called with each group of saved edits. */
  onDone: (edits: DoneEdit[]) => void;
}

export function useEdits({ replace, onDone }: Shown) {
  const states = createCellStates();
  const queue = createEditQueue(states, replace);

  /** Saves edits that differ from the shown values or have failed before. */
  async function save(edits: readonly Edit[]): Promise<void> {
    const wanted = edits.filter(({ product, column, value }) => {
      const cell = states.get(product.sku, column);
      if (cell !== undefined && ["failed", "conflict", "held"].includes(cell.state)) return true;
      return !isSame(shownValue(product, column, states.of(product.sku)), value);
    });
    const done = await queue.send(wanted);
    if (done.length > 0) onDone(done);
  }

  /** Undoes edits, newest first, by sending new edits. If someone else has changed a value after the edit, the undo of that value
   * becomes a conflict. */
  async function undo(edits: readonly DoneEdit[]): Promise<void> {
    const latest = new Map(edits.map(({ sku, after }) => [sku, after]));
    await save(
      edits.toReversed().flatMap(({ sku, column, before }) => {
        const product = latest.get(sku);
        return product === undefined ? [] : [{ product, column, value: before ?? null }];
      }),
    );
  }

  /** Resolves a conflict with the value the user chose. */
  async function resolve(sku: string, column: string, keep: "mine" | "theirs"): Promise<void> {
    const cell = states.get(sku, column);
    if (cell?.state !== "conflict") return;
    states.set(sku, column, undefined);
    replace(cell.theirs);
    if (keep === "mine") await save([{ product: cell.theirs, column, value: cell.mine }]);
  }

  /** Retries a failed edit, based on the current product. */
  async function retry(sku: string, column: string): Promise<void> {
    const cell = states.get(sku, column);
    if (cell?.state !== "failed") return;
    try {
      const product = await ask(get_product, { params: { sku } });
      await save([{ product, column, value: cell.mine }]);
    } catch (reason) {
      states.set(sku, column, { ...cell, message: errorText(reason) });
    }
  }

  /** Sends edits that waited for the connection. Each edit is based on the product version that the user saw, so that a change by someone
   * else becomes a conflict. */
  const sendHeld = (): Promise<void> =>
    save(
      states.open.value.flatMap(({ column, cell }) =>
        cell.state === "held" ? [{ product: cell.base, column, value: cell.mine }] : [],
      ),
    );

  /** Discards an edit and shows the stored value. */
  async function drop(sku: string, column: string): Promise<void> {
    const cell = states.get(sku, column);
    states.set(sku, column, undefined);
    if (cell?.state === "failed") replace(await ask(get_product, { params: { sku } }));
  }

  watch(useConnection().reconnects, () => void sendHeld());
  return { states, save, undo, resolve, retry, drop };
}

export type Edits = ReturnType<typeof useEdits>;
