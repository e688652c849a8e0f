// Trims white space from fields in place, as bytes.
import { trimWhiteSpace } from "../../catalog/product/sku-key.ts";

/** Trims the UTF-8 text of `length` bytes at `at` in place and returns its new length. The same white space is removed from a SKU
 * and from its key. */
export function trimField(bytes: Buffer, at: number, length: number): number {
  if (length === 0) return 0;
  const first = bytes[at] as number;
  const last = bytes[at + length - 1] as number;
  // Return early if the field begins and ends with a visible ASCII character, as most SKUs do.
  if (first > 0x20 && first < 0x80 && last > 0x20 && last < 0x80) return length;
  return bytes.write(trimWhiteSpace(bytes.toString("utf8", at, at + length)), at, "utf8");
}
