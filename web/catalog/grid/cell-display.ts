// How a value reads in a cell.
import { formatCount, formatWhen } from "../../ui/format.ts";
import { t } from "../../texts/t.ts";
import { attributeText } from "./columns.ts";

export function displayValue(column: string, value: unknown): string {
  if (column === "active") return value === true ? t("ui.yes") : t("ui.no");
  if (column === "updated_at" || column === "created_at") return typeof value === "string" ? formatWhen(value) : "";
  if (column === "version" || column === "id") return typeof value === "number" ? formatCount(value) : "";
  return attributeText(value);
}
