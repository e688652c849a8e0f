// Finds and describes the characters of an XML or JSON file that are not text.
import { isUtf8 } from "node:buffer";
import type { Dialect } from "../../../contract/imports/imports.ts";
import type { Records } from "../read/records.ts";
import { NOT_IN_XML_BYTE } from "../read/xml/encode-xml.ts";

/** Returns the index of the record's first field with bytes that are not UTF-8; -1 if there is none. */
export function findNotText(
  { bytes, first_field: first, field_start: start, field_end: end }: Records,
  r: number,
): number {
  const from = first[r] as number;
  for (let field = from; field < (first[r + 1] as number); field++)
    if (!isUtf8(bytes.subarray(start[field], end[field]))) return field - from;
  return -1;
}

/** Returns a message about the characters of the record; undefined if the general message applies. */
export function notTextMessage(
  { bytes, start, end }: Records,
  r: number,
  { format, tree }: Dialect,
): string | undefined {
  if (tree === undefined || format === "parquet") return undefined;
  const isInXml = bytes.subarray(start[r], end[r]).includes(NOT_IN_XML_BYTE);
  if (isInXml)
    return "The value contains a character that XML does not allow, such as the control character &#x1;. It is shown as \ufffd. Remove it, and the row can be imported.";
  return tree.root === null
    ? 'The value contains half of a character, such as "\\ud83d" without its second half, or bytes that are not text in the file\'s encoding. They are shown as \ufffd. Correct the value, or choose the correct encoding.'
    : undefined;
}
