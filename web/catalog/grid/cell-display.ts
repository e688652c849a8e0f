// Formats the value of a cell for display.
import { formatCount, formatWhen } from "../../ui/format.ts";
import { t } from "../../texts/t.ts";
import { attributeText, isFieldColumn } from "../columns/columns.ts";

export function displayValue(column: string, value: unknown): string {
  if (!isFieldColumn(column)) return attributeText(value);
  switch (column) {
    case "active":
      return value === true ? t("ui.yes") : t("ui.no");
    case "updated_at":
    case "created_at":
      return typeof value === "string" ? formatWhen(value) : "";
    case "version":
    case "id":
      return typeof value === "number" ? formatCount(value) : "";
    case "sku":
    case "name":
    case "description":
      return attributeText(value);
  }
}
