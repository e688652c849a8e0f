// Writes the rows of a snapshot as CSV, TSV or JSON Lines.
import { createAttributeCells, type AttributeName } from "./attribute-cells.ts";
import { copyRows } from "./copy-rows.ts";
import { createCellWriter, type DelimitedStyle } from "./delimited.ts";
import { Output } from "./output.ts";
import type { Selection, Snapshot } from "./snapshot.ts";
import { API_COLUMNS, columnList, FIELD_NAMES, kindOf, type FieldName } from "../product/column-lists.ts";
import { LIST_SUFFIX } from "../../../contract/catalog/attribute-value.ts";
import type { FieldKind } from "../product/product-columns.ts";

/** The SQL that selects a field, by kind: a boolean stays one byte, every other value becomes text. */
const SELECTED: Record<FieldKind, (field: FieldName) => string> = {
  text: (field) => `p.${field}`,
  boolean: (field) => `p.${field}`,
  number: (field) => `p.${field}::text`,
};
/** Number of fields in a row of `rowsQuery`: the fields of the product, and the attributes as one field. */
export const ROW_FIELDS = FIELD_NAMES.length + 1;
const FIELD_IS_BOOLEAN = FIELD_NAMES.map((field) => kindOf(field) === "boolean");

const YES = Buffer.from("true");
const NO = Buffer.from("false");

/** Returns the header of the file, and the column of each attribute. Columns are sorted by name, whereas jsonb stores its keys in another
 * order. */
export function columnsOf(attributes: readonly AttributeName[]): { header: string[]; columns: number[] } {
  const sorted = attributes.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const columns = new Map(sorted.map(({ name }, column) => [name, column]));
  return {
    header: [...FIELD_NAMES, ...sorted.map(({ name, is_list }) => (is_list ? name + LIST_SUFFIX : name))],
    columns: attributes.map(({ name }) => columns.get(name) as number),
  };
}

export const rowsQuery = ({ from, order_by }: Selection): string =>
  `select ${FIELD_NAMES.map((field) => SELECTED[kindOf(field)](field)).join(", ")}, p.attributes from ${from} order by ${order_by}`;

export async function* writeDelimited(
  snapshot: Snapshot,
  selection: Selection,
  attributes: readonly AttributeName[],
  style: DelimitedStyle,
): AsyncGenerator<Buffer> {
  const output = new Output();
  const writer = createCellWriter(output, style);
  const { header, columns } = columnsOf(attributes);
  header.forEach((name, column) => {
    const cell = Buffer.from(name);
    if (column > 0) writer.delimiter();
    writer.cell(cell, 0, cell.length);
  });
  writer.endRow();
  const cells = createAttributeCells(attributes, columns);
  for await (const { bytes, count, bounds } of copyRows(snapshot.copy(rowsQuery(selection)), ROW_FIELDS)) {
    for (let row = 0, at = 0; row < count; row++) {
      for (let field = 0; field < FIELD_NAMES.length; field++, at += 2) {
        if (field > 0) writer.delimiter();
        const start = bounds[at] as number;
        if (FIELD_IS_BOOLEAN[field] === true) {
          const word = bytes[start] === 1 ? YES : NO;
          writer.cell(word, 0, word.length);
        } else if (start >= 0) writer.cell(bytes, start, bounds[at + 1] as number);
      }
      // Skip the version byte of a binary jsonb value.
      cells.read(bytes, (bounds[at] as number) + 1, bounds[at + 1] as number);
      at += 2;
      for (let attribute = 0; attribute < attributes.length; attribute++) {
        writer.delimiter();
        if (!cells.has(attribute)) continue;
        cells.find(attribute);
        writer.cell(cells.bytes, cells.start, cells.end);
      }
      writer.endRow();
    }
    if (output.isFull) yield output.take();
  }
  yield output.take();
}

const LF = 0x0a;

/** Writes one product per line, in the format of the API. */
export async function* writeJsonLines(snapshot: Snapshot, { from, order_by }: Selection): AsyncGenerator<Buffer> {
  const output = new Output();
  const product = `select row_to_json(product)::text from (select ${columnList(API_COLUMNS, "p")}) product`;
  const query = `select (${product}) from ${from} order by ${order_by}`;
  for await (const { bytes, count, bounds } of copyRows(snapshot.copy(query), 1)) {
    for (let row = 0; row < count; row++) {
      const start = bounds[row * 2] as number;
      const end = bounds[row * 2 + 1] as number;
      output.reserve(end - start + 1);
      output.copy(bytes, start, end);
      output.byte(LF);
    }
    if (output.isFull) yield output.take();
  }
  yield output.take();
}
