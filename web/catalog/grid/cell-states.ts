// The state of edited cells: being saved, saved, waiting, failed or in conflict.
import { computed, shallowReactive } from "vue";
import type { Product } from "../../../contract/catalog/products.ts";
import type { CellValue } from "../edit/cell-value.ts";
import { valueOf } from "../columns/columns.ts";

export type CellState =
  | { state: "saved" }
  | { state: "saving"; mine: CellValue }
  /** The server is unreachable. Once the connection is back, the edit is sent again, based on the product `base`. */
  | { state: "held"; mine: CellValue; base: Product }
  | { state: "failed"; mine: CellValue; message: string }
  | { state: "conflict"; mine: CellValue; theirs: Product };

/** Cell states by column. */
export type CellStates = Readonly<Record<string, CellState | undefined>>;

export const CELL_ICONS = {
  saving: { icon: "i-lucide-loader-circle", ink: "animate-spin text-muted" },
  saved: { icon: "i-lucide-check", ink: "text-success" },
  held: { icon: "i-lucide-cloud-off", ink: "text-warning" },
  failed: { icon: "i-lucide-circle-alert", ink: "text-error" },
  conflict: { icon: "i-lucide-git-compare-arrows", ink: "text-warning" },
} as const;

/** The value to show: the unsaved edit if there is one, otherwise the stored value. */
export const shownValue = (product: Product, column: string, cells: CellStates | undefined): CellValue => {
  const cell = cells?.[column];
  return cell !== undefined && "mine" in cell ? cell.mine : valueOf(product, column);
};

/** How long the check mark of a saved cell is shown. */
const SAVED_SHOWN_MS = 2_000;

export function createCellStates() {
  const bySku = shallowReactive(new Map<string, CellStates>());

  function set(sku: string, column: string, state: CellState | undefined): void {
    const { [column]: _old, ...others } = bySku.get(sku) ?? {};
    if (state !== undefined) bySku.set(sku, { ...others, [column]: state });
    else if (Object.keys(others).length > 0) bySku.set(sku, others);
    else bySku.delete(sku);
  }

  /** Shows the check mark for a moment. */
  function setSaved(sku: string, column: string): void {
    const saved: CellState = { state: "saved" };
    set(sku, column, saved);
    setTimeout(() => {
      if (get(sku, column) === saved) set(sku, column, undefined);
    }, SAVED_SHOWN_MS);
  }

  const of = (sku: string): CellStates | undefined => bySku.get(sku);
  const get = (sku: string, column: string): CellState | undefined => bySku.get(sku)?.[column];
  /** Cells with an unsaved edit that has failed, is in conflict, or waits for the connection. */
  const open = computed(() =>
    [...bySku].flatMap(([sku, cells]) =>
      Object.entries(cells).flatMap(([column, cell]) =>
        cell === undefined || cell.state === "saved" || cell.state === "saving" ? [] : [{ sku, column, cell }],
      ),
    ),
  );
  return { set, setSaved, of, get, open };
}

export type CellStateStore = ReturnType<typeof createCellStates>;
