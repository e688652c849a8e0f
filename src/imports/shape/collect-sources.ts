// The first pass over the records of a file, if products need more than neighbouring records: collects lookup tables, the parents that
// products name for their variants, and where the scattered records of each product are.
import { skuKey } from "../../catalog/product/sku-key.ts";
import type { Dialect } from "../../../contract/imports/imports.ts";
import { KeyTable } from "../keys/key-table.ts";
import type { TableNode } from "../mapping/plan.ts";
import { ERASED, readerOf, type ReadValue } from "../mapping/run/value.ts";
import { DynamicNames } from "../mapping/run/attributes/named-values.ts";
import type { IsMet } from "../mapping/run/condition.ts";
import type { Records } from "../read/records.ts";
import { LINKS_NAME, LookupTables, type Entry } from "./lookup-tables.ts";
import { ProductReader } from "./product-reader.ts";
import { meetsAny, RecordJudge, type ShapedPlan } from "./record-judge.ts";
import { Scattered } from "./scattered.ts";

/** The table with the parent of each variant. */
const LINKS: TableNode = { name: LINKS_NAME, entry: null, is_path: false, join: null };

/** Facts about the whole file that forming products needs. A first reading of the file collects them. */
export interface Sources {
  tables: LookupTables;
  /** Returns the SKU of the product that names this SKU as its variant. */
  parentOf: (sku: string) => string | undefined;
  scattered: Scattered;
}

/** Whether the file must be read a first time to collect `Sources`. */
export const needsSources = ({ shape }: ShapedPlan): boolean =>
  shape.overlay !== null || shape.merges || shape.links.length > 0 || shape.tables.some(({ entry }) => entry !== null);

/** Facts about the file that are known before its records are read. */
export interface Known {
  /** Entries of lookup tables that the conversion of the file has collected, by the name of the table. */
  entries?: Readonly<Record<string, readonly Entry[]>> | undefined;
  /** Which of several rows with the same SKU the import applies if it does not merge them; by default the last one. */
  repeats?: Repeats | undefined;
}

export type Repeats = "last" | "first" | "reject";

export interface FoundRecord {
  /** Number of the record in the file, from 1. */
  row: number;
  /** Position of the record in the text of the file, in bytes. */
  at: number;
}

export class SourceCollector {
  readonly #plan: ShapedPlan;
  readonly #judge: RecordJudge;
  readonly #adds: IsMet[];
  readonly #begins: IsMet | undefined;
  readonly #readers: ProductReader[];
  readonly #entries: { name: string; key: ReadValue; value: ReadValue; parent: ReadValue | undefined }[];
  readonly #links: ReadValue[];
  readonly #tables: LookupTables;
  readonly #scattered: Scattered;
  readonly #repeats: Repeats;
  readonly #keys = new KeyTable();
  /** By the number of a replaced record: the number of the record that replaces it. -1 marks the first layer of a product whose own row has
   * not been read yet. */
  readonly #replaced = new Map<number, number>();
  /** The key of the first product in the current group, if a group begins at a row that meets a condition. */
  #groupSku: string | null = null;
  /** Bit r is set if a layer of the product in record r has been found. */
  #layered = new Uint8Array(1 << 16);

