// Limits the memory and the work that a Parquet file may cause. The sizes that a file declares are not trusted.
import { createUnpackedCount } from "../../text/unpacked-size.ts";
import { unsupportedParquet } from "../parquet-fault.ts";

/** Maximum number of bytes of pages and dictionaries that are in memory at the same time. One page of each column is in memory. Most
 * programs write pages of 1 MB; DuckDB writes pages of up to 100 MB. */
const MAX_HELD = 160 << 20;

/** Each row counts as this number of bytes, because billions of rows without values take only a few bytes of a file. */
export const ROW_BYTES = 8;

/** Every function throws a Problem when its part of the budget is exhausted. */
export interface PageBudget {
  /** Called with the number of bytes before they are allocated, and with a negative number when they are released. */
  hold: (bytes: number) => void;
  /** Called with the number of bytes before a page is unpacked, and with ROW_BYTES for each row. */
  unpack: (bytes: number) => void;
}

/** @param size size of the file in bytes */
export function createPageBudget(size: number): PageBudget {
  let held = 0;
  return {
    hold(bytes) {
      held += bytes;
      if (held > MAX_HELD)
        throw unsupportedParquet(
          `Its pages are too large: more than ${MAX_HELD.toLocaleString("en")} bytes would be in memory at the same time.`,
          "Write it with smaller pages or row groups.",
        );
    },
    unpack: createUnpackedCount(size),
  };
}
