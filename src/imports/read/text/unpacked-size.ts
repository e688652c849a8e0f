// Refuses decompression bombs while they are unpacked, before their bytes reach the disk.
//
// The check is a leaky bucket: each packed byte that the decompressor consumes adds MAX_RATIO unpacked bytes of credit, and the
// credit never exceeds FREE_BYTES. An honest beginning can therefore not pay for a bomb that follows it, and a bomb of any size
// writes at most about 64 MB.
import { Problem } from "../../../../contract/problems.ts";

/** Unpacked bytes per packed byte, measured with gzip -6 and -9: files of bench/generate.ts 4; 300 empty columns 75; rows that
 * differ only in their SKU 76 (200 bytes of equal text) to 162 (2,000 bytes). One repeated row: 515. Zeros: 1,029, the maximum
 * of deflate. */
const MAX_RATIO = 200;
/** A small file may consist of repetitions only. With MAX_RATIO, zeros are refused after 42 MB and one repeated row after 55 MB. */
const FREE_BYTES = 32 << 20;

/** Called with the length of each unpacked chunk, before it is written.
 * @throws Problem unpacks-too-large */
export type CountUnpacked = (bytes: number) => void;

/**
 * @param packed size of the packed file in bytes
 * @param consumed returns how many of them the decompressor has consumed, such as `bytesWritten` of a zlib stream. Without it,
 * the credit of the whole file is available from the start: the total is bounded, but not a section of the file
 */
export function createUnpackedCount(packed: number, consumed?: () => number): CountUnpacked {
  let credit = FREE_BYTES + (consumed === undefined ? packed * MAX_RATIO : 0);
  let credited = 0;
  let unpacked = 0;
  return (bytes) => {
    if (consumed !== undefined) {
      const now = consumed();
      credit = Math.min(FREE_BYTES, credit + (now - credited) * MAX_RATIO);
      credited = now;
    }
    credit -= bytes;
    unpacked += bytes;
    if (credit >= 0) return;
    throw new Problem(
      "unpacks-too-large",
      `The file has ${packed.toLocaleString("en")} bytes and unpacks to more than ${unpacked.toLocaleString("en")} bytes, far more than a table of that size. Check the file, and send the table as an unpacked CSV file.`,
    );
  };
}
