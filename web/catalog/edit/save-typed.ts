// Saves typed text, and reports typed or pasted text that its column cannot store.
import type { Product } from "../../../contract/catalog/products.ts";
import { toast } from "../../server/toasts.ts";
import { tn } from "../../texts/t.ts";
import { columnLabel } from "../columns/column-label.ts";
import { valueOf } from "../columns/columns.ts";
import { kindOf } from "../columns/fields.ts";
import { parseCell } from "./cell-value.ts";
import type { Edits } from "./use-edits.ts";

export function saveTyped(edits: Edits, product: Product, column: string, text: string): void {
  const value = parseCell(column, text, valueOf(product, column));
  if (value === undefined) reportUnreadable(column, 1);
  else void edits.save([{ product, column, value }]);
}

export function reportUnreadable(column: string, count: number): void {
  const key = kindOf(column) === "number" ? "catalog.edit.not_a_number" : "catalog.edit.not_yes_or_no";
  toast({ title: tn(key, count, { column: columnLabel(column) }), tone: "warning" });
}
