// The products text: the products that were formed from the records of a file, one record for each product. The scan and the loaders read
// this text in place of the file. Its delimiter and its quote are control characters. Texts hardly ever contain them, so hardly any field
// needs quotes. The attributes never need quotes, because they are JSON, in which control characters are escaped.
import { writeJson } from "../mapping/run/value-writer.ts";
import { OutBytes } from "../mapping/run/bytes/out-bytes.ts";
import { FIELD_NAMES, type FieldName } from "../../catalog/product/column-lists.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import type { MappingFault } from "../mapping/run/row.ts";
import type { Layout, LayoutColumn } from "../layout.ts";
import { fieldText } from "../read/field-text.ts";
import { createRecords, ERASES, type Records } from "../read/records.ts";
import { MAX_RECORD_BYTES, splitRecords } from "../read/split-records.ts";
import { createSplitter } from "../read/splitter.ts";

const DELIMITER = "\u001f";
const QUOTE = "\u0001";

export const PRODUCTS_DIALECT: Dialect = {
  format: "text",
  encoding: "utf-8",
  delimiter: DELIMITER,
  quote: QUOTE,
  escape: QUOTE,
  line_ending: "row",
  header: false,
  preamble: 0,
  formula_escape: false,
};

/** Where a record is in the text of the file. */
export interface RecordPosition {
  /** Number of the record, from 1. */
  row: number;
  line: number;
  /** Position in bytes. */
  at: number;
  /** Number of bytes of the record. */
  bytes: number;
}

/** A product that was formed from one or more records, with the position of its first record. */
export interface FormedProduct extends RecordPosition {
  /** The fields that have a value. */
  fields: Map<FieldName, string>;
  attributes: Map<string, string | string[]>;
  /** The fields whose cell contains an erase marker (a text in the mapping's `empty`): the import erases their values. */
  erased_fields: Set<FieldName>;
  /** The attributes that an erase marker erases. */
  erased: Set<string>;
  /** Whether the import deletes the product. If so, the SKU is its only value. */
  deletes: boolean;
}

/** Returns the number of characters of all values of the product. */
export function textLength({ fields, attributes }: FormedProduct): number {
  let length = 0;
  for (const text of fields.values()) length += text.length;
  for (const value of attributes.values())
    length += typeof value === "string" ? value.length : value.reduce((sum, text) => sum + text.length, 0);
  return length;
}

/** Maximum number of characters of a SKU or a name in a message. */
const SHOWN = 200;

/** Returns the fault of a product that is longer than the maximum length of a record. */
export function tooLarge({ fields, attributes }: FormedProduct): MappingFault {
  let longest = { name: "", length: 0 };
  for (const [name, value] of [...fields, ...attributes]) {
    const length = typeof value === "string" ? value.length : value.reduce((sum, text) => sum + text.length, 0);
    if (length > longest.length) longest = { name, length };
  }
  return {
    code: "product_too_large",
    column: -1,
    text: (fields.get("sku") ?? "").slice(0, SHOWN),
    expected: `the longest value, "${longest.name.slice(0, SHOWN)}", has ${longest.length.toLocaleString("en")} characters`,
  };
}

const LINE_END = 0x0a;
const FIELD_END = 0x1f;
const COMMA = 0x2c;
const NEEDS_QUOTES = /[\u0001\u001f\n\r]/;

export class ProductsWriter {
  readonly #out = new OutBytes();
  readonly #columns: readonly LayoutColumn[];
  readonly #keys = new Map<string, Buffer>();

  /** @param columns the columns of the text */
  constructor(columns: readonly LayoutColumn[]) {
    this.#columns = columns;
  }

  /** Number of bytes that have been written since the last `take`. */
  get length(): number {
    return this.#out.length;
  }

  /** Appends a product. If the product is longer than the limit of a record, writes nothing and returns false. */
  write(product: FormedProduct): boolean {
    const out = this.#out;
    const start = out.length;
    for (let c = 0; c < this.#columns.length; c++) {
      if (c > 0) out.byte(FIELD_END);
      this.#writeColumn(product, (this.#columns[c] as LayoutColumn).target);
    }
    if (out.length - start > MAX_RECORD_BYTES) return out.reset(start);
    out.byte(LINE_END);
    return true;
  }

