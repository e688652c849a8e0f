// Editing in the grid: one cell in place, or many cells from the clipboard.
import { nextTick, ref, type Ref } from "vue";
import type { Product } from "../../../contract/catalog/products.ts";
import { shownValue } from "../grid/cell-states.ts";
import { kindOf } from "../columns/fields.ts";
import { nextEditable, type Cursor } from "../grid/grid-cursor.ts";
import { editsOfPaste, MAX_PASTED } from "./paste/paste-cells.ts";
import { mayEdit } from "./may-edit.ts";
import { saveTyped } from "./save-typed.ts";
import type { Edits } from "./use-edits.ts";
import type { Selecting } from "../bulk/use-selection.ts";
import { can } from "../../server/identity/identity.ts";

interface Grid {
  columns: Readonly<Ref<readonly string[]>>;
  rows: Readonly<Ref<number>>;
  productAt: (row: number) => Product | undefined;
  edits: Edits;
  selecting: Selecting;
  cursor: Readonly<Ref<Cursor>>;
  setCursor: (to: Cursor) => void;
  loaded: () => Product[];
  focusGrid: () => void;
}

export function useGridEditing(grid: Grid) {
  /** The cell that is being edited. */
  const edited = ref<Cursor | null>(null);
  /** The product when editing began, so that a concurrent change by someone else is detected as a conflict. */
  let base: Product | undefined;
  const extent = () => ({ rows: grid.rows.value, columns: grid.columns.value.length });
  const isEditableAt = (column: number): boolean => mayEdit(grid.columns.value[column] ?? "");

  async function begin(row: number, column: number): Promise<void> {
    const product = grid.productAt(row);
    const name = grid.columns.value[column];
    if (!product || name === undefined || !mayEdit(name)) return;
    grid.setCursor({ row, column });
    if (kindOf(name) === "boolean") {
      const value = shownValue(product, name, grid.edits.states.of(product.sku)) !== true;
      await grid.edits.save([{ product, column: name, value }]);
    } else {
      base = product;
      edited.value = { row, column };
    }
  }

  function commit(text: string, then: "down" | "next" | "back" | "stay"): void {
    const from = edited.value;
    if (!from) return;
    const column = grid.columns.value[from.column] ?? "";
    edited.value = null;
    if (base) saveTyped(grid.edits, base, column, text);
    if (then !== "stay") moveOn(from, then);
  }

  function moveOn(from: Cursor, then: "down" | "next" | "back"): void {
    grid.focusGrid();
    const below = { row: from.row + 1, column: from.column };
    const next = then === "down" ? below : nextEditable(from, then === "next" ? 1 : -1, extent(), isEditableAt);
    if (!next) return;
    grid.setCursor(next);
    if (then === "down") return;
    // A cell for yes or no has no text field: Tab only moves the cursor to the cell, and another key toggles its value.
    if (kindOf(grid.columns.value[next.column] ?? "") !== "boolean") void nextTick(() => begin(next.row, next.column));
  }

  function cancel(): void {
    edited.value = null;
    grid.focusGrid();
  }

  /** Pastes over the selected rows, or from the cursor down. */
  function onPaste(event: ClipboardEvent): void {
    if (edited.value || !can("editor")) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const edits = editsOfPaste(text, grid.columns.value.slice(grid.cursor.value.column), targetsOf);
    if (edits === null) return;
    event.preventDefault();
    event.stopPropagation(); // otherwise the page would offer to import the pasted text
    void grid.edits.save(edits);
  }

  function targetsOf(count: number): Product[] {
    const selected = grid.loaded().filter(({ sku }) => grid.selecting.has(sku));
    if (selected.length > 0) return selected.slice(0, MAX_PASTED);
    const { row } = grid.cursor.value;
    return Array.from({ length: Math.min(count, MAX_PASTED) }, (_, i) => grid.productAt(row + i)).filter(
      (product) => product !== undefined,
    );
  }

  /** Adjusts the edited cell after `by` was added to all row numbers. */
  const moveRows = (by: number): void => void (edited.value &&= { ...edited.value, row: edited.value.row + by });
  return { edited, begin, commit, cancel, onPaste, moveRows };
}
