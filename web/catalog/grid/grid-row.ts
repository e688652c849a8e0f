// Properties and events that a table row and a card have in common.
import type { Product } from "../../../contract/catalog/products.ts";
import type { ListedProduct } from "../rows/list-request.ts";
import { displayValue } from "./cell-display.ts";
import { shownValue, type CellStates } from "./cell-states.ts";

export interface RowProps {
  product: ListedProduct | undefined;
  index: number;
  columns: readonly string[];
  height_px: number;
  selected: boolean;
  opened: boolean;
  /** Column of the cursor; null if the cursor is in another row. */
  active: string | null;
  editing: string | null;
  cells: CellStates | undefined;
  /** Whether the variants of the product are shown below it. */
  unfolded: boolean;
  /** Whether the product is shown below its parent. */
  nested: boolean;
}

export interface RowEmits {
  commit: [text: string, then: "down" | "next" | "back" | "stay"];
  cancel: [];
}

export const shownText = (product: Product, column: string, cells: CellStates | undefined): string =>
  displayValue(column, shownValue(product, column, cells));

/** Columns that every card shows at a fixed position: as its title, in the line below the title, or as the dot that shows the status. */
const CARD_HEADER_COLUMNS: ReadonlySet<string> = new Set(["sku", "name", "active", "updated_at"]);
const CARD_PX = 68;
const CARD_LINE_PX = 20;
const VALUES_PER_LINE = 2;

/** The columns without a fixed position on a card. The card lists them with their labels. */
export const cardFields = (columns: readonly string[]): string[] =>
  columns.filter((name) => !CARD_HEADER_COLUMNS.has(name));

/** Height of a card. All cards have the same height, whichever fields a product has. */
export const cardHeight = (columns: readonly string[]): number =>
  CARD_PX + Math.ceil(cardFields(columns).length / VALUES_PER_LINE) * CARD_LINE_PX;
