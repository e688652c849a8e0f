// Encodes the rows of a chunk in PostgreSQL's binary formats for catalog/bulk/merge.ts, directly from the file's bytes.
// This file is long because the encoders share buffers: passing these between modules would cost time for each row.
import { randomBytes } from "node:crypto";
import { hashTextExtended } from "../../catalog/bulk/hash-text.ts";
import {
  BOOLEAN_FIELDS,
  COPIED_COLUMNS,
  NUMBER_FIELDS,
  STAGED_COLUMNS,
  TEXT_FIELDS,
} from "../../catalog/product/column-lists.ts";
import { DEFAULT_VALUES } from "../../catalog/product/product-columns.ts";
import { isTrimmed } from "../../catalog/product/product.ts";
import { BOOLEAN_CELLS, type ComparisonArrays } from "../../catalog/bulk/merge.ts";
import { tidStart } from "../../db/binary/binary-array.ts";
import { ByteWriter, viewOf } from "../../db/binary/copy-writer.ts";
import { JSONB_VERSION, OIDS, TID_BYTES } from "../../db/binary/format.ts";
import { createAttributeWriter } from "./attribute-writer.ts";
import type { ChunkRows } from "./chunk-rows.ts";
import { createRowCells } from "./row-cells.ts";
import type { RowEncoder } from "./row-encoder.ts";
import { createRowRoom } from "./row-room.ts";
import { trimField } from "./trim-field.ts";
import { hasAttributes, optionalColumns, type Layout } from "../layout.ts";
import { copyField } from "../read/field-text.ts";
import { ESCAPED } from "../read/records.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";

/** Creates the encoder of a chunk's rows. One loader reuses `writer` for all its chunks, so the result of a method is valid only
 * until the next call. */
