// Reads the header of a page.
import type { PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { checkThrift, ThriftEnd } from "../check-thrift.ts";
import type { FileBytes } from "../../text/file-bytes.ts";

/** Number of bytes that are read for the header at first. If this is not enough, up to MAX_BYTES are read: a header can contain the
 * least and the largest value of the page. */
const USUAL_BYTES = 1024;
const MAX_BYTES = 1 << 20;
const MAX_VALUES = 1000;

/** Returns the header at `at`, and the offset after it.
 * @param end offset of the end of the column
 * @throws Problem broken-file, Error */
export function readPageHeader(file: FileBytes, at: number, end: number): { header: PageHeader; end: number } {
  const bytes = file.read(at, Math.min(at + USUAL_BYTES, end));
  try {
    return parse(bytes, at);
  } catch (error) {
    if (!(error instanceof ThriftEnd) || at + bytes.length === end) throw error;
    return parse(file.read(at, Math.min(at + MAX_BYTES, end)), at);
  }
}

function parse(bytes: Buffer, at: number): { header: PageHeader; end: number } {
  const length = checkThrift(bytes, 0, MAX_VALUES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  return { header: parquetHeader({ view, offset: 0 }), end: at + length };
}
