// What a row of the grid is given, as a line of a table or as a card.
import type { Product } from "../../../contract/catalog/products.ts";
import { displayValue } from "./cell-display.ts";
import { shownValue, type CellStates } from "./cell-states.ts";

export interface RowProps {
  product: Product | undefined;
  index: number;
  columns: readonly string[];
  height_px: number;
  selected: boolean;
  opened: boolean;
  /** The column of the cell that the cursor is on, if it is in this row. */
  active: string | null;
  editing: string | null;
  cells: CellStates | undefined;
}

export interface RowEmits {
  commit: [text: string, then: "down" | "next" | "back" | "stay"];
  cancel: [];
}

export const shownText = (product: Product, column: string, cells: CellStates | undefined): string =>
  displayValue(column, shownValue(product, column, cells));

/** What a card says by itself: its title, its line below, its dot. */
const OF_EVERY_CARD: ReadonlySet<string> = new Set(["sku", "name", "active", "updated_at"]);
const CARD_PX = 68;
const CARD_LINE_PX = 20;
/** Values side by side. */
const A_LINE = 2;

/** The columns that a card shows below, with their names. */
export const cardFields = (columns: readonly string[]): string[] => columns.filter((name) => !OF_EVERY_CARD.has(name));

/** Every card is as high, whichever of its fields a product has. */
export const cardHeight = (columns: readonly string[]): number =>
  CARD_PX + Math.ceil(cardFields(columns).length / A_LINE) * CARD_LINE_PX;
