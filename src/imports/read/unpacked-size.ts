// How far a compressed file may grow: counted while it is unpacked, so that a bomb of a few kilobytes ends within a second.
import { Problem } from "../../../contract/problems.ts";

/** Sheets and CSV files shrink to a fifth or, where their rows are much alike, a fiftieth. */
const MAX_RATIO = 150;
/** A small file may be of nothing but repeats. */
const FREE_BYTES = 64 << 20;

/** Takes the bytes of each piece as it is unpacked.
 * @throws Problem unpacks-too-large */
export type CountUnpacked = (bytes: number) => void;

export function createUnpackedCount(packed: number): CountUnpacked {
  const most = packed * MAX_RATIO + FREE_BYTES;
  let unpacked = 0;
  return (bytes) => {
    unpacked += bytes;
    if (unpacked <= most) return;
    throw new Problem(
      "unpacks-too-large",
      `The file has ${packed.toLocaleString("en")} bytes and unpacks to more than ${most.toLocaleString("en")}, which no table does. Send it unpacked, as CSV.`,
    );
  };
}
