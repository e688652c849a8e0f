// The values of the current group: what `{group: …}` and `over: group` read.
import type { GroupValue } from "../../../contract/mapping/value.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import { Row } from "../mapping/run/row.ts";
import type { RowGroup } from "../mapping/run/value.ts";
import type { ProductReader } from "./product-reader.ts";
import type { RecordGroup } from "./record-group.ts";

export class GroupValues implements RowGroup {
  serial = 0;
  /** Index of the record whose values are being read. */
  current = -1;
  readonly #group: RecordGroup;
  readonly #newRow: () => Row;
  /** Reused rows with which `each` visits the records. Calls of `each` can be nested, so there is one row for each level. */
  readonly #visitors: Row[] = [];
  readonly #firstRow: Row;
  readonly #known = new Map<GroupValue, string | null>();
  #depth = 0;
  #by: string | null = null;
  /** Index of the first record that is a product, and the reader of its values; -1 if the group has none. */
  #first = -1;
  #reader: ProductReader | undefined;

  constructor(group: RecordGroup, width: number, dialect: Dialect) {
    this.#group = group;
    this.#newRow = () => new Row(width, dialect);
    this.#firstRow = this.#newRow();
  }

  /** Begins a group of which all records are known. @param by the value that all records of the group share */
  begin(by: string | null, first: { index: number; reader: ProductReader | undefined }): void {
    this.serial++;
    this.current = -1;
    this.#by = by;
    this.#first = first.index;
    this.#reader = first.reader;
    this.#known.clear();
  }

  value(name: GroupValue): string | null {
    if (name === "by") return this.#by;
    // All other values are those of the group's first product. In this product itself, they are blank.
    if (this.#first < 0 || this.current === this.#first) return null;
    let value = this.#known.get(name);
    if (value === undefined) this.#known.set(name, (value = this.#valueOfFirst(name === "first" ? "sku" : name)));
    return value;
  }

  each(visit: (row: Row) => void): void {
    const row = (this.#visitors[this.#depth] ??= this.#newRow());
    this.#depth++;
    const { records } = this.#group;
    for (let r = 0; r < records.count; r++) {
      row.open(records, r);
      visit(row);
    }
    this.#depth--;
  }

  #valueOfFirst(target: "sku" | "name" | "description" | "active"): string | null {
    const { current } = this;
    this.current = this.#first;
    this.#firstRow.open(this.#group.records, this.#first);
    const value = this.#reader?.field(this.#firstRow, target) ?? null;
    this.current = current;
    return value;
  }
}
