// Computes an upper bound for the number of bytes of an encoded row.
import type { Layout } from "../layout.ts";
import type { ChunkRows } from "./chunk-rows.ts";
import type { RowCells } from "./row-cells.ts";

/** Upper bound for the bytes of a row, not counting its string values. */
const ROW_OVERHEAD = 256;

/** Returns a function that returns an upper bound for the encoded bytes of a row. */
export function createRowRoom(
  rows: ChunkRows,
  layout: Layout,
  { fieldOf, fieldLength, recordLength }: RowCells,
): (row: number) => number {
  const keysLength = layout.attributes.reduce((sum, { name }) => sum + Buffer.byteLength(JSON.stringify(name)) + 6, 0);
  // The fields that a mapping has appended are not part of the record's bytes, so add their lengths.
  const computed = Array.from({ length: layout.width - layout.file_width }, (_, index) => layout.file_width + index);
  const computedLength = (row: number): number => {
    let length = 0;
    for (let c = 0; c < computed.length; c++) length += fieldLength(fieldOf(row, computed[c] as number)) + 1;
    return length;
  };
  return (row) => {
    const text = recordLength(row);
    // A control character in an attribute takes six bytes in JSON.
    const json = layout.attributes.length > 0 ? text * 6 + keysLength : 0;
    return (
      ROW_OVERHEAD +
      text * 2 +
      json +
      computedLength(row) +
      ((rows.key_end[row] as number) - (rows.sku_start[row] as number))
    );
  };
}
