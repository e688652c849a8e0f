// A form (multipart/form-data) that contains a file and a mapping that is too long for a URL.
import { randomUUID } from "node:crypto";

export interface FileForm {
  content_type: string;
  /** The bytes of the form before the content of the file. `tail` contains the bytes after it. */
  head: Buffer;
  tail: Buffer;
}

/** A mapping is sent in a form if its URL-encoded text has at least this many characters. The URL and the headers of a request can have
 * 16 kB in total. */
const LONG_MAPPING = 6000;

/** Returns the form for a mapping that is too long for the URL.
 * @returns undefined if there is no mapping, or if it is short enough for the URL */
export function formOf(mapping: unknown, filename: string): FileForm | undefined {
  if (mapping === undefined) return undefined;
  const text = typeof mapping === "string" ? mapping : JSON.stringify(mapping);
  if (encodeURIComponent(text).length < LONG_MAPPING) return undefined;
  const boundary = `skuport-${randomUUID()}`;
  const part = (disposition: string, type: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\ncontent-type: ${type}\r\n\r\n`;
  const name = filename.replace(/[\r\n"\\]/g, "_");
  return {
    content_type: `multipart/form-data; boundary=${boundary}`,
    head: Buffer.from(
      `${part('name="mapping"', "application/json; charset=utf-8")}${text}\r\n${part(`name="file"; filename="${name}"`, "application/octet-stream")}`,
    ),
    tail: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}
