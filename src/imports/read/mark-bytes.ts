// Marks records that contain a NUL byte or bytes that are not UTF-8, because PostgreSQL could not store these as text. Notes whether the
// window is ASCII, so that later steps need not find out again.
import { isAscii, isUtf8 } from "node:buffer";
import type { Records } from "./records.ts";
import { markBroken } from "./tree/broken-record.ts";

const NUL_BYTE = 4;
const NOT_TEXT = 5;

/**
 * Checks the whole window first, with two native calls at memory speed. Checks each record only if the window fails this check.
 * @param from offset of the bytes that the window's records were split from
 * @param hasBroken whether the text may have lines for broken records, as a converted XML or JSON file may
 */
export function markBytes(out: Records, from: number, to: number, hasBroken: boolean): void {
  if (hasBroken) markBroken(out);
  const whole = out.bytes.subarray(from, to);
  const hasNul = whole.includes(0);
  out.is_ascii = isAscii(whole);
  const isText = out.is_ascii || isUtf8(whole);
  if (!hasNul && isText) return;
  for (let record = 0; record < out.count; record++) {
    if (out.fault[record] !== 0) continue;
    const bytes = out.bytes.subarray(out.start[record], out.end[record]);
    if (!isText && !isUtf8(bytes)) out.fault[record] = NOT_TEXT;
    else if (hasNul && bytes.includes(0)) out.fault[record] = NUL_BYTE;
  }
}
