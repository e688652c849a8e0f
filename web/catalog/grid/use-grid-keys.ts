// Keyboard control of the grid: moves the cursor and starts actions.
import { ref, watch, type Ref } from "vue";
import type { Product } from "../../../contract/catalog/products.ts";
import { mayEdit } from "../edit/may-edit.ts";
import { moveCursor, toEdge, type Cursor } from "./grid-cursor.ts";
import { actionOf, type GridAction } from "./grid-keys.ts";
import type { Selecting } from "../bulk/use-selection.ts";

interface Grid {
  rows: Readonly<Ref<number>>;
  columns: Readonly<Ref<readonly string[]>>;
  page_rows: Readonly<Ref<number>>;
  showRow: (row: number) => void;
  productAt: (row: number) => Product | undefined;
  selecting: Selecting;
  open: (sku: string) => void;
  close: () => void;
  edit: (row: number, column: number) => void;
  /** Folds or unfolds the variants of the product. */
  toggleVariants: (product: Product) => void;
  showOnlyVariants: (product: Product) => void;
}

type RowAction = "open" | "edit" | "select" | "toggle" | "variants" | "only_variants";

export function useGridKeys(grid: Grid) {
  const cursor = ref<Cursor>({ row: 0, column: 0 });
  const extent = () => ({ rows: grid.rows.value, columns: grid.columns.value.length });

  function setCursor(to: Cursor): void {
    cursor.value = moveCursor(to, 0, 0, extent());
    grid.showRow(cursor.value.row);
  }

  function onKeydown(event: KeyboardEvent): void {
    const action = actionOf(event);
    if (!action || event.isComposing) return;
    if (run(action)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** Returns whether the key was handled. */
  function run(action: GridAction): boolean {
    const { row, column } = cursor.value;
    switch (action.do) {
      case "move":
        setCursor(moveCursor(cursor.value, action.rows, action.columns, extent()));
        if (action.select) grid.selecting.extend(row, cursor.value.row, grid.productAt);
        return true;
      case "page":
        setCursor(moveCursor(cursor.value, action.down ? grid.page_rows.value : -grid.page_rows.value, 0, extent()));
        return true;
      case "edge":
        setCursor(toEdge(cursor.value, action, extent()));
        return true;
      case "select_all":
        grid.selecting.selectAll();
        return true;
      case "escape":
        return escape();
      default:
        return actOn(action.do, row, column);
    }
  }

  function actOn(action: RowAction, row: number, column: number): boolean {
    const product = grid.productAt(row);
    const name = grid.columns.value[column] ?? "sku";
    if (!product) return true;
    if (action === "variants") grid.toggleVariants(product);
    if (action === "only_variants") grid.showOnlyVariants(product);
    if (action === "variants" || action === "only_variants") return true;
    if (action === "select" || (action === "toggle" && !mayEdit(name)))
      grid.selecting.press(row, false, grid.productAt);
    else if (action === "open" && !mayEdit(name)) grid.open(product.sku);
    else if (mayEdit(name)) grid.edit(row, column);
    return true;
  }

  /** Clears the selection; without a selection closes the panel. */
  function escape(): boolean {
    if (grid.selecting.is_any.value) grid.selecting.clear();
    else grid.close();
    return true;
  }

  watch([grid.rows, grid.columns], () => {
    cursor.value = moveCursor(cursor.value, 0, 0, extent());
  });
  return { cursor, setCursor, onKeydown };
}
