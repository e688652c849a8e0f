// Refuses decompression bombs while they unpack, before their bytes reach the disk.
//
// A leaky bucket: each packed byte that the decompressor consumes pays for MAX_RATIO unpacked bytes, and FREE_BYTES may be
// unpaid at any time. So an honest beginning does not pay for a bomb further on, and a bomb of any size costs at most about
// 64 MB of disk.
import { Problem } from "../../../../contract/problems.ts";

/** Measured with gzip -6 and -9: files of bench/generate.ts 4, rows that differ only in their SKU 76 (200 bytes of equal
 * text) to 162 (2,000 bytes), 300 empty columns 75. One row repeated: 515. Zeros: 1,029, the most that deflate reaches. */
const MAX_RATIO = 200;
/** Small files may consist of repeats only. With MAX_RATIO, zeros are refused after 42 MB and one repeated row after 55 MB. */
const FREE_BYTES = 32 << 20;

/** Takes the bytes of each unpacked piece, before they are written.
 * @throws Problem unpacks-too-large */
export type CountUnpacked = (bytes: number) => void;

/**
 * @param packed bytes of the packed file
 * @param consumed how many of them the decompressor has consumed so far, such as `bytesWritten` of a zlib stream. Without it
 * the whole file pays in advance: the total is bounded, a stretch is not
 */
export function createUnpackedCount(packed: number, consumed?: () => number): CountUnpacked {
  let credit = FREE_BYTES + (consumed === undefined ? packed * MAX_RATIO : 0);
  let paid = 0;
  let unpacked = 0;
  return (bytes) => {
    if (consumed !== undefined) {
      const now = consumed();
      credit = Math.min(FREE_BYTES, credit + (now - paid) * MAX_RATIO);
      paid = now;
    }
    credit -= bytes;
    unpacked += bytes;
    if (credit >= 0) return;
    throw new Problem(
      "unpacks-too-large",
      `The file has ${packed.toLocaleString("en")} bytes and unpacks to more than ${unpacked.toLocaleString("en")}, with stretches that no table has. Send it unpacked, as CSV.`,
    );
  };
}
