// Finds records that repeat the header, as in files that were joined or that print the header on each page, and a second line of
// column names below the header. Such a record is well-formed but not a product.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { countKnownNames, knownField } from "../columns/column-claims.ts";
import { recordTexts } from "../field-text.ts";
import type { Records } from "../records.ts";

/** Maximum number of bytes by which a repeated cell can be longer than the header's: blanks and a byte order mark. */
const MAX_EXTRA_BYTES = 8;
const FIRST_LETTER = 0x21;

/** Returns whether record `r`, the given row of the file (from 0), is a line of column names. */
export type HeaderTest = (records: Records, r: number, row: number) => boolean;

/** @param header the header's cells, without unnamed ones at its end
 * @param skuColumn index of the SKU column, or -1 */
export function createHeaderTest(header: readonly string[], skuColumn: number, dialect: Dialect): HeaderTest {
  const names = header.map(plainCell);
  const compared =
    skuColumn >= 0
      ? skuColumn
      : Math.max(
          0,
          names.findIndex((name) => name !== ""),
        );
  const name = names[compared] ?? "";
  if (name === "" || header.length < 2) return () => false;
  const bytes = Buffer.byteLength(header[compared]?.trim() ?? "");
  const first = caseless(Buffer.from(name)[0] as number);
  return (records, r, row) => {
    const field = (records.first_field[r] as number) + compared;
    if (field >= (records.first_field[r + 1] as number)) return false;
    // The length and the first letter of one cell rule out nearly every record, so that almost none has to be decoded.
    const start = records.field_start[field] as number;
    const length = (records.field_end[field] as number) - start;
    if (row > 0) {
      if (length < bytes - MAX_EXTRA_BYTES || length > bytes + MAX_EXTRA_BYTES || length === 0) return false;
      const letter = records.bytes[start] as number;
      if (letter >= FIRST_LETTER && letter < 0x80 && first < 0x80 && caseless(letter) !== first) return false;
    }
    if (records.fault[r] !== 0 || length > 1000) return false;
    const cells = recordTexts(records, r, dialect);
    if (isRepeated(cells, names)) return true;
    return row === 0 && skuColumn >= 0 && knownField(cells[skuColumn] ?? "") === "sku" && countKnownNames(cells) > 1;
  };
}

function isRepeated(cells: readonly string[], names: readonly string[]): boolean {
  return cells.length >= names.length && cells.every((cell, index) => plainCell(cell) === (names[index] ?? ""));
}

/** Removes the byte order mark, white space and case from a cell. */
const plainCell = (cell: string): string =>
  cell
    .normalize("NFC")
    .replace(/[\s\ufeff]+/g, "")
    .toLowerCase();

/** Folds the case of an ASCII letter; other bytes are only mapped, which suffices to tell them apart. */
const caseless = (byte: number): number => byte | 0x20;
