// Encodes the table of an XML file. A character that XML does not allow becomes the byte FE, which is never valid in UTF-8, so that its
// record is rejected and the reason is known.
import { encodeText, replaceBytes } from "../text/decoders.ts";
import { NOT_IN_XML } from "./entities.ts";

export const NOT_IN_XML_BYTE = 0xfe;
const NOT_IN_XML_BYTES = Buffer.from(NOT_IN_XML);

export function encodeXmlText(text: string): Buffer {
  const bytes = encodeText(text);
  return text.includes(NOT_IN_XML) ? replaceBytes(bytes, NOT_IN_XML_BYTES, NOT_IN_XML_BYTE) : bytes;
}