  constructor(plan: ShapedPlan, dialect: Dialect, { entries = {}, repeats = "last" }: Known = {}) {
    const { products, tables, links, group } = plan.shape;
    this.#plan = plan;
    this.#repeats = repeats;
    this.#scattered = new Scattered(plan.width);
    // Ignore texts that a value map does not contain: the second reading of the file reports them.
    this.#judge = new RecordJudge(plan, dialect, { notes: { kept: () => undefined, unseen: () => undefined } });
    this.#adds = this.#judge.conditions(group?.adds ?? []);
    const begins = group?.begins ?? null;
    this.#begins = begins === null ? undefined : this.#judge.conditions([begins])[0];
    const { context } = this.#judge;
    const names = new DynamicNames();
    this.#readers = products.map((product) => new ProductReader(plan, product, context, names));
    this.#entries = tables.flatMap(({ name, entry }) => {
      if (entry === null) return [];
      const { key, value, parent } = entry;
      return [
        {
          name,
          key: readerOf(key, context),
          value: readerOf(value, context),
          parent: parent === null ? undefined : readerOf(parent, context),
        },
      ];
    });
    this.#links = links.map((node) => readerOf(node, context));
    this.#tables = new LookupTables([...tables, LINKS]);
    for (const [name, list] of Object.entries(entries)) for (const entry of list) this.#tables.add(name, entry);
  }

  /** Adds the sources that a record contains. The caller does not pass refused records. */
  add(records: Records, r: number, { row, at }: FoundRecord): void {
    const judge = this.#judge;
    judge.open(records, r);
    if (judge.isTooLong()) return;
    // Even an ignored row can be an entry of a lookup table, such as the name of a category.
    this.#addEntries();
    if (judge.isIgnored()) return;
    const { overlay, merges } = this.#plan.shape;
    if (overlay === null && !merges && this.#links.length === 0) return;
    if (this.#begins?.(judge.row) === true) this.#groupSku = null;
    if (meetsAny(this.#adds, judge.row)) {
      if (this.#groupSku !== null) this.#addLinks(this.#groupSku);
      return;
    }
    const sku = this.#keyOf();
    if (sku === null) return;
    this.#addLinks(sku);
    if (overlay === null && !merges) return;
    const bytes = (records.end[r] as number) - (records.start[r] as number);
    this.#place(sku, { row, at, bytes, line: records.line[r] as number });
  }

  finish(): Sources {
    this.#keys.release();
    this.#scattered.close((base) => this.#resolve(base));
    this.#replaced.clear();
    const tables = this.#tables;
    const parentOf = (sku: string): string | undefined => {
      const parent = tables.lookup(LINKS.name, skuKey(sku));
      return typeof parent === "string" ? parent : undefined;
    };
    return { tables, parentOf, scattered: this.#scattered };
  }

  /** Returns the key of the current record. A layer without a key belongs to the product of the group that contains the layer. */
  #keyOf(): string | null {
    const judge = this.#judge;
    const kind = judge.kindOf();
    if (kind < 0) return null;
    const own = (this.#readers[kind] as ProductReader).field(judge.row, "sku");
    if (this.#begins === undefined) return own;
    this.#groupSku ??= own;
    return own ?? (this.#plan.shape.overlay !== null && (judge.layerOf() ?? "") !== "" ? this.#groupSku : null);
  }

  #addEntries(): void {
    const { row } = this.#judge;
    for (const { name, key, value, parent } of this.#entries) {
      const keyText = textOf(key, row);
      const valueText = textOf(value, row);
      if (keyText !== "" && valueText !== "")
        this.#tables.add(name, [keyText, valueText, parent === undefined ? null : textOf(parent, row)]);
    }
  }

  #addLinks(sku: string): void {
    for (const read of this.#links) {
      const result = read(this.#judge.row);
      if (result === null || result === ERASED) continue;
      for (const child of typeof result === "string" ? [result] : result)
        this.#tables.add(LINKS.name, [skuKey(child), sku]);
    }
  }

  /** Decides to which product the record belongs. */
  #place(sku: string, record: { row: number; at: number; bytes: number; line: number }): void {
    const { row } = record;
    const key = Buffer.from(skuKey(sku));
    const layer = this.#judge.layerOf();
    // The second pass rejects a row that does not name its layer.
    if (layer === "") return;
    const isLayer = layer !== undefined;
    const other = this.#keys.find(key, 0, key.length, row);
    if (isLayer) {
      if (other < 0) this.#replaced.set(row, -1);
      const base = other < 0 ? row : other;
      this.#noteLayer(base);
      this.#scattered.add(base, record);
      return;
    }
    if (other < 0) return;
    if (this.#replaced.get(other) === -1) {
      this.#replaced.set(other, row);
      this.#noteLayer(row);
      this.#keys.replace(row);
    } else if (this.#plan.shape.merges) this.#scattered.add(other, record);
    else if (this.#repeats === "last") {
      // The scan applies the last of several rows with the same SKU. The overlay's layers for this SKU are therefore added to this row.
      if (this.#hasLayer(other)) this.#replaced.set(other, row);
      this.#keys.replace(row);
    }
  }

  #noteLayer(row: number): void {
    if (row >> 3 >= this.#layered.length) {
      const larger = new Uint8Array(Math.max(this.#layered.length * 2, (row >> 3) + 1));
      larger.set(this.#layered);
      this.#layered = larger;
    }
    this.#layered[row >> 3] = (this.#layered[row >> 3] as number) | (1 << (row & 7));
  }

  #hasLayer = (row: number): boolean => (((this.#layered[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;

  /** Follows the chain of records that replace `base`, and returns the last of these records; -1 if the file has only layers of the
   * product. Shortens the chain, so that the next call for it takes one step. */
  #resolve(base: number): number {
    let last = base;
    for (let next = this.#replaced.get(last); next !== undefined && last !== -1; next = this.#replaced.get(last))
      last = next;
    for (let row = base; row !== last;) {
      const next = this.#replaced.get(row) ?? last;
      this.#replaced.set(row, last);
      row = next;
    }
    return last;
  }
}

function textOf(read: ReadValue, row: RecordJudge["row"]): string {
  const result = read(row);
  return typeof result === "string" ? result.trim() : "";
}
