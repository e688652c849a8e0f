// The first pass over a file, which inspects each record once and writes nothing to the catalogue. It finds the exact number of rows,
// the rejects that do not depend on existing products, the superseded rows of repeated SKUs, and the chunk boundaries. Afterwards the
// chunks are independent of each other: each SKU is applied by exactly one chunk.
// Long because the scanner is one closure over the state of a hot loop.
/* eslint-disable max-lines -- one closure over the state of a hot loop */
import { countCharacters, isBlankText } from "../../catalog/product/product.ts";
import { FIELD_NAMES } from "../../catalog/product/column-lists.ts";
import type { Chunk } from "../chunk-store.ts";
import { createKeyTable } from "../keys/key-table.ts";
import { limitedColumns, typedColumns, type TypedColumn } from "./rows/cell-rules.ts";
import { createBits } from "./rows/bits.ts";
import { createChunkBounds } from "./rows/chunk-bounds.ts";
import { errorColumns, findErrorValues } from "./rows/cells/error-values.ts";
import { mayBeUnusual } from "./rows/cells/unusual-keys.ts";
import { createOrdinaryTest } from "./rows/ordinary-rows.ts";
import { createRowKeys } from "./rows/row-keys.ts";
import type { Layout } from "../layout.ts";
import type { Mapped, MappingFault } from "../mapping/mapper.ts";
import type { MappingPlan } from "../mapping/plan.ts";
import { makeIgnored, makeMappingReject, makeReject } from "../rejects/make-reject.ts";
import { createRejectTally } from "../rejects/tally.ts";
import { fieldText, fieldYesOrNo } from "../read/field-text.ts";
import type { Table } from "../read/read-records.ts";
import type { ActiveWatch } from "../read/columns/judge-active.ts";
import type { KeyFigures } from "../read/columns/key/judge-key.ts";
import { valuesOf } from "../read/columns/match-columns.ts";
import { createHeaderTest } from "../read/fit/header-rows.ts";
import { RECORD_FAULTS, type Records } from "../read/records.ts";
import {
  MAX_LISTED_REJECTS,
  type Dialect,
  type IgnoreCode,
  type IgnoredRow,
  type Reject,
  type RejectCode,
} from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";

/** Default number of keys in `first_keys` if the file has no name column. */
const FIRST_KEYS = 1000;

export interface Scanner {
  /** Scans the records of one window of bytes. `offset` is the start of `records.bytes` in the text. `mapped` contains the records that
   * the import's mapping ignores or rejects. */
  scan(records: Records, offset: number, mapped?: ScannedMapping): void;
  /** Returns the listed rejects that were found since the last call. */
  takeRejects(): Reject[];
  /** Returns the ignored rows that were found since the last call. At most MAX_LISTED_REJECTS are returned in total; further ignored rows
   * are only counted. */
  takeIgnored(): IgnoredRow[];
  /** Returns a problem if nearly every row so far was rejected, and the scan must stop; see tally.ts. */
  tooManyRejects(): Problem | undefined;
  readonly rows: number;
  readonly superseded: number;
  readonly rejected: number;
  readonly ignored: number;
  /** Number of rows that delete their products, not counting superseded rows. */
  readonly deletions: number;
  /** The numbers of rows, of blank SKUs and of repeated SKUs. After the scan, they show whether the SKU column really contains the keys. */
  readonly key_figures: KeyFigures;
  /**
   * The first different keys of the file. Their maximum number is `rules.first_keys`; by default FIRST_KEYS for a file without a name
   * column, and 0 for other files. If no product has one of these keys, a file without a name column would create products without names.
   */
  readonly first_keys: readonly string[];
  /** Indexes of the records in the last window whose SKUs are valid but may be unusual (rows/cells/unusual-keys.ts). */
  readonly unusual: readonly number[];
  /** Number of different keys. */
  readonly distinct_keys: number;
  /** Returns whether the row with this index is rejected, ignored or superseded. */
  isSkipped(row: number): boolean;
  /** Returns whether the row with this index deletes its product. */
  isDeletion(row: number): boolean;
  /** Returns whether a row has this key. */
  hasKey(key: string): boolean;
  /** Returns the index of the row that has this key and is not superseded; -1 if no row has the key. The row may be rejected. */
  rowOf(key: string): number;
  /** Returns the chunks. Call it once, after the last window. `textEnd` is the length of the text. */
  chunks(textEnd: number): Chunk[];
  /** Frees the memory of the keys. Nothing can be scanned afterwards. */
  release(): void;
}

