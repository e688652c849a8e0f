// A row that was not applied, told to people: what is wrong, where, and what to do.
import { MAX_SKU_CHARACTERS } from "../../../contract/catalog/product-limits.ts";
import { longestValue } from "../../catalog/product/product.ts";
import type { Layout } from "../layout.ts";
import { fieldText } from "../read/field-text.ts";
import type { Records } from "../read/records.ts";
import { MAX_FIELDS, MAX_RECORD_BYTES } from "../read/split-records.ts";
import type { Dialect, Reject, RejectCode } from "../../../contract/imports/imports.ts";

/** Characters of a faulty value that are shown. */
const SHOWN_VALUE = 200;

/** `row`: from 1. `column`: position of the column at fault, -1 = the record as a whole. */
export function makeReject(
  records: Records,
  r: number,
  row: number,
  code: RejectCode,
  layout: Layout,
  dialect: Dialect,
  column: number,
): Reject {
  const field = (records.first_field[r] as number) + column;
  const value = column < 0 ? null : plainText(fieldText(records, field, dialect).slice(0, SHOWN_VALUE));
  const target = layout.columns[column]?.target;
  const width = (records.first_field[r + 1] as number) - (records.first_field[r] as number);
  return {
    row,
    line: records.line[r] as number,
    column: layout.columns[column]?.name ?? null,
    value,
    code,
    message: sentence(code, { value: value ?? "", width, layout, ...(target === undefined ? {} : { target }) }),
    raw: plainText(records.bytes.toString("utf8", records.start[r], records.end[r])),
  };
}

function sentence(
  code: RejectCode,
  {
    value,
    width,
    layout,
    target,
  }: { value: string; width: number; layout: Layout; target?: Layout["columns"][number]["target"] },
): string {
  const skuColumn = layout.columns[layout.sku]?.name ?? "sku";
  switch (code) {
    case "sku_empty":
      return `The column "${skuColumn}" is empty. Give the row a SKU.`;
    case "sku_too_long":
      return `The SKU has more than ${MAX_SKU_CHARACTERS} characters. Check that the columns are not shifted.`;
    case "sku_repeated":
      return `The SKU "${value}" stands in an earlier row of this file already. Keep one of the rows.`;
    case "name_empty":
      return "There is no product with this SKU yet, and a new product needs a name. Fill in the name.";
    case "value_too_long": {
      const { limit, unit } = longestValue(target ?? "attribute");
      return `The value has more than ${limit.toLocaleString("en")} ${unit}. Shorten it.`;
    }
    case "too_few_fields":
      return `The record has ${width} fields, the header has ${layout.width}. Look for a missing delimiter or an unquoted line break.`;
    case "too_many_fields":
      return width > MAX_FIELDS
        ? `The record has more than ${MAX_FIELDS.toLocaleString("en")} fields. Check the delimiter.`
        : `The record has ${width} fields, the header has ${layout.width}. Look for an unquoted delimiter inside a value.`;
    case "text_after_quote":
      return "There is text between a closing quote and the next delimiter. Double the quotes that belong to the value.";
    case "unclosed_quote":
      return "A quote is opened on this line and never closed. Close it, or double it where it belongs to the value.";
    case "nul_byte":
      return "The record holds a NUL byte, which no text has. Remove it, or check the file's encoding.";
    case "not_text":
      return "The record holds bytes that are not text in the file's encoding. Check the encoding, or save the file as UTF-8.";
    case "record_too_long":
      return `The record is longer than ${MAX_RECORD_BYTES.toLocaleString("en")} bytes. Look for a quote that is not closed.`;
    case "not_yes_or_no":
      return `"${value}" is neither yes nor no. Write yes or no, true or false, 1 or 0.`;
    case "not_a_number":
      return `"${value}" is not a number. Write digits with a decimal point, such as 12.5.`;
    case "exists_already":
      return "There is a product with this SKU already, and this import only creates products.";
    case "does_not_exist":
      return "There is no product with this SKU, and this import only updates products.";
  }
}

/** PostgreSQL's text takes no NUL; the symbol for it is shown instead. */
const plainText = (text: string): string => (text.includes("\0") ? text.replaceAll("\0", "\u2400") : text);
