// Forms products from the records of a file: the second pass over the file, or the only one if products consist of neighbouring records.
import type { Dialect } from "../../../contract/imports/imports.ts";
import { skuKey } from "../../catalog/product/sku-key.ts";
import { KeyTable } from "../keys/key-table.ts";
import type { MappingFault } from "../mapping/run/row.ts";
import type { IsMet } from "../mapping/run/condition.ts";
import { createNotes, type Notes } from "../mapping/run/notes.ts";
import { DynamicNames } from "../mapping/run/attributes/named-values.ts";
import { readerOf, type ReadValue } from "../mapping/run/value.ts";
import type { Records } from "../read/records.ts";
import type { Attached, FormedCounts, LeftRecord, LeftRecords } from "./formed.ts";
import { ProductParts } from "./product-parts.ts";
import type { FoundRecord, Sources } from "./collect-sources.ts";
import { GroupValues } from "./group-values.ts";
import { ProductReader } from "./product-reader.ts";
import { ProductsWriter, textLength, tooLarge, type FormedProduct } from "./products-text.ts";
import { RecordGroup, recordSize } from "./record-group.ts";
import { meetsAny, RecordJudge, type ShapedPlan } from "./record-judge.ts";
import { MAX_GROUP_BYTES, MAX_GROUP_RECORDS } from "./scattered.ts";

/** Maximum number of bytes of all products that are formed from one group of records. The same limit applies to the products that the
 * rejects of the group show. Without a limit, a text that all records of a group share could be repeated in each product. */
const MAX_FORMED_BYTES = 32 << 20;

const KEPT_LINES = 3;

export class ProductFormer {
  readonly notes: Notes = createNotes();
  readonly counts: FormedCounts = {
    products: 0,
    groups: 0,
    adds: 0,
    layers: 0,
    repeated: { count: 0, lines: [] },
  };
  readonly #plan: ShapedPlan;
  readonly #left: LeftRecords;
  readonly #sources: Sources | undefined;
  readonly #judge: RecordJudge;
  readonly #readers: ProductReader[];
  readonly #writer: ProductsWriter;
  readonly #group = new RecordGroup();
  readonly #values: GroupValues;
  readonly #parts: ProductParts;
  readonly #by: ReadValue | undefined;
  readonly #begins: IsMet | undefined;
  readonly #adds: IsMet[];
  readonly #deletes: IsMet[];
  readonly #seen: KeyTable | undefined;
  #currentBy: string | null = null;
  #attachedSize = 0;
  #isTooLarge = false;
  #formedBytes = 0;
  #rejectedCharacters = 0;