type ScannedMapping = Pick<Mapped, "ignored" | "faults">;

const isIgnoredBy = ({ ignored }: ScannedMapping, r: number): boolean =>
  ignored !== null && (((ignored[r >> 3] as number) >> (r & 7)) & 1) === 1;

export interface ScanRules {
  repeats: "last" | "first" | "reject";
  /** The cells of the header, which may be repeated among the rows; undefined if the file has no header. */
  header?: readonly string[] | undefined;
  /** The cells of the first rows. They show which numbers mean yes or no in the column of the field `active`. */
  sample?: readonly (readonly string[])[] | undefined;
  /** Checks the column that detection has chosen for the field `active`; undefined if detection has chosen none. */
  active_watch?: ActiveWatch | undefined;
  /** The plan of the mapping, if values are computed. */
  plan?: MappingPlan | null;
  /** Maximum number of records in a chunk, for tests that need many chunks. */
  chunk_records?: number | undefined;
  /** Maximum number of listed rejects. Further rejects are only counted. */
  listed_rejects?: number | undefined;
  /** Number of bytes of the text, if known. The scanner then allocates memory for all keys in advance. */
  text_size?: number | undefined;
  /** Number of keys to collect in `first_keys`. */
  first_keys?: number | undefined;
}

/** Returns those rules of the scanner that come from the table and the mapping. */
export const rulesOf = ({
  header,
  rows,
  plan,
}: Pick<Table, "header" | "rows"> & { plan: MappingPlan | null }): Pick<ScanRules, "header" | "sample" | "plan"> => ({
  header,
  sample: rows,
  plan,
});

