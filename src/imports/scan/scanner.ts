// The first pass over a file, which inspects each record once and writes nothing to the catalogue. It finds the exact number of rows,
// the rejects that do not depend on existing products, the superseded rows of repeated SKUs, and the chunk boundaries. Afterwards the
// chunks are independent of each other: each SKU is applied by exactly one chunk.
import { FIELD_NAMES } from "../../catalog/product/column-lists.ts";
import type { Chunk } from "../chunk-store.ts";
import { KeyTable } from "../keys/key-table.ts";
import { typedColumns } from "./rows/cell-rules.ts";
import { Bits } from "./rows/bits.ts";
import { ChunkBounds } from "./rows/chunk-bounds.ts";
import { errorColumns, findErrorValues } from "./rows/cells/error-values.ts";
import { mayBeUnusual } from "./rows/cells/unusual-keys.ts";
import { LeftRows } from "./rows/left-rows.ts";
import { OrdinaryRows } from "./rows/ordinary-rows.ts";
import { RowFaults } from "./rows/row-faults.ts";
import { RowKeys } from "./rows/row-keys.ts";
import type { ScanRules } from "./rows/scan-rules.ts";
import type { Layout } from "../layout.ts";
import type { Mapped } from "../mapping/mapper.ts";
import type { KeyFigures } from "../read/columns/key/judge-key.ts";
import { valuesOf } from "../read/columns/match-columns.ts";
import { HeaderTest } from "../read/fit/header-rows.ts";
import type { Records } from "../read/records.ts";
import type { Dialect, IgnoredRow, Reject } from "../../../contract/imports/imports.ts";
import type { Problem } from "../../../contract/problems.ts";

/** Default number of keys in `first_keys` if the file has no name column. */
const FIRST_KEYS = 1000;

type ScannedMapping = Pick<Mapped, "ignored" | "faults">;

const isIgnoredBy = ({ ignored }: ScannedMapping, r: number): boolean =>
  ignored !== null && (((ignored[r >> 3] as number) >> (r & 7)) & 1) === 1;

/** Whether the header is the one of an export of the catalogue. In an export, a SKU such as "null" is a real SKU, because every product has a
 * SKU. In other files, it means that the SKU is missing. */
const isExport = (header: readonly string[] | undefined): boolean =>
  FIELD_NAMES.every((name, i) => header?.[i] === name);

/**
 * Scans rows. The header is not a row: the caller must not pass it to the scanner. The code is in methods of classes, here and in rows/,
 * because V8 keeps the optimized code of a method for the next import. It discards the code of functions that are created for one import.
 */
export class Scanner {
  readonly #layout: Layout;
  readonly #rules: ScanRules;
  readonly #keys = new KeyTable();
  readonly #rowKeys: RowKeys;
  readonly #bounds: ChunkBounds;
  readonly #checked: ReturnType<typeof errorColumns>;
  readonly #header: HeaderTest;
  readonly #faults: RowFaults;
  readonly #ordinary: OrdinaryRows;
  readonly #skip = new Bits();
  /** The rows without a name, in a file with a column of names. */
  readonly #nameless = new Bits();
  /** The rows that delete their products. Used only if the mapping defines deletions. */
  readonly #deleting = new Bits();
  readonly #hasDeletions: boolean;
  readonly #maxFirstKeys: number;
  readonly #firstKeys: string[] = [];
  readonly #left: LeftRows;
  #unusual: number[] = [];
  #rows = 0;
  #superseded = 0;
  #deletions = 0;
  #blanks = 0;
  #repeated = 0;
  /** For each record of the window with an error value such as #N/A: the index of the first column with such a value. */
  #errors: ReadonlyMap<number, number> | undefined;