// eslint-disable-next-line max-lines-per-function -- many small functions over the same rows, called once per cell
export function createRowEncoder(rows: ChunkRows, layout: Layout, dialect: Dialect, writer: ByteWriter): RowEncoder {
  const { records, texts } = rows;
  const cells = createRowCells(rows, dialect);
  const { fieldOf, fieldLength, booleanCell, numberCell } = cells;
  let scratch = Buffer.allocUnsafe(1 << 16);
  let scratchView = viewOf(scratch);
  const recordsView = viewOf(records.bytes);
  const textsView = viewOf(texts);
  const makeScratch = (room: number): void => {
    if (scratch.length >= room) return;
    scratch = Buffer.allocUnsafe(room * 2);
    scratchView = viewOf(scratch);
  };

  const trims = Uint8Array.from(layout.columns, ({ target }) => (isTrimmed(target) ? 1 : 0));
  const writeCell = (row: number, column: number): void => {
    const at = writer.length;
    let length = copyField(records, fieldOf(row, column), dialect, writer.buffer, at + 4);
    if (trims[column] === 1) length = trimField(writer.buffer, at + 4, length);
    writer.setInt32(at, length);
    writer.length = at + 4 + length;
  };
  const writeText = (start: number, end: number): void => {
    writer.fieldBytes(texts, start, end);
  };
  // The column index of each text field, or -1 if the file has no column for the field.
  const textColumns = TEXT_FIELDS.map((field) => layout[field]);
  const hashedColumns = textColumns.filter((column) => column >= 0);
  /** Whether the chunk has a blank cell that leaves a text of its product unchanged. */
  let hasKeptTexts = false;
  const booleanColumns = BOOLEAN_FIELDS.map((field) => layout[field]);
  const numberColumns = NUMBER_FIELDS.map((field) => layout[field]);

  const writeNumber = (row: number, column: number): void => {
    const value = numberCell(row, column);
    if (Number.isNaN(value)) writer.fieldNull();
    else writer.fieldFloat64(value);
  };
  const writeAttributes = createAttributeWriter(rows, layout, dialect, writer);
  /** Writes a field whose length is known only after it has been written. */
  const writeSized = (write: () => void): void => {
    const at = writer.length;
    writer.length += 4;
    write();
    writer.setInt32(at, writer.length - at - 4);
  };
  const roomForRow = createRowRoom(rows, layout, cells);

  /** Appends one array parameter with an element for each row.
   * @param room upper bound for the bytes of all elements */
  const arrayOf = (elementOid: number, room: number, writeElement: (row: number) => void): Buffer => {
    const count = rows.record.length;
    const start = writer.length;
    writer.arrayHeader(elementOid, count);
    writer.reserve(room);
    for (let row = 0; row < count; row++) writeElement(row);
    return writer.written(start);
  };
  /** Number of bytes of all keys, each with its length. */
  const roomForKeys = (): number => {
    let bytes = 0;
    for (let row = 0; row < rows.record.length; row++)
      bytes += 4 + (rows.key_end[row] as number) - (rows.key_start[row] as number);
    return bytes;
  };

  return {
    comparisonArrays(keepsSku) {
      // A new random seed for every comparison: an attacker cannot craft a change with the same hash as the product's current values.
      const seed = randomBytes(8);
      const high = seed.readInt32BE(0);
      const low = seed.readInt32BE(4);
      const hash = new Int32Array(2);
      const count = rows.record.length;
      const kept = new Uint8Array(count);
      writer.length = 0;
      const arrays: ComparisonArrays = {
        seed: String(seed.readBigInt64BE()),
        keys: arrayOf(OIDS.text, roomForKeys(), (row) => {
          writeText(rows.key_start[row] as number, rows.key_end[row] as number);
        }),
        hashes: arrayOf(OIDS.int8, count * 12, (row) => {
          hash[0] = high;
          hash[1] = low;
          if (!keepsSku) hashTextExtended(textsView, rows.sku_start[row] as number, rows.sku_end[row] as number, hash);
          for (let c = 0; c < hashedColumns.length; c++) {
            const column = hashedColumns[c] as number;
            if (isStoredAsIs(fieldOf(row, column))) hashField(fieldOf(row, column), hash);
            else if (!cells.isKept(row, column)) hashCell(row, column, hash);
            else {
              hashTextExtended(textsView, 0, 0, hash);
              kept[row] = (kept[row] as number) | (1 << c);
              hasKeptTexts = true;
            }
          }
          writer.int32(8);
          writer.int32(hash[0]);
          writer.int32(hash[1]);
        }),
        fields: {},
      };
      if (hasKeptTexts) {
        arrays.kept_texts = arrayOf(OIDS.int4, count * 8, (row) => {
          writer.fieldInt32(kept[row] as number);
        });
      }
      for (const field of BOOLEAN_FIELDS.filter((name) => layout[name] >= 0)) {
        arrays.fields[field] = arrayOf(OIDS.int4, count * 8, (row) => {
          writer.fieldInt32(booleanCell(row, layout[field]));
        });
      }
      for (const field of NUMBER_FIELDS.filter((name) => layout[name] >= 0)) {
        arrays.fields[field] = arrayOf(OIDS.float8, count * 12, (row) => {
          writer.fieldFloat64(numberCell(row, layout[field]));
        });
      }
      if (hasAttributes(layout)) {
        arrays.attributes = arrayOf(OIDS.text, 0, (row) => {
          writer.reserve(roomForRow(row));
          writeSized(() => {
            writeAttributes(row, true);
          });
        });
      }
      return arrays;
    },

    newProducts(which, stamp) {
      const optional = optionalColumns(layout, stamp.active);
      const fieldCount = COPIED_COLUMNS.length + optional.length;
      const defaults = { ...DEFAULT_VALUES, active: stamp.active };
      const booleans = BOOLEAN_FIELDS.filter((field) => optional.includes(field)).map((field) => ({
        column: layout[field],
        fallback: defaults[field],
      }));
      const copied: ReadonlySet<string> = new Set([...COPIED_COLUMNS, ...optional]);
      const copiedTexts = TEXT_FIELDS.filter((field) => copied.has(field)).map((field) => layout[field]);
      const numbers = numberColumns.filter((column) => column >= 0);
      const writesAttributes = optional.includes("attributes");
      // The values that all rows share are encoded once and copied as one run of bytes.
      const common = new ByteWriter(64);
      common.fieldInt64(stamp.changeset_id);
      common.fieldInt64(stamp.changeset_id);
      common.fieldTimestamp(stamp.now_us);
      common.fieldTimestamp(stamp.now_us);
      writer.length = 0;
      writer.copyHeader();
      // Loops over indexes allocate no iterators, so that a row allocates no object.
      for (let i = 0; i < which.length; i++) {
        const row = which[i] as number;
        const r = rows.record[row] as number;
        writer.reserve(roomForRow(row));
        writer.int16(fieldCount);
        writeText(rows.key_start[row] as number, rows.key_end[row] as number);
        writer.fieldInt64(stamp.id_base + stamp.first_row + row);
        writer.fieldInt64(records.line[r] as number);
        writer.raw(common.buffer, 0, common.length);
        writeText(rows.sku_start[row] as number, rows.sku_end[row] as number);
        for (let c = 0; c < copiedTexts.length; c++) writeCellOrBlank(row, copiedTexts[c] as number);
        for (let b = 0; b < booleans.length; b++) {
          const { column, fallback } = booleans[b] as (typeof booleans)[number];
          const cell = booleanCell(row, column);
          writer.fieldBoolean(cell === BOOLEAN_CELLS.blank ? fallback : cell === BOOLEAN_CELLS.yes);
        }
        for (let c = 0; c < numbers.length; c++) writeNumber(row, numbers[c] as number);
        if (writesAttributes) writeJsonb(row, false);
      }
      writer.copyTrailer();
      return writer.written();
    },

    stagedChanges(which, versions, tids, changesetId, part) {
      writer.length = 0;
      writer.copyHeader();
      for (let i = 0; i < which.length; i++) {
        const row = which[i] as number;
        writer.reserve(roomForRow(row));
        writer.int16(STAGED_COLUMNS.length);
        writeText(rows.key_start[row] as number, rows.key_end[row] as number);
        writer.fieldInt64(changesetId);
        writer.fieldInt32(part);
        writer.fieldInt32(versions[i] as number);
        writer.fieldInt64(records.line[rows.record[row] as number] as number);
        writeText(rows.sku_start[row] as number, rows.sku_end[row] as number);
        for (let c = 0; c < textColumns.length; c++) writeCellOrNull(row, textColumns[c] as number);
        for (let c = 0; c < booleanColumns.length; c++) {
          const cell = booleanCell(row, booleanColumns[c] as number);
          if (cell === BOOLEAN_CELLS.blank) writer.fieldNull();
          else writer.fieldBoolean(cell === BOOLEAN_CELLS.yes);
        }
        for (let c = 0; c < numberColumns.length; c++) writeNumber(row, numberColumns[c] as number);
        if (hasAttributes(layout)) writeJsonb(row, true);
        else writer.fieldNull();
        if (tids === null) writer.fieldNull();
        else writer.fieldBytes(tids, tidStart(i), tidStart(i) + TID_BYTES);
      }
      writer.copyTrailer();
      return writer.written();
    },

    isBlank: cells.isBlank,
  };

  /** Whether the bytes of the field are the text that is stored: nothing in it is escaped, and it begins and ends with a visible ASCII
   * character, so that it is neither blank nor trimmed. This is true of most fields. */
  function isStoredAsIs(field: number): boolean {
    if (((records.field_flags[field] as number) & ESCAPED) !== 0) return false;
    // If the field is empty, `first` and `last` are bytes outside the field, such as delimiters.
    const first = records.bytes[records.field_start[field] as number] as number;
    const last = records.bytes[(records.field_end[field] as number) - 1] as number;
    return first > 0x20 && first < 0x80 && last > 0x20 && last < 0x80 && fieldLength(field) > 0;
  }

  function hashField(field: number, hash: Int32Array): void {
    hashTextExtended(recordsView, records.field_start[field] as number, records.field_end[field] as number, hash);
  }

  function hashCell(row: number, column: number, hash: Int32Array): void {
    const field = fieldOf(row, column);
    if (((records.field_flags[field] as number) & ESCAPED) === 0 && trims[column] === 0) {
      hashField(field, hash);
      return;
    }
    const room = fieldLength(field);
    makeScratch(room);
    const length = copyField(records, field, dialect, scratch, 0);
    hashTextExtended(scratchView, 0, trims[column] === 1 ? trimField(scratch, 0, length) : length, hash);
  }

  function writeCellOrBlank(row: number, column: number): void {
    if (column < 0) writer.int32(0);
    else writeCell(row, column);
  }

  function writeCellOrNull(row: number, column: number): void {
    if (column < 0 || (hasKeptTexts && cells.isKept(row, column))) writer.fieldNull();
    else writeCell(row, column);
  }

  function writeJsonb(row: number, withRemovals: boolean): void {
    writeSized(() => {
      writer.buffer[writer.length++] = JSONB_VERSION;
      writeAttributes(row, withRemovals);
    });
  }
}
