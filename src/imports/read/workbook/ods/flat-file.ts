// Opens an OpenDocument spreadsheet that is a single XML file (.fods) as a package with one part.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { brokenWorkbook, truncated } from "../broken-workbook.ts";
import { MAX_CHUNK_BYTES, type Package } from "../open-package.ts";
import type { WorkBudget } from "../work-budget.ts";

const CONTENT = "content.xml";
const LESS_THAN = 0x3c;
/** Number of bytes of a byte order mark and blanks before the first tag. */
const START_BYTES = 1024;

/** Returns undefined if the file is not XML.
 * @param source the path of the file, or all of its bytes */
export async function openFlatFile(source: string | Buffer, budget: WorkBudget): Promise<Package | undefined> {
  const start = typeof source === "string" ? await readStart(source) : source.subarray(0, START_BYTES);
  if (start.find((byte) => byte > 0x20 && byte < 0x80) !== LESS_THAN) return undefined;
  async function* read(name: string): AsyncGenerator<Buffer> {
    if (name !== CONTENT) throw brokenWorkbook(`Its part "${truncated(name)}" is missing.`);
    const chunks = typeof source === "string" ? createReadStream(source) : Readable.from([source]);
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += MAX_CHUNK_BYTES) {
        const bytes = chunk.subarray(at, at + MAX_CHUNK_BYTES);
        budget.countUnpacked(bytes.length, bytes.length);
        yield bytes;
      }
    }
  }
  return {
    kind: "ods",
    has: (name) => name === CONTENT,
    read,
    readSmall: (name) => (name === CONTENT ? read(name) : Readable.from([])),
    close: () => undefined,
  };
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
