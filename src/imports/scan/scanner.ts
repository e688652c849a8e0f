// The first pass over a file, which inspects each record once and writes nothing to the catalogue. It finds the exact number of rows,
// the rejects that do not depend on existing products, the superseded rows of repeated SKUs, and the chunk boundaries. Afterwards the
// chunks are independent of each other: each SKU is applied by exactly one chunk.
import { MAX_SKU_CHARACTERS } from "../../../contract/catalog/product-limits.ts";
import { countCharacters, isSkuTooLong } from "../../catalog/product/product.ts";
import { writeSkuKey } from "../../catalog/product/sku-key.ts";
import { MAX_CHUNK_RECORDS, type Chunk } from "../chunk-store.ts";
import { limitedColumns, typedColumns, type TypedColumn } from "./cell-rules.ts";
import { createKeyTable } from "./key-table.ts";
import type { Layout } from "../layout.ts";
import { makeReject } from "../rejects/make-reject.ts";
import { createRejectTally } from "../rejects/tally.ts";
import { copyField, fieldText } from "../read/field-text.ts";
import { ESCAPED, RECORD_FAULTS, type Records } from "../read/records.ts";
import type { Dialect, IgnoredRow, Reject, RejectCode } from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";

/** Maximum number of bytes in a chunk, because a loader holds a whole chunk in memory. */
const MAX_CHUNK_BYTES = 8 << 20;
/** Maximum number of fields in a chunk. A loader needs nine bytes for each field. Only files with more than 128 columns reach
 * this limit. */
const MAX_CHUNK_FIELDS = 1 << 21;
/** Maximum number of bytes of attribute names in a chunk, because each row repeats the names in its JSON. Without this limit,
 * 2,000 long names turned a file of 6 MB into 2 GB. Only files with more than 1,024 bytes of attribute names reach it. */
const MAX_CHUNK_NAME_BYTES = 16 << 20;
/** Factor by which a key can be longer than its field: lower-casing can triple its bytes, and trimming needs some space. */
const KEY_GROWTH = 4;

export interface Scanner {
  /** Scans the records of one window of bytes. `offset` is the start of `records.bytes` in the text. */
  scan(records: Records, offset: number): void;
  /** Returns the listed rejects that were found since the last call. */
  takeRejects(): Reject[];
  /** Returns the listed ignored rows that were found since the last call. */
  takeIgnored(): IgnoredRow[];
  /** Returns a problem if nearly every row so far was rejected, and the scan must stop; see tally.ts. */
  tooManyRejects(): Problem | undefined;
  readonly rows: number;
  readonly superseded: number;
  readonly rejected: number;
  readonly ignored: number;
  /** Returns the chunks. Call it once, after the last window. `textEnd` is the length of the text. */
  chunks(textEnd: number): Chunk[];
  /** Frees the memory of the keys. Nothing can be scanned afterwards. */
  release(): void;
}

export interface ScanRules {
  repeats: "last" | "first" | "reject";
  /** Maximum number of records in a chunk, for tests that need many chunks. */
  chunk_records?: number | undefined;
  /** Maximum number of listed rejects. Further rejects are only counted. */
  listed_rejects?: number | undefined;
  /** Number of bytes of the text, if known. The scanner then allocates memory for all keys in advance. */
  text_size?: number | undefined;
}