  constructor(layout: Layout, dialect: Dialect, rules: ScanRules) {
    this.#layout = layout;
    this.#rules = rules;
    this.#bounds = new ChunkBounds(layout, rules.chunk_records);
    const typed = typedColumns(layout, (column) => valuesOf(rules.sample ?? [], column), rules.active_watch);
    this.#faults = new RowFaults(layout, dialect, typed);
    this.#checked = errorColumns(layout, rules.plan ?? null);
    const header = new HeaderTest(rules.header ?? [], layout.sku, dialect);
    this.#header = header;
    const keys = new RowKeys(this.#keys, layout, dialect, isExport(rules.header));
    this.#rowKeys = keys;
    this.#ordinary = new OrdinaryRows({ layout, keys, header, typed, long_record: this.#faults.long_record });
    this.#hasDeletions = layout.delete >= 0;
    this.#maxFirstKeys = rules.first_keys ?? (layout.name < 0 ? FIRST_KEYS : 0);
    this.#left = new LeftRows({ layout, dialect }, this.#skip, rules.listed_rejects);
  }

  /** Scans the records of one window of bytes. `offset` is the start of `records.bytes` in the text. `mapped` contains the records that
   * the import's mapping ignores or rejects. */
  scan(records: Records, offset: number, mapped?: ScannedMapping): void {
    const first = this.#rows;
    this.#makeRoom(records);
    this.#errors = findErrorValues(records, this.#layout.width, this.#checked);
    this.#unusual = [];
    this.#rowKeys.prepare(records);
    const mayBeOrdinary = mapped === undefined && this.#errors === undefined && !this.#hasDeletions;
    this.#applyRows(records, mayBeOrdinary ? this.#ordinary.mark(records) : undefined, mapped);
    this.#bounds.add(records, offset, first, this.#rows - first);
  }

  /** Returns the listed rejects that were found since the last call. */
  takeRejects(): Reject[] {
    return this.#left.takeRejects();
  }

  /** Returns the ignored rows that were found since the last call. At most MAX_LISTED_REJECTS are returned in total; further ignored rows
   * are only counted. */
  takeIgnored(): IgnoredRow[] {
    return this.#left.takeIgnored();
  }

  /** Returns a problem if nearly every row so far was rejected, and the scan must stop; see tally.ts. */
  tooManyRejects(): Problem | undefined {
    return this.#left.tooMany(this.#rows);
  }

  get rows(): number {
    return this.#rows;
  }

  get superseded(): number {
    return this.#superseded;
  }

  get rejected(): number {
    return this.#left.rejected;
  }

  get ignored(): number {
    return this.#left.ignored;
  }

  /** Number of rows that delete their products, not counting superseded rows. */
  get deletions(): number {
    return this.#deletions;
  }

  /** The numbers of rows, of blank SKUs and of repeated SKUs. After the scan, they show whether the SKU column really contains the keys. */
  get key_figures(): KeyFigures {
    return { rows: this.#rows - this.#left.ignored, blanks: this.#blanks, repeated: this.#repeated };
  }

  /**
   * The first different keys of the file. Their maximum number is `rules.first_keys`; by default FIRST_KEYS for a file without a name
   * column, and 0 for other files. If no product has one of these keys, a file without a name column would create products without names.
   */
  get first_keys(): readonly string[] {
    return this.#firstKeys;
  }

  /** Indexes of the records in the last window whose SKUs are valid but may be unusual (rows/cells/unusual-keys.ts). */
  get unusual(): readonly number[] {
    return this.#unusual;
  }

  /** Number of different keys. */
  get distinct_keys(): number {
    return this.#keys.count();
  }

  /** Returns whether the row with this index is rejected, ignored or superseded. */
  isSkipped(row: number): boolean {
    return this.#skip.has(row);
  }

  /** Returns whether the row with this index deletes its product. */
  isDeletion(row: number): boolean {
    return this.#hasDeletions && this.#deleting.has(row);
  }

  /** Returns whether a row has this key. */
  hasKey(key: string): boolean {
    return this.rowOf(key) >= 0;
  }

  /** Returns the index of the row that has this key and is not superseded; -1 if no row has the key. The row may be rejected. */
  rowOf(key: string): number {
    const bytes = Buffer.from(key);
    return this.#keys.get(bytes, 0, bytes.length);
  }

  /** Returns the chunks. Call it once, after the last window. `textEnd` is the length of the text. */
  chunks(textEnd: number): Chunk[] {
    return this.#bounds.chunks(textEnd, this.#skip);
  }

  /** Frees the memory of the keys. Nothing can be scanned afterwards. */
  release(): void {
    this.#keys.release();
  }

  #makeRoom(records: Records): void {
    const { text_size: textSize } = this.#rules;
    if (this.#rows === 0 && textSize !== undefined && records.count > 0) {
      const bytes = (records.end[records.count - 1] as number) - (records.start[0] as number);
      this.#keys.expect((textSize / Math.max(bytes, 1)) * records.count);
    }
    const rows = this.#rows + records.count;
    this.#skip.grow(rows);
    this.#nameless.grow(rows);
    if (this.#hasDeletions) this.#deleting.grow(rows);
  }

  /** Applies the records up to the first one at which the share of rejects is too large. */
  #applyRows(records: Records, ordinary: Uint8Array | undefined, mapped: ScannedMapping | undefined): void {
    for (let r = 0; r < records.count && !this.#left.has_too_many; r++) {
      const row = this.#rows++;
      if (row > 0 && ordinary?.[r] === 1) this.#isNewKey(records, r, row);
      else this.#applyRow(records, r, row, mapped);
    }
  }

  #applyRow(records: Records, r: number, row: number, mapped: ScannedMapping | undefined): void {
    if (this.#header.matches(records, r, row)) {
      this.#left.ignore(records, r, row, "header_repeated");
      return;
    }
    if (mapped !== undefined && isIgnoredBy(mapped, r)) {
      this.#left.ignore(records, r, row, "condition");
      return;
    }
    if (this.#rejectFaulty(records, r, row, mapped)) return;
    const field = (records.first_field[r] as number) + this.#layout.sku;
    const skuStart = records.field_start[field] as number;
    if (mayBeUnusual(records.bytes, skuStart, records.field_end[field] as number, records.is_ascii))
      this.#unusual.push(r);
    if (!this.#isNewKey(records, r, row)) return;
    if (this.#faults.deletes(records, r)) {
      this.#deleting.set(row);
      this.#deletions++;
    } else if (this.#layout.name >= 0 && !this.#faults.hasValue(records, r, this.#layout.name)) this.#nameless.set(row);
  }

  /** Rejects the row if it has a fault. @returns whether it has one */
  #rejectFaulty(records: Records, r: number, row: number, mapped: ScannedMapping | undefined): boolean {
    const fault = this.#faults.faultOf(records, r);
    if (fault !== undefined) {
      this.#left.reject(records, r, row, fault, this.#faults.column);
      return true;
    }
    const mappingFault = mapped?.faults.get(r);
    if (mappingFault !== undefined) {
      this.#left.rejectMapped(records, r, row, mappingFault);
      return true;
    }
    const errorColumn = this.#errors?.get(r);
    if (errorColumn !== undefined && !this.#faults.deletes(records, r)) {
      this.#left.reject(records, r, row, "value_damaged", errorColumn);
      return true;
    }
    const keyFault = this.#rowKeys.faultOf(r);
    if (keyFault === undefined) return false;
    if (keyFault === "sku_empty") this.#blanks++;
    this.#left.reject(records, r, row, keyFault, this.#layout.sku);
    return true;
  }

  /** Searches for the key of a row without a fault. @returns whether no earlier row has the key */
  #isNewKey(records: Records, r: number, row: number): boolean {
    const other = this.#rowKeys.find(r, row);
    if (other >= 0) this.#repeat(records, r, row, other);
    else if (this.#firstKeys.length < this.#maxFirstKeys) this.#firstKeys.push(this.#rowKeys.textOf(records, r));
    return other < 0;
  }

  /** Decides which of two rows with the same key is applied. A row without a name never replaces a row with a name, unless one of the
   * rows deletes the product. */
  #repeat(records: Records, r: number, row: number, other: number): void {
    const { name, sku } = this.#layout;
    const { repeats } = this.#rules;
    this.#repeated++;
    const isDeletion = this.#faults.deletes(records, r);
    const isOtherDeletion = this.isDeletion(other);
    const isNamed = isDeletion || name < 0 || this.#faults.hasValue(records, r, name);
    const isOtherNameless = name >= 0 && this.#nameless.has(other);
    if (!isNamed && !isOtherNameless && !isOtherDeletion) {
      this.#left.reject(records, r, row, "repeat_without_name", name);
      return;
    }
    if (repeats === "last" || (isNamed && isOtherNameless && !isDeletion)) {
      this.#skip.set(other);
      this.#keys.replace(row);
      if (!isNamed) this.#nameless.set(row);
      if (isDeletion) this.#deleting.set(row);
      this.#deletions += Number(isDeletion) - Number(isOtherDeletion);
    } else if (repeats === "reject") {
      this.#left.reject(records, r, row, "sku_repeated", sku);
      return;
    } else this.#skip.set(row);
    this.#superseded++;
  }
}
