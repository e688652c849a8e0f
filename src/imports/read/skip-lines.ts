// Counts and skips the lines of a file, independently of its records.
import type { Dialect } from "../../../contract/imports/imports.ts";
import { CR, LF, lineEndLength } from "./field-end.ts";
import { readFully, type TextFile } from "./text/text-file.ts";
import { createSplitter, type Splitter } from "./splitter.ts";

/** Returns the offset after the preamble's lines. */
export async function skipPreamble(
  file: TextFile,
  from: number,
  dialect: Dialect,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (dialect.preamble === 0) return from;
  const { cr_ends } = createSplitter(dialect, 1);
  const window = Buffer.allocUnsafe(65_536);
  let line = 0;
  let afterCr = false;
  for (let offset = from; line < dialect.preamble || afterCr;) {
    signal?.throwIfAborted();
    const length = await readFully(file, window, 0, offset);
    for (let pos = 0; pos < length; pos++) {
      const byte = window[pos];
      // A CR and the LF after it are one line end, even if a window ends between them.
      if (afterCr && byte === LF) {
        afterCr = false;
        if (line === dialect.preamble) return offset + pos + 1;
        continue;
      }
      if (line === dialect.preamble) return offset + pos;
      afterCr = byte === CR && cr_ends;
      if (byte === LF || afterCr) line++;
      if (line === dialect.preamble && !afterCr) return offset + pos + 1;
    }
    if (length < window.length) return offset + length;
    offset += length;
  }
  return from;
}

export async function lineEndBytes(file: TextFile, at: number, splitter: Splitter): Promise<number> {
  const next = Buffer.alloc(2);
  return lineEndLength(next, 0, await readFully(file, next, 0, at), splitter.cr_ends);
}

export function countLineEnds(bytes: Buffer, crEnds: boolean): number {
  let count = 0;
  for (let pos = 0; pos < bytes.length; pos++) {
    if (bytes[pos] === LF || (bytes[pos] === CR && crEnds && bytes[pos + 1] !== LF)) count++;
  }
  return count;
}