/** Creates a scanner of rows. The header is not a row: the caller must not pass it to the scanner. */
// eslint-disable-next-line max-lines-per-function -- one closure over the state of the second hottest loop, after the splitter's
export function createScanner(layout: Layout, dialect: Dialect, rules: ScanRules): Scanner {
  const keys = createKeyTable();
  const bounds = createChunkBounds(layout, rules.chunk_records);
  const limited = limitedColumns(layout);
  const limitedInFile = limited.filter(({ index }) => index < layout.file_width);
  // A computed value may be longer than its record. So its length is checked in every record, and not only in long records.
  const limitedComputed = limited.filter(({ index }) => index >= layout.file_width);
  const smallestLimit = Math.min(...limitedInFile.map(({ limit }) => limit), Infinity);
  const typed = typedColumns(layout, (column) => valuesOf(rules.sample ?? [], column), rules.active_watch);
  const checked = errorColumns(layout, rules.plan ?? null);
  // In an export of the catalogue, a SKU such as "null" is a real SKU, because every product has a SKU. In other files, it means that the
  // SKU is missing.
  const isExport = FIELD_NAMES.every((name, i) => rules.header?.[i] === name);
  const header = createHeaderTest(rules.header ?? [], layout.sku, dialect);
  const rowKeys = createRowKeys(keys, layout, dialect, isExport);
  const markOrdinary = createOrdinaryTest({ layout, keys: rowKeys, header, typed, long_record: smallestLimit });
  const skip = createBits();
  /** The rows without a name, in a file with a column of names. */
  const nameless = createBits();
  /** The rows that delete their products. Used only if the mapping defines deletions. */
  const deleting = createBits();
  const hasDeletions = layout.delete >= 0;
  let rows = 0;
  let superseded = 0;
  let ignored = 0;
  let deletions = 0;
  const figures = { blanks: 0, repeated: 0 };
  const firstKeys: string[] = [];
  let unusual: number[] = [];
  /** Whether the window is ASCII. */
  let isPlain = false;
  const maxFirstKeys = rules.first_keys ?? (layout.name < 0 ? FIRST_KEYS : 0);
  const tally = createRejectTally(rules.listed_rejects);
  let rejects: Reject[] = [];
  let ignoredRows: IgnoredRow[] = [];

  const reject = (records: Records, r: number, row: number, code: RejectCode, column: number): void => {
    skip.set(row);
    if (tally.is_listing) rejects.push(makeReject({ records, layout, dialect }, r, row + 1, code, column));
    tally.add(code, layout.columns[column]?.name ?? null, row + 1);
  };

  /** Whether the cell is not blank. */
  const hasValue = (records: Records, r: number, column: number): boolean => {
    const field = (records.first_field[r] as number) + column;
    const start = records.field_start[field] as number;
    const end = records.field_end[field] as number;
    if (start === end) return false;
    // If the first byte is a visible ASCII character, the cell is not blank, and its text need not be decoded.
    const letter = records.bytes[start] as number;
    return (letter > 0x20 && letter < 0x80) || !isBlankText(fieldText(records, field, dialect));
  };

  /** Whether the row deletes its product. */
  const deletes = (records: Records, r: number): boolean => hasDeletions && hasValue(records, r, layout.delete);

  /** Column of the fault that `faultOf` returned, or -1 for the record as a whole. */
  let faultyColumn = -1;
  /** Whether one of these columns has a value that is too long. If so, sets `faultyColumn`. */
  const exceedsLimit = (records: Records, first: number, columns: typeof limited): boolean => {
    for (const { index, limit, unit } of columns) {
      const bytes = (records.field_end[first + index] as number) - (records.field_start[first + index] as number);
      if (bytes <= limit) continue;
      if (unit === "characters" && countCharacters(fieldText(records, first + index, dialect)) <= limit) continue;
      faultyColumn = index;
      return true;
    }
    return false;
  };
  /** Returns the row's first fault that can be found without the catalogue. */
  const faultOf = (records: Records, r: number): RejectCode | undefined => {
    faultyColumn = -1;
    const recordFault = RECORD_FAULTS[records.fault[r] as number];
    if (recordFault) return recordFault;
    const first = records.first_field[r] as number;
    const width = (records.first_field[r + 1] as number) - first;
    if (width < layout.width) return "too_few_fields";
    if (width > layout.width) return "too_many_fields";
    // In a row that deletes its product, only the key is read.
    if (deletes(records, r)) return undefined;
    const isLong = (records.end[r] as number) - (records.start[r] as number) > smallestLimit;
    if (isLong && exceedsLimit(records, first, limitedInFile)) return "value_too_long";
    if (limitedComputed.length > 0 && exceedsLimit(records, first, limitedComputed)) return "value_too_long";
    for (let c = 0; c < typed.length; c++) {
      const { index, faultOfText, takes_yes_or_no } = typed[c] as TypedColumn;
      const field = first + index;
      if (records.field_start[field] === records.field_end[field]) continue;
      if (takes_yes_or_no && fieldYesOrNo(records, field) !== undefined) continue;
      const text = fieldText(records, field, dialect);
      const fault = text.trim() === "" ? undefined : faultOfText(text);
      if (fault === undefined) continue;
      faultyColumn = index;
      return fault;
    }
    return undefined;
  };

  /** Decides which of two rows with the same key is applied. A row without a name never replaces a row with a name, unless one of the
   * rows deletes the product. */
  const repeat = (records: Records, r: number, row: number, other: number): void => {
    figures.repeated++;
    const isDeletion = deletes(records, r);
    const isOtherDeletion = hasDeletions && deleting.has(other);
    const isNamed = isDeletion || layout.name < 0 || hasValue(records, r, layout.name);
    const isOtherNameless = layout.name >= 0 && nameless.has(other);
    if (!isNamed && !isOtherNameless && !isOtherDeletion) {
      reject(records, r, row, "repeat_without_name", layout.name);
      return;
    }
    if (rules.repeats === "last" || (isNamed && isOtherNameless && !isDeletion)) {
      skip.set(other);
      keys.replace(row);
      if (!isNamed) nameless.set(row);
      if (isDeletion) deleting.set(row);
      deletions += Number(isDeletion) - Number(isOtherDeletion);
    } else if (rules.repeats === "reject") {
      reject(records, r, row, "sku_repeated", layout.sku);
      return;
    } else skip.set(row);
    superseded++;
  };

  const ignore = (records: Records, r: number, row: number, code: IgnoreCode): void => {
    skip.set(row);
    if (++ignored <= MAX_LISTED_REJECTS) ignoredRows.push(makeIgnored({ records, layout, dialect }, r, row + 1, code));
  };
  const rejectMapped = (records: Records, r: number, row: number, fault: MappingFault): void => {
    skip.set(row);
    if (tally.is_listing) rejects.push(makeMappingReject({ records, layout, dialect }, r, row + 1, fault));
    tally.add(fault.code, layout.columns[fault.column]?.name ?? null, row + 1);
  };

  /** Searches for the key of a row without a fault. @returns whether no earlier row has the key */
  const isNewKey = (records: Records, r: number, row: number): boolean => {
    const other = rowKeys.find(r, row);
    if (other >= 0) repeat(records, r, row, other);
    else if (firstKeys.length < maxFirstKeys) firstKeys.push(rowKeys.textOf(records, r));
    return other < 0;
  };

  /** For each record of the window with an error value such as #N/A: the index of the first column with such a value. */
  let errors: ReadonlyMap<number, number> | undefined;
  const applyRow = (records: Records, r: number, row: number, mapped: ScannedMapping | undefined): void => {
    if (header.matches(records, r, row)) {
      ignore(records, r, row, "header_repeated");
      return;
    }
    if (mapped !== undefined && isIgnoredBy(mapped, r)) {
      ignore(records, r, row, "condition");
      return;
    }
    const fault = faultOf(records, r);
    if (fault !== undefined) {
      reject(records, r, row, fault, faultyColumn);
      return;
    }
    const mappingFault = mapped?.faults.get(r);
    if (mappingFault !== undefined) {
      rejectMapped(records, r, row, mappingFault);
      return;
    }
    const errorColumn = errors?.get(r);
    if (errorColumn !== undefined && !deletes(records, r)) {
      reject(records, r, row, "value_damaged", errorColumn);
      return;
    }
    const keyFault = rowKeys.faultOf(r);
    if (keyFault !== undefined) {
      if (keyFault === "sku_empty") figures.blanks++;
      reject(records, r, row, keyFault, layout.sku);
      return;
    }
    const field = (records.first_field[r] as number) + layout.sku;
    const skuStart = records.field_start[field] as number;
    if (mayBeUnusual(records.bytes, skuStart, records.field_end[field] as number, isPlain)) unusual.push(r);
    if (!isNewKey(records, r, row)) return;
    if (deletes(records, r)) {
      deleting.set(row);
      deletions++;
    } else if (layout.name >= 0 && !hasValue(records, r, layout.name)) nameless.set(row);
  };

  return {
    scan(records, offset, mapped) {
      if (rows === 0 && rules.text_size !== undefined && records.count > 0) {
        const bytes = (records.end[records.count - 1] as number) - (records.start[0] as number);
        keys.expect((rules.text_size / Math.max(bytes, 1)) * records.count);
      }
      skip.grow(rows + records.count);
      nameless.grow(rows + records.count);
      if (hasDeletions) deleting.grow(rows + records.count);
      errors = findErrorValues(records, layout.width, checked);
      isPlain = records.is_ascii;
      unusual = [];
      rowKeys.prepare(records);
      const mayBeOrdinary = mapped === undefined && errors === undefined && !hasDeletions;
      const ordinary = mayBeOrdinary ? markOrdinary(records) : undefined;
      const first = rows;
      // The scan stops at the first row at which the share of rejects is too large.
      for (let r = 0; r < records.count && !tally.has_too_many; r++) {
        const row = rows++;
        if (row > 0 && ordinary?.[r] === 1) isNewKey(records, r, row);
        else applyRow(records, r, row, mapped);
      }
      bounds.add(records, offset, first, rows - first);
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
      return ignored;
    },
    get deletions() {
      return deletions;
    },
    get key_figures() {
      return { rows: rows - ignored, ...figures };
    },
    first_keys: firstKeys,
    get unusual() {
      return unusual;
    },
    get distinct_keys() {
      return keys.count();
    },
    isSkipped: (row) => skip.has(row),
    isDeletion: (row) => hasDeletions && deleting.has(row),
    hasKey(text) {
      const bytes = Buffer.from(text);
      return keys.has(bytes, 0, bytes.length);
    },
    rowOf(text) {
      const bytes = Buffer.from(text);
      return keys.get(bytes, 0, bytes.length);
    },
    tooManyRejects: () => (tally.has_too_many ? tally.problem(rows) : undefined),
    chunks: (textEnd) => bounds.chunks(textEnd, skip),
    release() {
      keys.release();
    },
  };
}
