// How much work a workbook may cause, in proportion to its size: bytes of XML, elements, characters of cells, bytes on disk. A few
// kilobytes that ask for more are refused within a second. Decision 0036 has the figures of honest workbooks.
//
// Leaky buckets, as in unpacked-size.ts: each packed byte that is read pays for so much, and a fixed amount may be unpaid. So a large
// picture in the file does not pay for a bomb.
import { Problem } from "../../../../contract/problems.ts";
import { createUnpackedCount } from "../text/unpacked-size.ts";
import { brokenWorkbook } from "./broken-workbook.ts";

/** An element costs 0.1 to 0.25 µs, however short it is, and `<si/>` takes a hundredth of a packed byte. 500,000 rows of eight cells have
 * 0.4 elements per packed byte; the most uniform table that we could make has 4. */
const ELEMENTS_PER_BYTE = 8;
const FREE_ELEMENTS = 2_000_000;
/** As many as 1,048,576 rows of 100 cells have. */
const MAX_ELEMENTS = 250_000_000;

/** Cells that share a text make more of it than the file holds, and blank cells make separators out of nothing. */
const TEXT_PER_BYTE = 200;
/** Texts and table of a small workbook together stay below 64 MB on disk. */
const FREE_TEXT = 48 << 20;

export interface WorkBudget {
  /** Bytes of XML, before they are parsed, and the packed bytes that were read for them. */
  unpacked(bytes: number, packed: number): void;
  /** An element that opens. */
  element(): void;
  /** Characters and positions of cells that were read, whether they are written or not. */
  read(length: number): void;
  /** Bytes of texts and of the table that are kept, on disk or in memory. */
  kept(bytes: number): void;
}

/** @param size bytes of the file
 * @param mostKept bytes of texts and table that may be kept, whatever the file's size
 * @returns functions that throw Problem unpacks-too-large or broken-workbook where the budget ends */
export function createWorkBudget(size: number, mostKept = Infinity): WorkBudget {
  let packedTotal = 0;
  const count = createUnpackedCount(size, () => packedTotal);
  let elements = 0;
  let elementsLeft = FREE_ELEMENTS;
  let readLeft = FREE_TEXT;
  let keptLeft = FREE_TEXT;
  let kept = 0;
  return {
    unpacked(bytes, packed) {
      packedTotal += packed;
      elementsLeft = Math.min(elementsLeft + packed * ELEMENTS_PER_BYTE, FREE_ELEMENTS);
      readLeft = Math.min(readLeft + packed * TEXT_PER_BYTE, FREE_TEXT);
      keptLeft = Math.min(keptLeft + packed * TEXT_PER_BYTE, FREE_TEXT);
      count(bytes);
    },
    element() {
      if (++elements > MAX_ELEMENTS || --elementsLeft < 0) throw tooManyElements(size, elements);
    },
    read(length) {
      readLeft -= length;
      if (readLeft < 0) throw tooMuchText(size);
    },
    kept(bytes) {
      kept += bytes;
      keptLeft -= bytes;
      if (keptLeft < 0 || kept > mostKept) throw tooMuchText(size);
    },
  };
}

const tooManyElements = (size: number, elements: number): Problem =>
  brokenWorkbook(
    `It has ${number(size)} bytes and more than ${number(elements - 1)} XML elements, far more than a table of that size.`,
  );

const tooMuchText = (size: number): Problem =>
  new Problem(
    "unpacks-too-large",
    `The workbook has ${number(size)} bytes, and its cells hold far more text than a table of that size. Delete texts that are repeated in every row, or send the table as CSV.`,
  );

const number = (value: number): string => value.toLocaleString("en");
