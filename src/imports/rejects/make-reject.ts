// Describes a rejected row for the user: what is wrong, where, and how to fix it.
import { MAX_LIST_ELEMENTS } from "../../../contract/catalog/attribute-value.ts";
import { MAX_SKU_CHARACTERS } from "../../../contract/catalog/product-limits.ts";
import { longestValue } from "../../catalog/product/product.ts";
import type { Layout, LayoutColumn } from "../layout.ts";
import { fieldText } from "../read/field-text.ts";
import type { MappingFault } from "../mapping/mapper.ts";
import { readBroken, type BrokenRecord } from "../read/tree/broken-record.ts";
import { MAX_RECORD_LENGTH } from "../read/tree/nodes.ts";
import type { Records } from "../read/records.ts";
import { sourceRow } from "../shape/products-text.ts";
import { findNotText, notTextMessage } from "./not-text.ts";
import { MAX_GROUP_BYTES, MAX_GROUP_RECORDS } from "../shape/scattered.ts";
import { MAX_FIELDS, MAX_RECORD_BYTES } from "../read/split-records.ts";
import {
  IGNORE_CODES,
  type Dialect,
  type IgnoreCode,
  type IgnoredRow,
  type Reject,
  type RejectCode,
} from "../../../contract/imports/imports.ts";

/** Maximum number of characters of a wrong value that are shown. */
const SHOWN_VALUE = 200;

/** A rejected row as it is stored. */
export type StoredReject = Reject & {
  /** The values of the row's product as JSON, if the product was formed from several rows. */
  product?: string;
  /** The record as it is in the file, if the file was converted from XML or JSON. */
  source?: string;
};

/** The records of a file and how to read them. */
export interface FileRecords {
  records: Records;
  layout: Layout;
  dialect: Dialect;
}

/** Returns the description of a rejected row.
 * @param r index of the record in `records`
 * @param row number of the row in the file, from 1
 * @param column index of the wrong column, or -1 if the record as a whole is wrong */
export function makeReject(
  { records, layout, dialect }: FileRecords,
  r: number,
  row: number,
  code: RejectCode,
  column: number,
): Reject {
  const wrong = code === "not_text" && dialect.tree !== undefined ? findNotText(records, r) : column;
  const field = (records.first_field[r] as number) + wrong;
  const value = wrong < 0 ? null : plainText(fieldText(records, field, dialect).slice(0, SHOWN_VALUE));
  const target = layout.columns[wrong]?.target;
  const width = (records.first_field[r + 1] as number) - (records.first_field[r] as number);
  const text = records.bytes.toString("utf8", records.start[r], records.end[r]);
  const broken = dialect.tree === undefined ? undefined : readBroken(text);
  return {
    row: layout.source_row < 0 ? row : sourceRow(records, r, layout),
    line: records.line[r] as number,
    column: layout.columns[wrong]?.name ?? null,
    value,
    code,
    message:
      (broken === undefined ? undefined : ofBroken(broken)) ??
      (code === "not_text" ? notTextMessage(records, r, dialect) : undefined) ??
      describe(code, { value: value ?? "", width, layout, target, column: layout.columns[column]?.name ?? "" }),
    raw: plainText(broken?.raw ?? text),
  };
}

function ofBroken({ kind, reason }: BrokenRecord): string {
  switch (kind) {
    case "long":
      return `The record is longer than ${MAX_RECORD_LENGTH >> 20} MB. Divide it, or name the path of the records in a mapping.`;
    case "line":
      return `The line is not a JSON object: ${plainText(reason)}. Correct the line.`;
    case "element":
      return "The element of the list of records is not a JSON object. Write it as an object with the values of a product, or delete it.";
  }
}

/** Returns the description of a row with a value that does not fit the mapping. */
export function makeMappingReject(file: FileRecords, r: number, row: number, fault: MappingFault): Reject {
  const { code, column, text } = fault;
  const reject = makeReject(file, r, row, code, -1);
  const name = file.layout.columns[column]?.name ?? null;
  const message =
    mappingMessage(fault, name ?? "") ??
    describe(code, {
      value: text,
      width: file.layout.file_width,
      layout: file.layout,
      target: undefined,
      column: name ?? "",
    });
  return { ...reject, column: name, value: column < 0 ? null : plainText(text), message };
}

/** Returns the message of a fault that only the mapping can describe. Returns undefined if the general message for the reject code is
 * sufficient. */
function mappingMessage({ code, text, expected }: MappingFault, column: string): string | undefined {
  if (code === "does_not_fit") return `"${text}" is not ${expected}. Correct the value, or change the mapping.`;
  if (code === "sku_damaged")
    return `"${text}" in the column "${column}" is a part of the SKU and was damaged by a program: it is an error, a shortened number or a word for a missing value. Get the file again with the values of this column as text.`;
  if (code === "product_too_large")
    return `This row, with the rows that belong to it, forms the product "${text}". All values of the product have more than ${MAX_RECORD_BYTES.toLocaleString("en")} bytes together, and ${expected}. Shorten its values, or leave columns out in the mapping.`;
  if (code === "value_too_long")
    return `The value is too long: the mapping allows ${expected}. Shorten the value, or change the mapping.`;
  return undefined;
}

/** Returns the description of a row that is not a product. */
export function makeIgnored({ records }: FileRecords, r: number, row: number, code: IgnoreCode): IgnoredRow {
  return {
    row,
    line: records.line[r] as number,
    column: null,
    value: null,
    code,
    message: `${IGNORE_CODES[code]}.`,
    raw: plainText(records.bytes.toString("utf8", records.start[r], records.end[r])),
  };
}

