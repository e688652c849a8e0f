// The label of a column: translated for fields, the attribute's own name for attributes.
import { t } from "../../texts/t.ts";
import { attributeOf, isFieldColumn } from "./columns.ts";

export const columnLabel = (column: string): string =>
  isFieldColumn(column) ? t(`catalog.columns.${column}`) : (attributeOf(column) ?? column);
