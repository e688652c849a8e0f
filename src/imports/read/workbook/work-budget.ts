// Limits the work that a workbook may cause, in proportion to its size: bytes of XML, elements, characters of cells, bytes on
// disk. A hostile file of a few kilobytes is refused within a second. Decision 0036 has figures for ordinary workbooks.
//
// The limits are leaky buckets, as in unpacked-size.ts: each packed byte that is read adds credit, up to a fixed maximum. A large
// picture in the file can therefore not collect enough credit for a bomb.
import { Problem } from "../../../../contract/problems.ts";
import { createUnpackedCount } from "../text/unpacked-size.ts";
import { brokenWorkbook } from "./broken-workbook.ts";
import { because } from "../../../../contract/problem-reasons.ts";

/** Maximum number of XML elements per packed byte. An element costs 0.1 to 0.25 µs, even `<si/>`, which takes a hundredth of a
 * packed byte. A table of 500,000 rows and eight columns has 0.4 elements per packed byte, and the most uniform table that we
 * could construct has 4. */
const ELEMENTS_PER_BYTE = 8;
const FREE_ELEMENTS = 2_000_000;
/** Maximum number of elements in any workbook: enough for 1,048,576 rows with 100 cells. */
const MAX_ELEMENTS = 250_000_000;

/** Maximum length of text per packed byte. Shared strings appear in many cells but only once in the file, and blank cells become
 * separators. */
const TEXT_PER_BYTE = 200;
/** Each packed byte adds credit for text (see the head of this file). This is the credit at the start, and the maximum that a workbook can
 * collect. It keeps the strings and the table of a small workbook below 64 MB on disk. */
const FREE_TEXT = 48 << 20;

/** Every function throws Problem unpacks-too-large or broken-workbook when its part of the budget is exhausted. */
export interface WorkBudget {
  /** Called with the number of bytes of XML before they are parsed, and with the number of packed bytes that were consumed for
   * them. */
  countUnpacked(bytes: number, packed: number): void;
  /** Called for each opening tag. */
  countElement(): void;
  /** Called with the length of the cells that were read: their characters, and one for each blank cell before them. */
  countRead(length: number): void;
  /** Called with the number of bytes of shared strings or of the table that are stored, on disk or in memory. */
  countStored(bytes: number): void;
}

/**
 * @param size size of the file in bytes
 * @param maxStored maximum number of bytes stored, independent of the file's size
 */
export function createWorkBudget(size: number, maxStored = Infinity): WorkBudget {
  let packedTotal = 0;
  const countBytes = createUnpackedCount(size, () => packedTotal);
  let elements = 0;
  let stored = 0;
  const credit = { elements: FREE_ELEMENTS, read: FREE_TEXT, stored: FREE_TEXT };
  return {
    countUnpacked(bytes, packed) {
      packedTotal += packed;
      credit.elements = Math.min(credit.elements + packed * ELEMENTS_PER_BYTE, FREE_ELEMENTS);
      credit.read = Math.min(credit.read + packed * TEXT_PER_BYTE, FREE_TEXT);
      credit.stored = Math.min(credit.stored + packed * TEXT_PER_BYTE, FREE_TEXT);
      countBytes(bytes);
    },
    countElement() {
      if (++elements > MAX_ELEMENTS || --credit.elements < 0) throw tooManyElements(size, elements);
    },
    countRead(length) {
      credit.read -= length;
      if (credit.read < 0) throw tooMuchText(size);
    },
    countStored(bytes) {
      stored += bytes;
      credit.stored -= bytes;
      if (credit.stored < 0 || stored > maxStored) throw tooMuchText(size);
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
    `The workbook has ${number(size)} bytes, and its cells contain far more text than a table of that size. Delete text that is repeated in every row, or send the table as CSV.`,
    { extra: because("too-much-text") },
  );

const number = (value: number): string => value.toLocaleString("en");