  constructor(plan: ShapedPlan, dialect: Dialect, left: LeftRecords, sources?: Sources) {
    const { shape } = plan;
    this.#plan = plan;
    this.#left = left;
    this.#sources = sources;
    this.#values = new GroupValues(this.#group, plan.width, dialect);
    const services = { notes: this.notes, lookup: sources?.tables.lookup, group: this.#values };
    this.#judge = new RecordJudge(plan, dialect, services);
    const { context } = this.#judge;
    const names = new DynamicNames();
    this.#readers = shape.products.map((product) => new ProductReader(plan, product, context, names));
    const { notes, counts } = this;
    const partJudge = new RecordJudge(plan, dialect, services);
    this.#parts = new ProductParts(plan, { judge: partJudge, readers: this.#readers, names, left, notes, counts });
    this.#writer = new ProductsWriter(plan.columns);
    this.#by = shape.group === null || shape.group.by === null ? undefined : readerOf(shape.group.by, context);
    this.#begins =
      shape.group === null || shape.group.begins === null ? undefined : this.#judge.conditions([shape.group.begins])[0];
    this.#adds = this.#judge.conditions(shape.group?.adds ?? []);
    this.#deletes = this.#judge.conditions(plan.delete_when === undefined ? [] : [plan.delete_when]);
    this.#seen = this.#by === undefined ? undefined : new KeyTable();
  }

  /** Number of bytes of formed products since the last `take`. */
  get length(): number {
    return this.#writer.length;
  }

  /** Returns the text of the products that were formed since the last call. */
  take(): Buffer {
    return this.#writer.take();
  }

  /** Adds the records from elsewhere in the file that belong to the product in record `row`. Call this before calling `add` for record
   * `row`. */
  attach(row: number, attached: Attached): void {
    this.#parts.attach(row, attached);
  }

  /** Adds the next record to the current group or to a new group. The caller does not pass refused records. */
  add(records: Records, r: number, found: FoundRecord): void {
    const { row } = found;
    const judge = this.#judge;
    judge.open(records, r);
    const { fault } = judge.isTooLong() ? judge.row : {};
    if (fault !== undefined) {
      this.#left.rejectFault({ records, r, row }, fault);
      return;
    }
    if (judge.isIgnored()) {
      this.#left.ignore({ records, r, row }, "condition");
      return;
    }
    if (!this.#isOwn(records, r, row)) return;
    // Classify the record before `endGroup`, which makes `judge` read the records of the previous group.
    const isAdd = meetsAny(this.#adds, judge.row);
    if (this.#beginsGroup(records.line[r] as number)) this.#endGroup();
    this.#attachedSize += this.#parts.sizeOf(row);
    const size = this.#group.size + this.#attachedSize + recordSize(records, r);
    const isFull = this.#group.count >= MAX_GROUP_RECORDS || size > MAX_GROUP_BYTES;
    if (isFull && this.#group.count > 0) this.#rejectGroup();
    if (this.#isTooLarge) this.#rejectLarge({ records, r, row });
    else this.#group.append(records, r, found, isAdd);
  }

  /** Ends the last group. */
  end(): void {
    this.#endGroup();
    this.#seen?.release();
  }

  /** Whether the record is not a part of another record's product. */
  #isOwn(records: Records, r: number, row: number): boolean {
    const place = this.#sources?.scattered.placeOf(row) ?? "own";
    switch (place) {
      case "own":
        return true;
      case "part":
        return false;
      case "orphan":
        this.#left.reject({ records, r, row }, "no_base_row", this.#plan.shape.overlay?.by ?? -1);
        return false;
      case "too_large":
        this.#left.reject({ records, r, row }, "group_too_large", -1);
        return false;
    }
  }

  /** Whether the current record begins a new group. */
  #beginsGroup(line: number): boolean {
    const { row } = this.#judge;
    if (this.#by !== undefined) {
      const result = this.#by(row);
      const by = typeof result === "string" ? result : null;
      if (by !== null && by === this.#currentBy) return false;
      this.#currentBy = by;
      this.#noteRepeated(by, line);
      return true;
    }
    return this.#begins === undefined || this.#begins(row);
  }

  #noteRepeated(by: string | null, line: number): void {
    if (by === null || this.#seen === undefined) return;
    const key = Buffer.from(by);
    if (this.#seen.find(key, 0, key.length, 0) < 0) return;
    const { repeated } = this.counts;
    repeated.count++;
    if (repeated.lines.length < KEPT_LINES) repeated.lines.push(line);
  }

  #endGroup(): void {
    if (this.#group.count > 0) this.#formGroup();
    this.#clear();
    this.#isTooLarge = false;
  }

  #clear(): void {
    this.#group.clear();
    this.#attachedSize = 0;
    this.#formedBytes = 0;
    this.#rejectedCharacters = 0;
  }

  #formGroup(): void {
    const group = this.#group;
    const { records } = group;
    if (records.count > 1) this.counts.groups++;
    const by = this.#groupBy();
    // The kind of a row can depend on all rows of its group, but not on which row is the first product, because that row is found by its
    // kind.
    this.#values.begin(by, { index: -1, reader: undefined });
    const kinds = group.adds.map((isAdd, r) => {
      this.#judge.open(records, r);
      return isAdd ? -1 : this.#judge.kindOf();
    });
    const first = kinds.findIndex((kind) => kind >= 0);
    group.fill(this.#plan.shape.group?.fill ?? [], this.#judge.row);
    this.#values.begin(by, { index: first, reader: this.#readers[kinds[first] ?? -1] });
    for (let r = 0; r < records.count; r++) {
      const left = { records, r, row: group.rows[r] as number };
      if (group.adds[r] !== true) this.#formProduct(left, kinds[r] as number);
      else if (first >= 0) this.#parts.countAdd(left);
      else this.#left.reject(left, "no_base_row", -1);
    }
  }

  /** Returns the value that all records of the group have in common. */
  #groupBy(): string | null {
    if (this.#by === undefined) return null;
    this.#judge.open(this.#group.records, 0);
    const result = this.#by(this.#judge.row);
    return typeof result === "string" ? result : null;
  }

  #formProduct(left: LeftRecord, kind: number): void {
    const { row } = this.#judge;
    const { records, r } = left;
    row.open(records, r);
    this.#values.current = r;
    const reader = this.#readers[kind];
    if (reader === undefined) {
      this.#parts.leaveKind(left, row);
      return;
    }
    if (this.#judge.layerOf(row) === "") {
      this.#left.reject(left, "value_empty", this.#plan.shape.overlay?.by ?? -1);
      return;
    }
    const position = {
      row: left.row,
      line: records.line[r] as number,
      at: this.#group.positions[r] as number,
      bytes: (records.end[r] as number) - (records.start[r] as number),
    };
    const deletes = meetsAny(this.#deletes, row);
    const product = deletes ? reader.readDeletion(row, position) : reader.read(row, position);
    const { fault } = row;
    this.notes.endRecord(fault === undefined);
    this.#parts.addTo(product);
    if (fault !== undefined) {
      this.#rejectProduct(left, fault, product);
      return;
    }
    if (!deletes) this.#link(product);
    const before = this.#writer.length;
    const isWritten = this.#formedBytes <= MAX_FORMED_BYTES && this.#writer.write(product);
    this.#formedBytes += this.#writer.length - before;
    if (isWritten) this.counts.products++;
    else if (this.#formedBytes > MAX_FORMED_BYTES) this.#left.reject(left, "group_too_large", -1);
    else this.#rejectProduct(left, tooLarge(product), product);
  }

  #rejectProduct(left: LeftRecord, fault: MappingFault, product: FormedProduct): void {
    this.#rejectedCharacters += textLength(product);
    const isShown = this.#rejectedCharacters <= MAX_FORMED_BYTES;
    this.#left.rejectFault(left, fault, isShown ? product : undefined);
  }

  #link({ fields }: FormedProduct): void {
    const sku = fields.get("sku");
    if (sku === undefined || fields.has("parent_sku") || this.#plan.shape.links.length === 0) return;
    const parent = this.#sources?.parentOf(sku);
    if (parent !== undefined && skuKey(parent) !== skuKey(sku)) fields.set("parent_sku", parent);
  }

  /** Rejects all records of a group that has become too large. Further records of the group are rejected when they are added. */
  #rejectGroup(): void {
    const { records, rows } = this.#group;
    for (let r = 0; r < records.count; r++) this.#rejectLarge({ records, r, row: rows[r] as number });
    this.#clear();
    this.#isTooLarge = true;
  }

  #rejectLarge(left: LeftRecord): void {
    this.#left.reject(left, "group_too_large", -1);
    this.#parts.rejectOf(left.row);
  }
}
