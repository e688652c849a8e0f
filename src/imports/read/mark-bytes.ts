// Faults of a record's bytes, whatever its form: NUL bytes, and what is not UTF-8.
import { isUtf8 } from "node:buffer";
import type { Records } from "./records.ts";

const NUL_BYTE = 4;
const NOT_TEXT = 5;

/** Faults of the bytes themselves. Whole windows are asked first: a clean one costs two passes at memory speed. */
export function markBytes(out: Records, from: number, to: number): void {
  const whole = out.bytes.subarray(from, to);
  const hasNul = whole.includes(0);
  const isText = isUtf8(whole);
  if (!hasNul && isText) return;
  for (let record = 0; record < out.count; record++) {
    if (out.fault[record] !== 0) continue;
    const bytes = out.bytes.subarray(out.start[record], out.end[record]);
    if (!isText && !isUtf8(bytes)) out.fault[record] = NOT_TEXT;
    else if (hasNul && bytes.includes(0)) out.fault[record] = NUL_BYTE;
  }
}
