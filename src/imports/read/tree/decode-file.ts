// Reads a file as chunks of text, in the encoding that the file declares or that its bytes show.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { encodingOf, type Encoding } from "../../../../contract/imports/import-names.ts";
import {
  addEvidence,
  detectByForm,
  judgeEvidence,
  noEvidence,
  type DetectedEncoding,
} from "../detect/detect-encoding.ts";
import { createDecoder } from "../text/decoders.ts";
import type { Extent } from "../read-records.ts";
import { readFully } from "../text/text-file.ts";
import { bomLength } from "../text/transcode.ts";

const CHUNK_BYTES = 262_144;

/** The bytes of a file on disk or in memory. Each call of `read` begins at the start of the file. */
export interface TreeSource {
  size: number;
  /** Number of bytes that \`decodeSource\` has read. */
  consumed: number;
  read: () => AsyncIterable<Buffer>;
  /** Whether the bytes are the whole file. */
  is_whole: boolean;
}

export const fileSource = (path: string, size: number): TreeSource => ({
  size,
  consumed: 0,
  read: () => createReadStream(path, { highWaterMark: CHUNK_BYTES, end: Math.max(size, 1) - 1 }),
  is_whole: true,
});

/** Returns the bytes of a file that is being received. Reading waits for bytes that have not been received. */
export const growingSource = (path: string, extent: Extent): TreeSource => ({
  get size() {
    return extent.end;
  },
  consumed: 0,
  async *read() {
    const file = await open(path);
    try {
      for (let at = 0; ;) {
        while (at >= extent.end && !extent.whole) await extent.grow();
        if (at >= extent.end) return;
        const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, extent.end - at));
        if ((await readFully(file, chunk, 0, at)) < chunk.length)
          throw new Error(`The file ends before byte ${String(extent.end)}`);
        at += chunk.length;
        yield chunk;
      }
    } finally {
      await file.close();
    }
  },
  is_whole: true,
});

export const bytesSource = (bytes: Buffer, isWhole: boolean): TreeSource => ({
  size: bytes.length,
  consumed: 0,
  // eslint-disable-next-line @typescript-eslint/require-await -- callers read it as they read a stream
  async *read() {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
  },
  is_whole: isWhole,
});

/** The name of the encoding in the declaration of an XML file. */
const DECLARED = /^(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{1,40})["']/i;

/** Returns the encoding that the sender gave. If the sender gave none, returns the encoding that the form of the file, its declaration or
 * its letters show. */
export async function detectTreeEncoding({ read }: TreeSource, given: Encoding | undefined): Promise<DetectedEncoding> {
  if (given !== undefined) return { encoding: given };
  const evidence = noEvidence();
  let declared: Encoding | undefined;
  let isFirst = true;
  for await (const chunk of read()) {
    if (isFirst) {
      const formed = detectByForm(chunk);
      if (formed !== undefined) return { encoding: formed };
      const label = DECLARED.exec(chunk.toString("latin1", 0, 1000))?.[1];
      declared = label === undefined ? undefined : encodingOf(label);
      isFirst = false;
    }
    addEvidence(evidence, chunk, false);
    // Do not guess the encoding from the letters if many characters have shown that the file is UTF-8, or if the file declares an
    // encoding other than UTF-8 and is not valid UTF-8.
    if (evidence.valid > PROVEN && evidence.invalid === 0) return { encoding: "utf-8" };
    if (evidence.invalid > evidence.valid && declared !== undefined && !declared.startsWith("utf-"))
      return { encoding: declared };
  }
  const shown = judgeEvidence(evidence);
  return declared === undefined || declared.startsWith("utf-") || evidence.valid > evidence.invalid
    ? shown
    : { encoding: declared };
}

/** After this number of valid characters, a file is certainly UTF-8. */
const PROVEN = 10_000;

/** Yields the text of the file in chunks. */
export async function* decodeSource(source: TreeSource, encoding: Encoding): AsyncGenerator<string> {
  const text = new TextDecoder("utf-8");
  for await (const { bytes } of decodeBytes(source, encoding)) yield text.decode(bytes, { stream: true });
  yield text.decode();
}

/** Yields the text of the file in chunks of UTF-8, with the number of bytes of the file before each chunk. */
export async function* decodeBytes(
  source: TreeSource,
  encoding: Encoding,
): AsyncGenerator<{ bytes: Buffer; before: number }> {
  const decoder = createDecoder(encoding);
  let isFirst = true;
  source.consumed = 0;
  for await (const chunk of source.read()) {
    const before = source.consumed;
    source.consumed += chunk.length;
    const bytes = isFirst ? chunk.subarray(bomLength(chunk, encoding)) : chunk;
    isFirst = false;
    yield { bytes: decoder.decode(bytes), before };
  }
  yield { bytes: decoder.end(), before: source.consumed };
}
