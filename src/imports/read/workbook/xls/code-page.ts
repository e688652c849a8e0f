// Decodes the texts of Excel 5 and 95, which are bytes in a code page ([MS-XLS], 2.4.52).
import iconv from "iconv-lite";
import { because } from "../../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../../contract/problems.ts";
import { endsEarly } from "./string-reader.ts";

/** Code pages whose number is not their name. */
const NAMES: Readonly<Record<number, string>> = {
  367: "ascii",
  10_000: "macintosh",
  10_006: "macgreek",
  10_007: "maccyrillic",
  10_029: "maccenteuro",
  10_079: "maciceland",
  10_081: "macturkish",
  32_768: "macintosh",
  32_769: "cp1252",
};
const DEFAULT = "cp1252";

export interface CodePage {
  /** Reads a text and its length. @param lengthBytes number of bytes of its length
   * @throws Problem broken-workbook, unsupported-file */
  read(bytes: Buffer, at: number, lengthBytes: 1 | 2): string;
}

/** @param page number of the code page; undefined if the workbook does not state it */
export function codePageOf(page: number | undefined): CodePage {
  const name = page === undefined || page === 0 ? DEFAULT : (NAMES[page] ?? `cp${page}`);
  return {
    read(bytes, at, lengthBytes) {
      const start = at + lengthBytes;
      if (start > bytes.length) throw endsEarly();
      const end = start + bytes.readUIntLE(at, lengthBytes);
      if (end > bytes.length) throw endsEarly();
      const text = bytes.subarray(start, end);
      if (isAscii(text)) return text.toString("latin1");
      if (!iconv.encodingExists(name))
        throw new Problem(
          "unsupported-file",
          `The texts of the workbook are in the code page ${page}, which cannot be read. Save it as .xlsx or CSV.`,
          { extra: because("old-workbook") },
        );
      return iconv.decode(text, name);
    },
  };
}

const isAscii = (bytes: Buffer): boolean => bytes.every((byte) => byte < 0x80);