/** How messages name the fields that cannot contain a list. */
const FIELD_WORDS: Partial<Record<LayoutColumn["target"], string>> = {
  sku: "the SKU",
  name: "the name",
  description: "the description",
  parent_sku: "the SKU of the parent",
};

interface Fault {
  value: string;
  /** Number of fields in the record. */
  width: number;
  layout: Layout;
  /** Target of the column with the wrong value. */
  target: LayoutColumn["target"] | undefined;
  /** Name of the column with the wrong value. */
  column: string;
}

function describe(code: RejectCode, { value, width, layout, target, column }: Fault): string {
  switch (code) {
    case "sku_empty":
      return `The row has no SKU: its column "${layout.columns[layout.sku]?.name ?? "sku"}" is empty. Enter a SKU.`;
    case "sku_too_long":
      return `The SKU is longer than ${MAX_SKU_CHARACTERS} characters. Shorten it, or check whether the columns are shifted.`;
    case "sku_damaged":
      return `The SKU "${value}" was damaged by a program: it is an error, a shortened number or a word for a missing value. Get the file again with the SKUs as text.`;
    case "value_damaged":
      return `"${value}" is a spreadsheet error, not a value. Correct the cell, or empty it.`;
    case "sku_repeated":
      return `The SKU "${value}" already appears in an earlier row of this file. Delete one of the rows.`;
    case "name_empty":
      return "No product has this SKU yet, and a new product needs a name. Enter a name.";
    case "repeat_without_name":
      return "An earlier row has the same SKU and a name, so this row without a name was not applied. Enter the name, or delete the row.";
    case "value_too_long":
      return tooLong(target ?? "attribute");
    case "too_few_fields":
      return `The row has ${width} fields, but the header has ${layout.file_width}. Check for a missing delimiter or a line break without quotes.`;
    case "too_many_fields":
      return tooManyFields(width, layout.file_width);
    case "text_after_quote":
      return "There is text between a closing quote and the next delimiter. If the quote is part of the value, write it twice.";
    case "unclosed_quote":
      return "A quote opens in this row and is never closed. Close it, or write it twice if it is part of the value.";
    case "nul_byte":
      return "The row contains a NUL byte, which is not allowed in text. Remove it, or check the file's encoding.";
    case "not_text":
      return "The row contains bytes that are not text in the file's encoding. Choose the correct encoding, or save the file as UTF-8.";
    case "record_too_long":
      return `The row is longer than ${MAX_RECORD_BYTES.toLocaleString("en")} bytes. Check for a quote that is never closed.`;
    case "not_json":
      return "The line is not a JSON object. Correct the line.";
    case "not_yes_or_no":
      return `"${value}" is neither yes nor no. Enter yes or no, true or false, 1 or 0.`;
    case "not_a_number":
      return `"${value}" is not a number. Enter digits with a decimal point, such as 12.5.`;
    case "does_not_fit":
      return `"${value}" is not what the mapping expects. Correct the value, or change the mapping.`;
    case "value_empty":
      return "The cell is empty, but the mapping requires a value. Enter a value.";
    case "not_a_list":
      return `The value begins with [ or a quote, so it must be JSON: a list such as ["red", "blue"] of at most ${MAX_LIST_ELEMENTS.toLocaleString("en")} elements that are not empty, or a text such as "red". Correct the value.`;
    case "is_a_list":
      return listInField(value, column, target);
    case "no_base_row":
      return withoutBase(target === undefined ? null : value);
    case "group_too_large":
      return `More than ${MAX_GROUP_RECORDS.toLocaleString("en")} rows or ${MAX_GROUP_BYTES >> 20} MB belong to the same product or group. Check the columns that the mapping groups by.`;
    case "product_too_large":
      return `The product that the rows form has more than ${MAX_RECORD_BYTES.toLocaleString("en")} bytes. Shorten its values, or leave columns out in the mapping.`;
    case "match_ambiguous":
      return "Several products have this value, so it is unclear which of them the row refers to. Correct the products, or give the SKU.";
    case "exists_already":
      return "A product with this SKU already exists, and this import only creates products. Delete the row, or choose an import mode that updates products.";
    case "does_not_exist":
      return "No product has this SKU, and this import only updates products. Correct the SKU, or choose an import mode that creates products.";
  }
}

const listInField = (value: string, column: string, target: LayoutColumn["target"] = "sku"): string =>
  `${value} in the column "${column}" is a list, but ${FIELD_WORDS[target] ?? "the value"} must be a single text. Choose another column, or make a product of each element of the list with a mapping (file.each).`;

/** @param layer the layer that the row changes, such as a language; null if the row only adds values to the product of its group */
const withoutBase = (layer: string | null): string =>
  layer === null
    ? "The row only adds values to a product of its group, but no row of the group is a product. Add the row of the product to the group."
    : `The row belongs to the layer "${layer}" of a product, but the file has no row of the product itself. Add that row.`;

const tooManyFields = (width: number, names: number): string =>
  width >= MAX_FIELDS
    ? `The row has more than ${MAX_FIELDS.toLocaleString("en")} fields. Check the delimiter.`
    : `The row has ${width} fields, but the header has ${names}. Put quotes around values that contain the delimiter.`;

function tooLong(target: LayoutColumn["target"]): string {
  const { limit, unit } = longestValue(target);
  return `The value is longer than ${limit.toLocaleString("en")} ${unit}. Shorten it.`;
}

/** Replaces NUL by the symbol for NUL, because PostgreSQL's text cannot contain NUL. */
const plainText = (text: string): string => (text.includes("\0") ? text.replaceAll("\0", "\u2400") : text);
