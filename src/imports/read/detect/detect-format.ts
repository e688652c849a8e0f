// What kind of file it is, by its first bytes; its name says nothing.
import { open } from "node:fs/promises";
import { Problem } from "../../../../contract/problems.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";

export type Format = Dialect["format"];

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZIP = Buffer.from("PK\x03\x04", "latin1");
const EMPTY_ZIP = Buffer.from("PK\x05\x06", "latin1");
/** OLE2, which Excel up to 2003 wrote, and in which a workbook with a password is wrapped today. */
const OLE2 = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const PDF = Buffer.from("%PDF-");

/** @throws Problem unsupported-file, where it is certainly no table that we read; and what the file system throws */
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

/** @param head the file's first eight bytes or more
 * @throws Problem unsupported-file */
export function formatOf(head: Buffer): Format {
  const beginsWith = (bytes: Buffer): boolean => head.subarray(0, bytes.length).equals(bytes);
  if (beginsWith(GZIP)) return "gzip";
  if (beginsWith(ZIP)) return "xlsx";
  if (beginsWith(OLE2)) {
    throw new Problem(
      "unsupported-file",
      "This is an Excel file of the old kind (.xls), or a workbook with a password. Save it as .xlsx without a password, or as CSV.",
    );
  }
  if (beginsWith(EMPTY_ZIP)) throw new Problem("unsupported-file", "This is a zip file with nothing in it.");
  if (beginsWith(PDF))
    throw new Problem(
      "unsupported-file",
      "This is a PDF, which holds no table. Save the table itself as .xlsx or CSV.",
    );
  return "text";
}
