// The keys of the rows in a window: writes and hashes all of them before the scanner looks up the first one.
import { MAX_SKU_CHARACTERS } from "../../../../contract/catalog/product-limits.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import { isSkuTooLong } from "../../../catalog/product/product.ts";
import { writeSkuKey } from "../../../catalog/product/sku-key.ts";
import { isDamagedKey } from "../../damaged/damaged-keys.ts";
import { HASH_WORDS, type KeyTable } from "../../keys/key-table.ts";
import type { Layout } from "../../layout.ts";
import { copyField } from "../../read/field-text.ts";
import { ESCAPED, type Records } from "../../read/records.ts";

/** The faults of a key. */
const KEY_FAULTS = [undefined, "sku_empty", "sku_too_long", "sku_damaged"] as const;
/** Size of the key buffer as a multiple of the field buffer. A key is at most three times as long as its field, because lower-casing can
 * triple the bytes of a text. */
const KEY_GROWTH = 4;

export interface RowKeys {
  /** Prepares the keys of all records of a window. The methods below are about this window. */
  prepare(records: Records): void;
  /** Returns the fault of the key of record `r`, which must have a SKU column and no other fault. */
  faultOf(r: number): (typeof KEY_FAULTS)[number];
  /** Returns the row that has the key of record `r`. If the key is new, stores `row` for it and returns -1. */
  find(r: number, row: number): number;
  /** Returns the key of record `r` as a text. */
  textOf(records: Records, r: number): string;
}

/** @param takesWords whether words for missing values, such as "null", are allowed as SKUs */
export function createRowKeys(table: KeyTable, layout: Layout, dialect: Dialect, takesWords: boolean): RowKeys {
  let key = Buffer.allocUnsafe(4096);
  let fieldBytes = Buffer.allocUnsafe(1024);
  /** For each record, the index of its fault in KEY_FAULTS. */
  let faults = new Uint8Array(1024);
  /** The hashes of all keys, of HASH_WORDS words each. */
  let hashes = new Int32Array(faults.length * HASH_WORDS);

  /** Writes the row's key to `key` and returns the key's length. If the key has the fault KEY_FAULTS[i] (i >= 1), returns -i. */
  const writeKey = (records: Records, r: number): number => {
    const field = (records.first_field[r] as number) + layout.sku;
    const bytes = (records.field_end[field] as number) - (records.field_start[field] as number);
    // A valid SKU has at most four bytes per character. Escapes and white space can make its field longer, but hardly five times as long.
    if (bytes > MAX_SKU_CHARACTERS * 20) return -2;
    if (fieldBytes.length < bytes) {
      fieldBytes = Buffer.allocUnsafe(bytes * 2);
      key = Buffer.allocUnsafe(bytes * 2 * KEY_GROWTH);
    }
    const isPlain = ((records.field_flags[field] as number) & ESCAPED) === 0;
    const written = isPlain
      ? writeSkuKey(records.bytes, records.field_start[field] as number, records.field_end[field] as number, key, 0)
      : writeSkuKey(fieldBytes, 0, copyField(records, field, dialect, fieldBytes, 0), key, 0);
    if (written === 0) return -1;
    if (written > MAX_SKU_CHARACTERS && isSkuTooLong(key.toString("utf8", 0, written))) return -2;
    return isDamagedKey(key, written, takesWords) ? -3 : written;
  };

  return {
    prepare(records) {
      const { count, fault, first_field } = records;
      if (faults.length < count) {
        faults = new Uint8Array(count * 2);
        hashes = new Int32Array(count * 2 * HASH_WORDS);
      }
      for (let r = 0; r < count; r++) {
        const width = (first_field[r + 1] as number) - (first_field[r] as number);
        // The scanner rejects such a record for its own fault.
        if (fault[r] !== 0 || width <= layout.sku) continue;
        const length = writeKey(records, r);
        faults[r] = length < 0 ? -length : 0;
        if (length > 0) table.hash(key, length, hashes, r * HASH_WORDS);
      }
      table.load(hashes, count);
    },
    faultOf: (r) => KEY_FAULTS[faults[r] as number],
    find: (r, row) => table.findHashed(hashes, r * HASH_WORDS, row),
    textOf: (records, r) => key.toString("utf8", 0, writeKey(records, r)),
  };
}
