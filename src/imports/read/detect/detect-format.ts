// Detects a file's format from its first bytes; its name and media type are not considered.
import { open } from "node:fs/promises";
import { Problem } from "../../../../contract/problems.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";

export type Format = Dialect["format"];

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZIP = Buffer.from("PK\x03\x04", "latin1");
const EMPTY_ZIP = Buffer.from("PK\x05\x06", "latin1");
/** First bytes of an OLE2 file: the format of Excel up to 2003, and the container of a workbook with a password. */
const OLE2 = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const PDF = Buffer.from("%PDF-");

/** Detects the format of the file at `path`.
 * @throws Problem unsupported-file if the format cannot be imported; and the file system's errors */
export async function detectFormat(path: string): Promise<Format> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(8);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return formatOf(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** @param head at least the first eight bytes of the file
 * @throws Problem unsupported-file */
export function formatOf(head: Buffer): Format {
  const beginsWith = (bytes: Buffer): boolean => head.subarray(0, bytes.length).equals(bytes);
  if (beginsWith(GZIP)) return "gzip";
  if (beginsWith(ZIP)) return "xlsx";
  if (beginsWith(OLE2)) {
    throw new Problem(
      "unsupported-file",
      "The file is an old Excel file (.xls), or a workbook with a password. Save it as .xlsx without a password, or as CSV.",
    );
  }
  if (beginsWith(EMPTY_ZIP))
    throw new Problem("unsupported-file", "The file is an empty zip file. Send a CSV file or a workbook (.xlsx).");
  if (beginsWith(PDF))
    throw new Problem("unsupported-file", "The file is a PDF. Save the table that it was made from as .xlsx or CSV.");
  return "text";
}
