// Adds scattered records to the product that they belong to: layers of an overlay, and records that are merged into the product's first
// record.
import type { DynamicNames } from "../mapping/run/attributes/named-values.ts";
import type { Notes } from "../mapping/run/notes.ts";
import type { Row } from "../mapping/run/row.ts";
import { MAX_LIST_ELEMENTS } from "../../../contract/catalog/attribute-value.ts";
import { addLayer, ProductMerger } from "./add-to-product.ts";
import type { Attached, FormedCounts, LeftRecord, LeftRecords } from "./formed.ts";
import type { ProductReader } from "./product-reader.ts";
import type { FormedProduct } from "./products-text.ts";
import type { RecordJudge, ShapedPlan } from "./record-judge.ts";

interface PartsContext {
  /** Classifies the records that are added to a product from other places of the file. */
  judge: RecordJudge;
  readers: readonly ProductReader[];
  names: DynamicNames;
  left: LeftRecords;
  notes: Notes;
  counts: FormedCounts;
}

interface Target {
  product: FormedProduct;
  /** The product's values before records from other places of the file are merged into the product. */
  base: Pick<FormedProduct, "fields" | "attributes">;
  merger: ProductMerger;
}

export class ProductParts {
  readonly #plan: ShapedPlan;
  readonly #judge: RecordJudge;
  readonly #readers: readonly ProductReader[];
  readonly #names: DynamicNames;
  readonly #left: LeftRecords;
  readonly #notes: Notes;
  readonly #counts: FormedCounts;
  readonly #attached = new Map<number, Attached>();

  constructor(plan: ShapedPlan, { judge, readers, names, left, notes, counts }: PartsContext) {
    this.#plan = plan;
    this.#judge = judge;
    this.#readers = readers;
    this.#names = names;
    this.#left = left;
    this.#notes = notes;
    this.#counts = counts;
  }

  /** Stores the records from elsewhere in the file that belong to the product in record `row`. */
  attach(row: number, attached: Attached): void {
    this.#attached.set(row, attached);
  }

  /** Returns the total size of the records that `attach` has stored for the product in record `row`. */
  sizeOf(row: number): number {
    return this.#attached.get(row)?.size ?? 0;
  }

  /** Counts a record that only adds values to a product. */
  countAdd(left: LeftRecord): void {
    this.#counts.adds++;
    this.#left.ignore(left, "adds");
  }

  /** Rejects the records that `attach` has stored for the product in record `row`, because this product is too large. */
  rejectOf(row: number): void {
    const attached = this.#attached.get(row);
    if (attached === undefined) return;
    this.#attached.delete(row);
    for (let r = attached.from; r < attached.to; r++)
      this.#left.reject({ records: attached.records, r, row: attached.rows[r] as number }, "group_too_large", -1);
  }

  /** Leaves out a record of a kind that the mapping does not contain. */
  leaveKind(left: LeftRecord, row: Row): void {
    const { kinds } = this.#plan.shape;
    if (kinds === null || kinds.else === "ignore") {
      this.#left.ignore(left, "condition");
      return;
    }
    const { column } = kinds.by;
    const expected = `one of the kinds ${kinds.names.map((name) => `"${name}"`).join(", ")}`;
    this.#left.rejectFault(left, { code: "does_not_fit", column, text: column < 0 ? "" : row.text(column), expected });
  }

  /** Adds its scattered records to the product. */
  addTo(product: FormedProduct): void {
    const attached = this.#attached.get(product.row);
    if (attached === undefined) return;
    this.#attached.delete(product.row);
    const { records, rows, from, to } = attached;
    const base = { fields: new Map(product.fields), attributes: new Map(product.attributes) };
    const merger = new ProductMerger(product);
    for (let r = from; r < to; r++) this.#addPart({ product, base, merger }, { records, r, row: rows[r] as number });
    merger.finish();
  }

  #addPart({ product, base, merger }: Target, left: LeftRecord): void {
    const judge = this.#judge;
    judge.open(left.records, left.r);
    const kind = judge.kindOf();
    const reader = this.#readers[kind];
    if (reader === undefined) {
      this.leaveKind(left, judge.row);
      return;
    }
    const layer = judge.layerOf();
    const part = reader.read(judge.row, { row: left.row, line: 0, at: 0, bytes: 0 });
    if (judge.row.fault === undefined && layer !== undefined)
      addLayer(product, { base, part, layer, active_name: this.#plan.shape.overlay?.active_name ?? "active" }, (name) =>
        this.#names.admit(judge.row, name, this.#plan.shape.overlay?.by ?? -1),
      );
    if (judge.row.fault === undefined && layer === undefined) merge(merger, part, judge.row);
    const { fault } = judge.row;
    this.#notes.endRecord(fault === undefined);
    if (fault !== undefined) {
      this.#left.rejectFault(left, fault);
      return;
    }
    if (layer !== undefined) this.#counts.layers++;
    this.countAdd(left);
  }
}

/** Merges the record into the product. Rejects the record if a list would have too many elements. */
function merge(merger: ProductMerger, part: FormedProduct, row: Row): void {
  const name = merger.excessOf(part);
  if (name === undefined) {
    merger.add(part);
    return;
  }
  const value = part.attributes.get(name) ?? "";
  const shown = typeof value === "string" ? value : value.slice(0, 10).join(", ");
  const limit = MAX_LIST_ELEMENTS.toLocaleString("en");
  row.reject("does_not_fit", -1, shown, `part of the list "${name}", which has at most ${limit} elements`);
}
