// What a column is called on the page: fields have words, attributes their own names.
import { t } from "../../texts/t.ts";
import { attributeOf, isFieldColumn } from "./columns.ts";

export const columnLabel = (column: string): string =>
  isFieldColumn(column) ? t(`catalog.columns.${column}`) : (attributeOf(column) ?? column);
