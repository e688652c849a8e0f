// A form (multipart/form-data) that contains a file and a mapping that is too long for a URL.
import { randomUUID } from "node:crypto";

export interface FileForm {
  content_type: string;
  /** The bytes before and after those of the file. */
  head: Buffer;
  tail: Buffer;
}

/** Length of an encoded mapping from which it is sent in a form. The URL and the headers of a request together have at most 16 kB. */
const LONG_MAPPING = 6000;

/** @returns undefined if the mapping is short enough for the URL */
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
