// Finds records that repeat the header, as in files that were joined or that print the header on each page, and a second line of
// column names below the header. Such a record is well-formed but not a product.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { countKnownNames, knownField } from "../columns/column-claims.ts";
import { TYPES } from "../columns/column-types.ts";
import { recordTexts } from "../field-text.ts";
import type { Records } from "../records.ts";

const FIRST_LETTER = 0x21;
const FIRST_BEYOND_ASCII = 0x80;
/** The bytes of a byte order mark. */
const MARK = Buffer.from("\ufeff");
/** Maximum number of bytes of a cell that is compared with a column name. */
const MAX_BYTES = 1000;

export class HeaderTest {
  readonly #names: readonly string[];
  readonly #sku: number;
  readonly #dialect: Dialect;
  /** Index of the column that is compared first; -1 if no record can repeat the header. */
  readonly #compared: number;
  readonly #name: Buffer;
  readonly #firstLetter: number;

  /** @param header the header's cells, without unnamed ones at its end
   * @param skuColumn index of the SKU column, or -1 */
  constructor(header: readonly string[], skuColumn: number, dialect: Dialect) {
    this.#names = header.map(plainCell);
    this.#sku = skuColumn;
    this.#dialect = dialect;
    const compared = skuColumn >= 0 ? skuColumn : this.#names.findIndex((name) => name !== "");
    this.#name = Buffer.from(this.#names[compared] ?? "");
    // The names in a table from XML or JSON are the paths of the values, which no record repeats.
    this.#compared = this.#name.length === 0 || header.length < 2 || dialect.tree !== undefined ? -1 : compared;
    this.#firstLetter = (this.#name[0] ?? 0) | 0x20;
  }

  /** Returns whether record `r`, which is not the first one of the file, may be a line of column names. This test compares only the first
   * letter, which differs in nearly every record. */
  mayMatch({ bytes, first_field, field_start }: Records, r: number): boolean {
    if (this.#compared < 0) return false;
    const letter = bytes[field_start[(first_field[r] as number) + this.#compared] as number] as number;
    return letter < FIRST_LETTER || letter >= FIRST_BEYOND_ASCII || (letter | 0x20) === this.#firstLetter;
  }

  /** Returns whether record `r` of the window is a line of column names. `row` is the record's number in the file, from 0. */
  matches(records: Records, r: number, row: number): boolean {
    if (this.#compared < 0) return false;
    const field = (records.first_field[r] as number) + this.#compared;
    if (row > 0 && !this.mayMatch(records, r)) return false;
    if (field >= (records.first_field[r + 1] as number)) return false;
    // Compare the letters of one cell with the header first. Nearly every record differs there, so almost no record has to be decoded.
    const start = records.field_start[field] as number;
    const end = records.field_end[field] as number;
    if (row > 0 && !mayRepeat(records.bytes, start, end, this.#name)) return false;
    if (records.fault[r] !== 0 || end - start > MAX_BYTES) return false;
    const cells = recordTexts(records, r, this.#dialect);
    if (isRepeated(cells, this.#names)) return true;
    return row === 0 && (areTypes(cells) || this.#namesFields(cells));
  }

  /** Whether the cells name the SKU, in its column, and another field. */
  #namesFields(cells: readonly string[]): boolean {
    return this.#sku >= 0 && knownField(cells[this.#sku] ?? "") === "sku" && countKnownNames(cells) > 1;
  }
}

/** Maximum number of characters of a type's length, as in `varchar(255)`. */
const MAX_TYPE_CHARACTERS = 30;

/** Whether all filled cells are types or units, and at least one of them is more than a unit of a few letters. */
function areTypes(cells: readonly string[]): boolean {
  const filled = cells.map((cell) => cell.trim().toLowerCase()).filter((cell) => cell !== "");
  return filled.length > 1 && filled.every(isType) && filled.some((cell) => cell.length > 2);
}

const isType = (cell: string): boolean =>
  cell.length <= MAX_TYPE_CHARACTERS && TYPES.has(cell.replace(/^[[(]|[\])]$|\([\d, ]*\)$/g, "").replace(/\s/g, ""));

/** Whether the cell `bytes[start, end)` may be equal to the column name `name`. This quick test compares only letters, without case, and
 * only up to the first byte beyond ASCII. */
function mayRepeat(bytes: Buffer, start: number, end: number, name: Buffer): boolean {
  let at = 0;
  let pos = start;
  if (bytes[pos] === MARK[0] && bytes[pos + 1] === MARK[1] && bytes[pos + 2] === MARK[2]) pos += MARK.length;
  for (; pos < end; pos++) {
    const byte = bytes[pos] as number;
    if (byte < FIRST_LETTER) continue;
    const expected = name[at++] ?? -1;
    if (expected >= FIRST_BEYOND_ASCII) return byte >= FIRST_BEYOND_ASCII;
    if (byte >= FIRST_BEYOND_ASCII) return expected !== -1;
    if ((byte | 0x20) !== (expected | 0x20)) return false;
  }
  return at === name.length;
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
