// Evaluates a plan for one record, and appends the values to the record.
import type { FieldName } from "../../../catalog/product/column-lists.ts";
import type { Records } from "../../read/records.ts";
import type { ConditionNode, MappingPlan } from "../plan.ts";
import { sizeOf } from "../value-size.ts";
import { conditionOf, type IsMet } from "./condition.ts";
import { Members } from "./attributes/members.ts";
import { rejectsExcess, RowWork } from "./row-work.ts";
import type { Row } from "./row.ts";
import type { ValueContext } from "./value.ts";
import { ValueWriter } from "./value-writer.ts";
import type { WindowCopy } from "./window-copy.ts";

/** The cell in the column `delete` of a record that deletes its product. */
const DELETES = Buffer.from("yes");

/** Maximum number of bytes of the values of a record. Without this limit, a long column that 500 values use would fill the memory. */
const MAX_MAPPED_BYTES = 16 << 20;

interface Field {
  target: FieldName;
  value: ValueWriter;
  column: number;
}

export class RecordMapper {
  readonly #plan: MappingPlan;
  readonly #row: Row;
  readonly #window: WindowCopy;
  readonly #work: RowWork;
  readonly #conditions: IsMet[];
  /** Whether a record deletes its product; undefined if no record does. */
  readonly #deletes: IsMet | undefined;
  readonly #fields: Field[];
  readonly #members: Members | undefined;
  readonly #hasRemovals: boolean;
  /** Maximum size of a record in bytes. The mapped values of a larger record could exceed MAX_MAPPED_BYTES. */
  readonly #longest: number;
  /** Maximum size of a record in bytes. In a larger record, a value that a condition compares could exceed MAX_MAPPED_BYTES. */
  readonly #longestCompared: number;

  constructor(plan: MappingPlan, context: ValueContext, row: Row, window: WindowCopy) {
    this.#plan = plan;
    this.#row = row;
    this.#window = window;
    this.#work = new RowWork(plan);
    this.#conditions = plan.ignore.map((condition) => conditionOf(condition, context));
    const { delete_when } = plan;
    this.#deletes = delete_when === undefined ? undefined : conditionOf(delete_when, context);
    this.#fields = plan.fields.map(({ target, value }) => ({
      target,
      value: new ValueWriter(value, context, false),
      column: value.column,
    }));
    const sizes = plan.columns.find(({ copies }) => copies !== undefined);
    this.#members = plan.columns.some(({ target }) => target === "members") ? new Members(plan, context) : undefined;
    this.#hasRemovals = plan.columns.some(({ target }) => target === "removals");
    this.#longest = (MAX_MAPPED_BYTES - (sizes?.added_bytes ?? 0)) / (sizes?.copies ?? 1);
    this.#longestCompared = Math.min(...plan.ignore.map(longestCompared), Infinity);
  }

  /** Whether the current record is ignored because it meets a condition. */
  isIgnored(): boolean {
    // Do not ignore a record that needs too much work or memory: `append` rejects it.
    if (this.#work.excessOf(this.#row) !== undefined || this.#row.byteLength() > this.#longestCompared) return false;
    for (let i = 0; i < this.#conditions.length; i++) if ((this.#conditions[i] as IsMet)(this.#row)) return true;
    return false;
  }

  /** Appends the computed values to the current record. */
  append(records: Records, r: number, isScan: boolean): void {
    const row = this.#row;
    const bytes = (records.end[r] as number) - (records.start[r] as number);
    if (rejectsExcess(this.#work, row)) return;
    if (this.#deletes !== undefined && this.#appendDeletion(this.#deletes)) return;
    for (const column of this.#plan.reject_blank)
      if (row.isBlank(column)) row.reject("value_empty", column, "", "a value");
    if (bytes > this.#longest || row.byteLength() > this.#longestCompared)
      row.reject("value_too_long", -1, "", `at most ${MAX_MAPPED_BYTES.toLocaleString("en")} bytes in all values`);
    for (let f = 0; f < this.#fields.length && row.fault === undefined; f++)
      this.#appendField(this.#fields[f] as Field);
    if (this.#members === undefined || row.fault !== undefined) return;
    if (isScan) this.#members.check(row, this.#window.out, bytes);
    else this.#appendMembers(this.#members);
  }

  /** Appends the cell of the column `delete`. If the record deletes its product, also appends the record's key, and leaves all other values
   * blank. Returns whether the record deletes its product. */
  #appendDeletion(deletes: IsMet): boolean {
    const { out } = this.#window;
    const start = out.length;
    const isDeletion = deletes(this.#row);
    if (isDeletion) out.copy(DELETES);
    this.#window.bounds(start, out.length);
    if (!isDeletion) return false;
    for (const field of this.#fields) {
      if (field.target === "sku") this.#appendField(field);
      else this.#window.bounds(out.length, out.length);
    }
    return true;
  }

  #appendField({ target, value, column }: Field): void {
    const { out } = this.#window;
    const start = out.length;
    const outcome = value.write(this.#row, out);
    this.#window.bounds(start, out.length);
    if (outcome !== "erased") return;
    if (target === "name")
      this.#row.reject(
        "does_not_fit",
        column,
        this.#row.text(column),
        "a name: a marker cannot erase the name of a product",
      );
    else if (target !== "active") this.#window.erase();
  }

  #appendMembers(members: Members): void {
    const { out } = this.#window;
    const start = out.length;
    const end = members.write(this.#row, out);
    this.#window.bounds(start, end);
    if (this.#hasRemovals) this.#window.bounds(end, out.length);
  }
}

/** Returns the maximum size of a record in bytes. In a larger record, a value that the condition compares could exceed MAX_MAPPED_BYTES. */
function longestCompared({ of, any }: ConditionNode): number {
  const others = Math.min(...(any ?? []).map(longestCompared), Infinity);
  if (of === null) return others;
  const { fixed, columns } = sizeOf(of).bytes;
  return Math.min(others, (MAX_MAPPED_BYTES - fixed) / Math.max(1, ...columns.values()));
}
