// Writes the values of a plan in the fastest way that gives the same results as value.ts.
import { MAX_LIST_ELEMENTS } from "../../../../contract/catalog/attribute-value.ts";
import { MAX_TEXT_BYTES } from "../../../../contract/catalog/product-limits.ts";
import { ESCAPED, QUOTED, type Records } from "../../read/records.ts";
import type { ValueNode } from "../plan.ts";
import type { ByteMemo } from "./bytes/byte-memo.ts";
import { byteWriterOf, dependsOnOtherCells, type WriteBytes } from "./byte-values.ts";
import type { OutBytes } from "./bytes/out-bytes.ts";
import type { Row } from "./row.ts";
import { ERASED, readerOf, type ReadValue, type Result, type ValueContext } from "./value.ts";

/** Values with more bytes are evaluated again by the general code in value.ts, and the size of the result is checked. */
const MAX_UNCHECKED_BYTES = 100_000;

export type Outcome = "blank" | "written" | "erased";

export class ValueWriter {
  readonly #read: ReadValue;
  readonly #writeBytes: WriteBytes | undefined;
  readonly #memo: ByteMemo | undefined;
  readonly #isJson: boolean;
  readonly #column: number;

  /** @param isJson whether to write JSON: a string or an array. If false, the value must be a text */
  constructor(node: ValueNode, context: ValueContext, isJson: boolean) {
    this.#read = readerOf(node, context);
    this.#isJson = isJson;
    this.#column = node.column;
    const hasMarkers = context.markers.size > 0;
    this.#writeBytes = hasMarkers ? undefined : byteWriterOf(node, isJson);
    const isOfOneCell = node.sources.length === 1 && typeof node.sources[0] === "number" && !dependsOnOtherCells(node);
    this.#memo =
      isOfOneCell && node.steps.length > 0 && this.#writeBytes === undefined ? context.memos.create() : undefined;
  }

  /** Writes the value. If the value has a fault, sets `row.fault` and writes nothing. */
  write(row: Row, out: OutBytes): Outcome {
    const mark = out.length;
    if (this.#writeBytes?.(row, out) === true) {
      if (out.length - mark < MAX_UNCHECKED_BYTES) return out.length === mark ? "blank" : "written";
      out.reset(mark);
    }
    const memo = this.#memo;
    if (memo === undefined) return this.#writeResult(this.#read(row), row, out);
    const records = row.records as Records;
    const field = row.first + this.#column;
    // If the cell contains escapes, do not use the result that is remembered for the same bytes: without escapes, they have a different
    // value.
    const flags = records.field_flags[field] as number;
    if ((flags & ESCAPED) !== 0) return this.#writeResult(this.#read(row), row, out);
    const start = records.field_start[field] as number;
    const end = records.field_end[field] as number;
    const known = memo.write(records.bytes, start, end, flags & QUOTED, out);
    if (known !== -1) return known === 0 ? "blank" : "written";
    row.beginSteps();
    const outcome = this.#writeResult(this.#read(row), row, out);
    // Remember the bytes only if reading the value had no other effect. Other effects: a fault rejects the row, a marker in the cell erases
    // the product's value, or the import reports a text that the value map does not contain.
    if (outcome !== "erased" && row.isRepeatable())
      memo.put(records.bytes.subarray(start, end), flags & QUOTED, out.bytes.subarray(mark, out.length));
    return outcome;
  }

  #writeResult(result: Result, row: Row, out: OutBytes): Outcome {
    if (result === null) return "blank";
    if (result === ERASED) return "erased";
    checkSize(row, result, this.#column);
    if (row.fault !== undefined) return "blank";
    if (this.#isJson) writeJson(out, result);
    else out.text(typeof result === "string" ? result : result.join(", "));
    return "written";
  }
}

export function writeJson(out: OutBytes, value: string | string[]): void {
  if (typeof value === "string") {
    out.json(value);
    return;
  }
  out.byte(0x5b);
  for (let i = 0; i < value.length; i++) {
    if (i > 0) out.byte(0x2c);
    out.json(value[i] as string);
  }
  out.byte(0x5d);
}

/** Rejects the row if the value is larger than the limit of an attribute. */
export function checkSize(row: Row, value: string | string[], column: number): void {
  if (typeof value === "string") {
    if (value.length * 3 > MAX_TEXT_BYTES && Buffer.byteLength(value) > MAX_TEXT_BYTES)
      row.reject("value_too_long", column, value, `at most ${MAX_TEXT_BYTES.toLocaleString("en")} bytes`);
    return;
  }
  if (value.length > MAX_LIST_ELEMENTS) {
    const shown = value.slice(0, 10).join(", ");
    row.reject("does_not_fit", column, shown, `a list of at most ${MAX_LIST_ELEMENTS.toLocaleString("en")} elements`);
    return;
  }
  let bytes = 2;
  for (const text of value) bytes += text.length * 6 + 4;
  if (bytes > MAX_TEXT_BYTES && Buffer.byteLength(JSON.stringify(value)) + value.length > MAX_TEXT_BYTES)
    row.reject("value_too_long", column, value[0] ?? "", `at most ${MAX_TEXT_BYTES.toLocaleString("en")} bytes`);
}
