// Divides the records of a window into parts for the mapper. A mapping can make a value thousands of times as long as its cell, so the
// values of a whole window could fill the memory.
import type { Layout } from "../layout.ts";
import type { Records } from "../read/records.ts";

/** Maximum number of bytes of the computed values of one part, unless the part is a single record. */
const MAX_PART_BYTES = 64 << 20;

/** Yields the records in one or more parts. Most windows need only one part: the given object itself. */
export function* partsOf(records: Records, sizes: Pick<Layout, "copies" | "added_bytes">): Generator<Records> {
  const { count } = records;
  let from = endOfPart(records, 0, sizes);
  yield from === count ? records : sliceOf(records, 0, from);
  while (from < count) {
    const to = endOfPart(records, from, sizes);
    yield sliceOf(records, from, to);
    from = to;
  }
}

/** Returns the index of the record after the part that begins with record `from`. */
function endOfPart(
  { count, start, end }: Records,
  from: number,
  { copies, added_bytes }: Pick<Layout, "copies" | "added_bytes">,
): number {
  let bytes = 0;
  for (let r = from; r < count; r++) {
    bytes += ((end[r] as number) - (start[r] as number)) * copies + added_bytes;
    if (bytes > MAX_PART_BYTES) return Math.max(r, from + 1);
  }
  return count;
}

/** Returns the records from `from` up to, but not including, `to`. The slice shares the bytes and arrays of the records. */
export const sliceOf = (records: Records, from: number, to: number): Records => ({
  ...records,
  count: to - from,
  start: records.start.subarray(from, to),
  end: records.end.subarray(from, to),
  line: records.line.subarray(from, to),
  fault: records.fault.subarray(from, to),
  first_field: records.first_field.subarray(from, to + 1),
});
