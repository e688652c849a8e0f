// The label of a column: the translated name of a field, or the name of an attribute.
import { t } from "../../texts/t.ts";
import { attributeOf } from "./columns.ts";
import { isFieldColumn } from "./fields.ts";

export const columnLabel = (column: string): string =>
  isFieldColumn(column) ? t(`catalog.columns.${column}`) : (attributeOf(column) ?? column);