/** Creates a scanner of rows. The caller does not pass the header to it. */
// eslint-disable-next-line max-lines-per-function -- one closure over the state of the second hottest loop, after the splitter's
export function createScanner(layout: Layout, dialect: Dialect, rules: ScanRules): Scanner {
  const keys = createKeyTable();
  // In a table with a single column, a blank line is a record. A chunk then extends to the start of the next record, so that it includes
  // its last line end.
  const keepsBlankLines = layout.file_width === 1;
  const chunkRecords = rules.chunk_records ?? maxChunkRecords(layout);
  const chunkBytes = MAX_CHUNK_BYTES / layout.copies;
  const limited = limitedColumns(layout);
  const smallestLimit = Math.min(...limited.map(({ limit }) => limit), Infinity);
  const typed = typedColumns(layout);
  let key = Buffer.allocUnsafe(4096);
  let fieldBytes = Buffer.allocUnsafe(1024);
  let skip = new Uint8Array(1 << 16);
  let rows = 0;
  let superseded = 0;
  const tally = createRejectTally(rules.listed_rejects);
  let rejects: Reject[] = [];
  let ignoredRows: IgnoredRow[] = [];
  const open: (Omit<Chunk, "skip"> & { last_row: number })[] = [];
  let current: (Omit<Chunk, "skip"> & { last_row: number }) | undefined;

  const skipRow = (row: number): void => {
    skip[row >> 3] = (skip[row >> 3] as number) | (1 << (row & 7));
  };
  const reject = (records: Records, r: number, row: number, code: RejectCode, column: number): void => {
    skipRow(row);
    if (tally.is_listing) rejects.push(makeReject({ records, layout, dialect }, r, row + 1, code, column));
    tally.add(code, layout.columns[column]?.name ?? null, row + 1);
  };

  /** Column of the fault that `faultOf` returned, or -1 for the record as a whole. */
  let faultyColumn = -1;
  /** Returns the row's first fault that can be found without the catalogue. */
  const faultOf = (records: Records, r: number): RejectCode | undefined => {
    faultyColumn = -1;
    const recordFault = RECORD_FAULTS[records.fault[r] as number];
    if (recordFault) return recordFault;
    const first = records.first_field[r] as number;
    const width = (records.first_field[r + 1] as number) - first;
    if (width < layout.width) return "too_few_fields";
    if (width > layout.width) return "too_many_fields";
    if ((records.end[r] as number) - (records.start[r] as number) > smallestLimit) {
      for (const { index, limit, unit } of limited) {
        const bytes = (records.field_end[first + index] as number) - (records.field_start[first + index] as number);
        if (bytes <= limit) continue;
        if (unit === "characters" && countCharacters(fieldText(records, first + index, dialect)) <= limit) continue;
        faultyColumn = index;
        return "value_too_long";
      }
    }
    for (let c = 0; c < typed.length; c++) {
      const { index, faultOfText } = typed[c] as TypedColumn;
      const field = first + index;
      if (records.field_start[field] === records.field_end[field]) continue;
      const text = fieldText(records, field, dialect);
      const fault = text.trim() === "" ? undefined : faultOfText(text);
      if (fault === undefined) continue;
      faultyColumn = index;
      return fault;
    }
    return undefined;
  };

  /** Writes the row's key to `key` and returns its length, -1 if the SKU is empty, or -2 if it is too long. */
  const writeKey = (records: Records, r: number): number => {
    const field = (records.first_field[r] as number) + layout.sku;
    const bytes = (records.field_end[field] as number) - (records.field_start[field] as number);
    // A valid SKU has at most four bytes per character. Escapes and white space can make its field longer, but hardly five times.
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
    return written;
  };

  const applyRow = (records: Records, r: number, row: number): void => {
    const fault = faultOf(records, r);
    if (fault !== undefined) {
      reject(records, r, row, fault, faultyColumn);
      return;
    }
    const length = writeKey(records, r);
    if (length < 0) {
      reject(records, r, row, length === -1 ? "sku_empty" : "sku_too_long", layout.sku);
      return;
    }
    const other = keys.find(key, 0, length, row);
    if (other < 0) return;
    if (rules.repeats === "reject") {
      reject(records, r, row, "sku_repeated", layout.sku);
      return;
    }
    superseded++;
    if (rules.repeats === "first") {
      skipRow(row);
    } else {
      skipRow(other);
      keys.replace(row);
    }
  };

  return {
    scan(records, offset) {
      if (rows === 0 && rules.text_size !== undefined && records.count > 0) {
        const bytes = (records.end[records.count - 1] as number) - (records.start[0] as number);
        keys.expect((rules.text_size / Math.max(bytes, 1)) * records.count);
      }
      const needed = (rows + records.count + 8) >> 3;
      if (needed > skip.length) {
        const larger = new Uint8Array(Math.max(needed, skip.length * 2));
        larger.set(skip);
        skip = larger;
      }
      // The scan stops at the first row at which the share of rejects is too large.
      for (let r = 0; r < records.count && !tally.has_too_many; r++) {
        const row = rows++;
        applyRow(records, r, row);
        const start = offset + (records.start[r] as number);
        const end = offset + (records.end[r] as number);
        if (current !== undefined && keepsBlankLines) current.byte_end = start;
        // A record that is too long for memory is not part of any chunk.
        if (RECORD_FAULTS[records.fault[r] as number] === "record_too_long") {
          current = undefined;
          continue;
        }
        if (current === undefined || current.records === chunkRecords || end - current.byte_start > chunkBytes) {
          current = {
            chunk_no: open.length,
            byte_start: start,
            byte_end: end,
            first_row: row + 1,
            first_line: records.line[r] as number,
            records: 0,
            last_row: row,
          };
          open.push(current);
        }
        current.byte_end = end;
        current.last_row = row;
        current.records++;
      }
    },
    takeRejects() {
      const taken = rejects;
      rejects = [];
      return taken;
    },
    takeIgnored() {
      const taken = ignoredRows;
      ignoredRows = [];
      return taken;
    },
    get rows() {
      return rows;
    },
    get superseded() {
      return superseded;
    },
    get rejected() {
      return tally.rejected;
    },
    get ignored() {
      return 0;
    },
    tooManyRejects: () => (tally.has_too_many ? tally.problem(rows) : undefined),
    chunks(textEnd) {
      if (current !== undefined && keepsBlankLines) current.byte_end = textEnd;
      return open.flatMap(({ last_row, ...chunk }) => {
        const bits = bitsOf(skip, chunk.first_row - 1, last_row + 1);
        // Leave out a chunk without a row to apply. A file that contains only rejects has no chunks.
        return isAllSet(bits, chunk.records) ? [] : [{ ...chunk, skip: bits }];
      });
    },
    release() {
      keys.release();
    },
  };
}

/** Returns the maximum number of records in a chunk. It is lower for wide tables, because it bounds a loader's memory. */
export function maxChunkRecords({ width, attributes, added_bytes }: Layout): number {
  const nameBytes = attributes.reduce(
    (sum, { name }) => sum + Buffer.byteLength(JSON.stringify(name)) + 4,
    1 + added_bytes,
  );
  return Math.max(
    1,
    Math.floor(Math.min(MAX_CHUNK_RECORDS, MAX_CHUNK_FIELDS / width, MAX_CHUNK_NAME_BYTES / nameBytes)),
  );
}

/** Returns bits [from, to) as bits [0, to - from). */
function bitsOf(bits: Uint8Array, from: number, to: number): Buffer {
  const out = Buffer.alloc((to - from + 7) >> 3);
  for (let i = from; i < to; i++) {
    if (((bits[i >> 3] as number) >> (i & 7)) & 1)
      out[(i - from) >> 3] = (out[(i - from) >> 3] as number) | (1 << ((i - from) & 7));
  }
  return out;
}

function isAllSet(bits: Buffer, count: number): boolean {
  for (let i = 0; i < count; i++) if ((((bits[i >> 3] as number) >> (i & 7)) & 1) === 0) return false;
  return true;
}
