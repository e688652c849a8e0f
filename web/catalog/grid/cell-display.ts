// Formats the value of a cell for display.
import { isList } from "../../../contract/catalog/attribute-value.ts";
import { formatNumber, formatWhen } from "../../ui/format.ts";
import { t } from "../../texts/t.ts";
import { attributeText } from "../columns/columns.ts";
import { kindOf } from "../columns/fields.ts";

export function displayValue(column: string, value: unknown): string {
  switch (kindOf(column)) {
    case "boolean":
      return value === true ? t("ui.yes") : t("ui.no");
    case "time":
      return typeof value === "string" ? formatWhen(value) : "";
    case "number":
      return typeof value === "number" ? formatNumber(value) : "";
    case "line":
    case "text":
      return isList(value) ? value.join(", ") : attributeText(value);
  }
}
