// The keys of the rows in a window: writes and hashes all of them before the scanner looks up the first one.
import { MAX_SKU_CHARACTERS } from "../../../../contract/catalog/product-limits.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { isSkuTooLong } from "../../../catalog/product/product.ts";
import { writeSkuKey } from "../../../catalog/product/sku-key.ts";
import { isDamagedKey, mayBeDamaged } from "../../damaged/damaged-keys.ts";
import { HASH_WORDS } from "../../keys/half-sip-hash.ts";
import type { KeyTable } from "../../keys/key-table.ts";
import type { Layout } from "../../layout.ts";
import { copyField } from "../../read/field-text.ts";
import { ESCAPED, type Records } from "../../read/records.ts";

/** The faults of a key. */
const KEY_FAULTS = [undefined, "sku_empty", "sku_too_long", "sku_damaged"] as const;
/** Size of the key buffer as a multiple of the field buffer. A key is at most three times as long as its field, because lower-casing can
 * triple the bytes of a text. */
const KEY_GROWTH = 4;

/** The keys of the current window. The code is in methods of a class, because V8 keeps their optimized code for the next import. */
export class RowKeys {
  readonly #table: KeyTable;
  readonly #sku: number;
  readonly #dialect: Dialect;
  readonly #takesWords: boolean;
  #key = Buffer.allocUnsafe(4096);
  #fieldBytes = Buffer.allocUnsafe(1024);
  /** For each record, the index of its fault in KEY_FAULTS. */
  #faults = new Uint8Array(1024);
  /** The hashes of all keys, of HASH_WORDS words each. */
  #hashes = new Int32Array(this.#faults.length * HASH_WORDS);

  /** @param takesWords whether words for missing values, such as "null", are allowed as SKUs */
  constructor(table: KeyTable, layout: Layout, dialect: Dialect, takesWords: boolean) {
    this.#table = table;
    this.#sku = layout.sku;
    this.#dialect = dialect;
    this.#takesWords = takesWords;
  }

  /** Prepares the keys of all records of a window. The methods below are about this window. */
  prepare(records: Records): void {
    const { count } = records;
    if (this.#faults.length < count) {
      this.#faults = new Uint8Array(count * 2);
      this.#hashes = new Int32Array(count * 2 * HASH_WORDS);
    }
    this.#hash(records);
    this.#table.load(this.#hashes, count);
  }

  /** Returns the fault of the key of record `r`, which must have a SKU column and no other fault. */
  faultOf(r: number): (typeof KEY_FAULTS)[number] {
    return KEY_FAULTS[this.#faults[r] as number];
  }

  /** Returns the row that has the key of record `r`. If the key is new, stores `row` for it and returns -1. */
  find(r: number, row: number): number {
    return this.#table.findHashed(this.#hashes, r * HASH_WORDS, row);
  }

  /** Returns the key of record `r` as a text. */
  textOf(records: Records, r: number): string {
    const length = this.#write(records, r);
    return this.#key.toString("utf8", 0, length);
  }

  /** Hashes the keys of all records. This method ends with its loop: V8 compiles the loop during its first run, and would discard that code
   * at a later statement that has never run. */
  #hash(records: Records): void {
    const { bytes, count, fault, first_field, field_start, field_end, field_flags } = records;
    const sku = this.#sku;
    const table = this.#table;
    const faults = this.#faults;
    const hashes = this.#hashes;
    for (let r = 0; r < count; r++) {
      const first = first_field[r] as number;
      // The scanner rejects such a record for its own fault.
      if (fault[r] !== 0 || (first_field[r + 1] as number) - first <= sku) continue;
      const field = first + sku;
      const start = field_start[field] as number;
      const end = field_end[field] as number;
      const isPlain = ((field_flags[field] as number) & ESCAPED) === 0 && isPlainSku(bytes, start, end);
      if (isPlain && table.hash(bytes, start, end, hashes, r * HASH_WORDS)) {
        faults[r] = 0;
        continue;
      }
      const length = this.#write(records, r);
      faults[r] = length < 0 ? -length : 0;
      if (length > 0) table.hash(this.#key, 0, length, hashes, r * HASH_WORDS);
    }
  }

  /** Writes the row's key to `#key` and returns the key's length. If the key has the fault KEY_FAULTS[i] (i >= 1), returns -i. */
  #write(records: Records, r: number): number {
    const field = (records.first_field[r] as number) + this.#sku;
    const bytes = (records.field_end[field] as number) - (records.field_start[field] as number);
    // A valid SKU has at most four bytes per character. Escapes and white space can make its field longer, but hardly five times as long.
    if (bytes > MAX_SKU_CHARACTERS * 20) return -2;
    if (this.#fieldBytes.length < bytes) {
      this.#fieldBytes = Buffer.allocUnsafe(bytes * 2);
      this.#key = Buffer.allocUnsafe(bytes * 2 * KEY_GROWTH);
    }
    const key = this.#key;
    const isPlain = ((records.field_flags[field] as number) & ESCAPED) === 0;
    const copied = isPlain ? 0 : copyField(records, field, this.#dialect, this.#fieldBytes, 0);
    const written = isPlain
      ? writeSkuKey(records.bytes, records.field_start[field] as number, records.field_end[field] as number, key, 0)
      : writeSkuKey(this.#fieldBytes, 0, copied, key, 0);
    if (written === 0) return -1;
    if (written > MAX_SKU_CHARACTERS && isSkuTooLong(key.toString("utf8", 0, written))) return -2;
    return isDamagedKey(key, written, this.#takesWords) ? -3 : written;
  }
}

/** Whether `bytes[start, end)` is a SKU without a fault whose key differs from it only in the case of letters, if it is ASCII. This is true
 * of nearly every SKU. */
const isPlainSku = (bytes: Buffer, start: number, end: number): boolean =>
  end > start &&
  end - start <= MAX_SKU_CHARACTERS &&
  isVisible(bytes[start] as number) &&
  isVisible(bytes[end - 1] as number) &&
  !mayBeDamaged(bytes, start, end);

const isVisible = (byte: number): boolean => byte > 0x20 && byte < 0x7f;