  /** Returns a copy of what was written since the last call. */
  take(): Buffer {
    const taken = Buffer.from(this.#out.bytes.subarray(0, this.#out.length));
    this.#out.length = 0;
    return taken;
  }

  #writeColumn(product: FormedProduct, target: LayoutColumn["target"]): void {
    const out = this.#out;
    switch (target) {
      case "source_row":
        out.text(String(product.row));
        return;
      case "source_line":
        out.text(String(product.line));
        return;
      case "source_at":
        out.text(String(product.at));
        return;
      case "source_bytes":
        out.text(String(product.bytes));
        return;
      case "members":
        this.#writeMembers(product.attributes);
        return;
      case "removals":
        this.#writeRemovals(product.erased);
        return;
      case "erases":
        out.text([...product.erased_fields].join(" "));
        return;
      case "delete":
        out.text(product.deletes ? "yes" : "");
        return;
      case "attribute":
      case "used":
      case "ignored":
        return;
      default:
        this.#writeText(product.fields.get(target) ?? "");
    }
  }

  #writeText(text: string): void {
    this.#out.text(NEEDS_QUOTES.test(text) ? QUOTE + text.replaceAll(QUOTE, QUOTE + QUOTE) + QUOTE : text);
  }

  #writeMembers(attributes: ReadonlyMap<string, string | string[]>): void {
    const out = this.#out;
    let isFirst = true;
    for (const [name, value] of attributes) {
      if (!isFirst) out.byte(COMMA);
      isFirst = false;
      out.copy(this.#keyOf(name));
      writeJson(out, value);
    }
  }

  #writeRemovals(names: ReadonlySet<string>): void {
    this.#out.text([...names].map((name) => `${JSON.stringify(name)}:null`).join(","));
  }

  #keyOf(name: string): Buffer {
    let key = this.#keys.get(name);
    if (key === undefined) this.#keys.set(name, (key = Buffer.from(`${JSON.stringify(name)}:`)));
    return key;
  }
}

/** Splits the text into records with the positions of their products in the file. */
export function splitProducts(text: Buffer, layout: Layout): Records {
  const records = createRecords();
  splitRecords(createSplitter(PRODUCTS_DIALECT, 1), { bytes: text, from: 0, to: text.length, at_end: true }, records);
  restoreOrigins(records, layout);
  return records;
}

/** Sets the line of each record to the line in the file from which its product was formed. Also flags the fields that the import erases. */
export function restoreOrigins(records: Records, layout: Layout): void {
  const { source_line: column, erases } = layout;
  for (let r = 0; r < records.count; r++) {
    const first = records.first_field[r] as number;
    if ((records.first_field[r + 1] as number) - first !== layout.width) continue;
    records.line[r] = numberIn(records, first + column);
    if (erases < 0 || records.field_start[first + erases] === records.field_end[first + erases]) continue;
    for (const field of fieldText(records, first + erases, PRODUCTS_DIALECT).split(" ")) {
      const index = layout[field as FieldName];
      if (FIELD_NAMES.includes(field as FieldName) && index >= 0) records.field_flags[first + index] = ERASES;
    }
  }
}

/** Returns where the product in record `r` comes from: the position and the length of its source record in the file. */
export const sourceRange = (records: Records, r: number, layout: Layout): { at: number; bytes: number } => {
  const first = records.first_field[r] as number;
  return {
    at: numberIn(records, first + layout.source_at),
    bytes: numberIn(records, first + layout.source_bytes),
  };
};

/** Returns which record of the file the product in record `r` comes from, as a row number. */
export const sourceRow = (records: Records, r: number, { source_row: column }: Layout): number =>
  numberIn(records, (records.first_field[r] as number) + column);

function numberIn({ bytes, field_start, field_end }: Records, field: number): number {
  let number = 0;
  for (let i = field_start[field] as number; i < (field_end[field] as number); i++)
    number = number * 10 + (bytes[i] as number) - 0x30;
  return number;
}
