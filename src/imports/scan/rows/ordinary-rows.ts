// Recognizes ordinary rows: rows with a sound key, a name, the table's width and no value that has to be checked. In most files, nearly
// every row is ordinary, and the scanner only has to search for its key. The tests are cheap and run in one loop over a window. They may miss
// an ordinary row, which then is checked like any other row.
import type { HeaderTest } from "../../read/fit/header-rows.ts";
import { fieldYesOrNo } from "../../read/field-text.ts";
import type { Records } from "../../read/records.ts";
import type { Layout } from "../../layout.ts";
import type { TypedColumn } from "./cell-rules.ts";
import { mayBeUnusual } from "./cells/unusual-keys.ts";
import type { RowKeys } from "./row-keys.ts";

const BLANK = 0x20;
const FIRST_BEYOND_ASCII = 0x80;

/** What decides whether a row is ordinary. */
export interface OrdinaryRules {
  layout: Layout;
  keys: RowKeys;
  header: HeaderTest;
  typed: readonly TypedColumn[];
  /** A record with more bytes than this may have a value that is too long. */
  long_record: number;
}

export class OrdinaryRows {
  readonly #rules: OrdinaryRules;
  #marks = new Uint8Array(1024);

  constructor(rules: OrdinaryRules) {
    this.#rules = rules;
  }

  /** Marks the ordinary rows of a window with 1 in the returned array. The keys of the window must have been prepared. The array is valid
   * until the next call. */
  mark(records: Records): Uint8Array {
    if (this.#marks.length < records.count) this.#marks = new Uint8Array(records.count * 2);
    this.#write(records);
    return this.#marks;
  }

  #write(records: Records): void {
    const { bytes, count, fault, start, end, first_field, field_start, field_end, is_ascii } = records;
    const { layout, keys, header, typed, long_record } = this.#rules;
    const { sku, name, width } = layout;
    const marks = this.#marks;
    for (let r = 0; r < count; r++) {
      const first = first_field[r] as number;
      const isOrdinary =
        fault[r] === 0 &&
        (first_field[r + 1] as number) - first === width &&
        (end[r] as number) - (start[r] as number) <= long_record &&
        keys.faultOf(r) === undefined &&
        (name < 0 || hasPlainText(records, first + name)) &&
        !header.mayMatch(records, r) &&
        !mayBeUnusual(bytes, field_start[first + sku] as number, field_end[first + sku] as number, is_ascii) &&
        (typed.length === 0 || hasValidValues(typed, records, first));
      marks[r] = isOrdinary ? 1 : 0;
    }
  }
}

/** Whether the field begins with a visible ASCII character. */
function hasPlainText({ bytes, field_start, field_end }: Records, field: number): boolean {
  const start = field_start[field] as number;
  const letter = bytes[start] as number;
  return letter > BLANK && letter < FIRST_BEYOND_ASCII && start < (field_end[field] as number);
}

/** Whether each of these columns is blank or contains `yes` or `no`, and may contain them. */
function hasValidValues(typed: readonly TypedColumn[], records: Records, first: number): boolean {
  for (let c = 0; c < typed.length; c++) {
    const { index, takes_yes_or_no } = typed[c] as TypedColumn;
    const field = first + index;
    if (records.field_start[field] === records.field_end[field]) continue;
    if (!takes_yes_or_no || fieldYesOrNo(records, field) === undefined) return false;
  }
  return true;
}
