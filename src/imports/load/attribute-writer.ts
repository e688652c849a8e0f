// Writes the attributes of a row as a JSON object, directly from the file's bytes.
import type { ByteWriter } from "../../db/binary/copy-writer.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import type { Layout } from "../layout.ts";
import { copyField } from "../read/field-text.ts";
import type { ChunkRows } from "./chunk-rows.ts";
import { isBlankJson, isJson } from "./list-field.ts";

/** Writes `{"Brand":"…"}` with the row's attribute cells that are not empty.
 * @param withRemovals whether to write null for the attributes that the row removes */
type WriteAttributes = (row: number, withRemovals: boolean) => void;

export function createAttributeWriter(
  { records, record }: ChunkRows,
  layout: Layout,
  dialect: Dialect,
  writer: ByteWriter,
): WriteAttributes {
  const keys = layout.attributes.map(({ name }) => Buffer.from(`${JSON.stringify(name)}:"`));
  const hasList = layout.attributes.map(({ is_list }) => is_list);
  let scratch = Buffer.allocUnsafe(1 << 16);
  const fieldOf = (row: number, column: number): number =>
    (records.first_field[record[row] as number] as number) + column;

  /** Appends the members that a mapping has written for the JSON object. Returns whether the object still has no member. */
  const writeMembers = (row: number, column: number, isFirst: boolean): boolean => {
    const field = fieldOf(row, column);
    const start = records.field_start[field] as number;
    const end = records.field_end[field] as number;
    if (start === end) return isFirst;
    if (!isFirst) writer.buffer[writer.length++] = 0x2c;
    writer.raw(records.bytes, start, end);
    return false;
  };
  return (row, withRemovals) => {
    const buffer = writer.buffer;
    buffer[writer.length++] = 0x7b;
    let first = true;
    for (let a = 0; a < layout.attributes.length; a++) {
      const field = fieldOf(row, (layout.attributes[a] as { index: number }).index);
      const room = (records.field_end[field] as number) - (records.field_start[field] as number);
      if (room === 0) continue;
      if (scratch.length < room) scratch = Buffer.allocUnsafe(room * 2);
      const length = copyField(records, field, dialect, scratch, 0);
      const isRaw = hasList[a] === true && isJson(scratch);
      if (isRaw && isBlankJson(scratch, length)) continue;
      if (!first) buffer[writer.length++] = 0x2c;
      first = false;
      const key = keys[a] as Buffer;
      if (isRaw) {
        // `key` contains the name, the colon and the opening quote of a text. Leave out this quote, because the value is already JSON.
        writer.raw(key, 0, key.length - 1);
        writer.raw(scratch, 0, length);
        continue;
      }
      writer.raw(key, 0, key.length);
      writer.jsonText(scratch, 0, length);
      buffer[writer.length++] = 0x22;
    }
    if (layout.members >= 0) first = writeMembers(row, layout.members, first);
    if (withRemovals && layout.removals >= 0) writeMembers(row, layout.removals, first);
    buffer[writer.length++] = 0x7d;
  };
}
