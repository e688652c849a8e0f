// Refuses decompression bombs while they are unpacked, before their bytes reach the disk.
//
// The check is a leaky bucket: each packed byte that the decompressor consumes adds MAX_RATIO unpacked bytes of credit, and the
// credit never exceeds FREE_BYTES. Ordinary data at the beginning can therefore not collect credit for a bomb that follows, and a
// bomb of any size writes at most about 64 MB.
import { Problem } from "../../../../contract/problems.ts";

/** Maximum number of unpacked bytes per packed byte. Measured with gzip -6 and -9: 4 for files of bench/generate.ts; 75 for 300
 * empty columns; 76 (200 bytes of equal text) to 162 (2,000 bytes) for rows that differ only in their SKU; 515 for one repeated
 * row; 1,029, the maximum of deflate, for zeros. */
const MAX_RATIO = 200;
/** Maximum credit. Each file also starts with this credit, because a small file may consist of repetitions only. With MAX_RATIO, zeros
 * are refused after 42 MB and one repeated row after 55 MB. */
const FREE_BYTES = 32 << 20;

/** Called with the length of each unpacked chunk, before it is written.
 * @throws Problem unpacks-too-large */
export type CountUnpacked = (bytes: number) => void;

/** @param packed size of the packed file in bytes
 * @param consumed returns the number of packed bytes that the decompressor has consumed, such as `bytesWritten` of a zlib stream. The
 * number of bytes that may be unpacked grows with it. Without this function, all packed bytes count as consumed from the start: this
 * limits the unpacked size of the whole file, but not that of a single section */
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
      `The file has ${packed.toLocaleString("en")} bytes and unpacks to more than ${unpacked.toLocaleString("en")} bytes. No table can be packed that tightly, so the file is probably damaged or hostile. Check the file, and send the table as an unpacked CSV file.`,
    );
  };
}
