// The files that an export can be, as pieces of bytes: rows of the snapshot turned into CSV, TSV or JSON Lines.
import { createAttributeCells, type AttributeName } from "./attribute-cells.ts";
import { copyRows } from "./copy-rows.ts";
import { createCellWriter, type DelimitedStyle } from "./delimited.ts";
import { Output } from "./output.ts";
import type { Selection, Snapshot } from "./snapshot.ts";

/** The product's own columns, as the database knows them and as every file names them. */
export const FIELDS = ["sku", "name", "description", "active"] as const;

export const YES = Buffer.from("true");
export const NO = Buffer.from("false");

/** Attributes as columns: in the order of their names, which is another than that of jsonb's keys. */
export function columnsOf(attributes: readonly AttributeName[]): { header: string[]; position: number[] } {
  const names = attributes.map(({ name }) => name);
  const sorted = names.toSorted();
  const places = new Map(sorted.map((name, place) => [name, place]));
  return { header: [...FIELDS, ...sorted], position: names.map((name) => places.get(name) as number) };
}

export const rowsQuery = ({ from, order_by }: Selection): string =>
  `select ${FIELDS.map((field) => `p.${field}`).join(", ")}, p.attributes from ${from} order by ${order_by}`;

export async function* delimitedPieces(
  snapshot: Snapshot,
  selection: Selection,
  attributes: readonly AttributeName[],
  style: DelimitedStyle,
): AsyncGenerator<Buffer> {
  const output = new Output();
  const writer = createCellWriter(output, style);
  const { header, position } = columnsOf(attributes);
  header.forEach((name, column) => {
    const cell = Buffer.from(name);
    if (column > 0) writer.delimiter();
    writer.cell(cell, 0, cell.length);
  });
  writer.endRow();
  const cells = createAttributeCells(attributes, position);
  for await (const { bytes, count, bounds } of copyRows(snapshot.copy(rowsQuery(selection)), FIELDS.length + 1)) {
    for (let row = 0, at = 0; row < count; row++, at += 10) {
      for (let field = 0; field < 3; field++) {
        writer.cell(bytes, bounds[at + field * 2] as number, bounds[at + field * 2 + 1] as number);
        writer.delimiter();
      }
      const active = bytes[bounds[at + 6] as number] === 1 ? YES : NO;
      writer.cell(active, 0, active.length);
      // Behind the version byte of jsonb's binary form
      cells.read(bytes, (bounds[at + 8] as number) + 1, bounds[at + 9] as number);
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

/** A product a line, as the API shows it. */
export async function* jsonLines(snapshot: Snapshot, { from, order_by }: Selection): AsyncGenerator<Buffer> {
  const output = new Output();
  const product = `select row_to_json(product)::text from (select p.sku, p.id, p.name, p.description, p.active, p.attributes,
    p.version, p.created_in, p.changed_in, p.source_line, p.created_at, p.updated_at) product`;
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
