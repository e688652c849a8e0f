// Reads parts of a file on disk or in memory.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Problem } from "../../../../contract/problems.ts";

export interface FileBytes {
  readonly size: number;
  /** Returns the bytes from `start` to `end`, which the caller must not change.
   * @throws Problem if the file has no such bytes */
  read(start: number, end: number): Buffer;
  close(): void;
}

/** @param source the path of the file, or all of its bytes
 * @param broken returns the problem of a file with this fault */
export function openBytes(source: string | Buffer, broken: (fault: string) => Problem): FileBytes {
  const requireRange = (start: number, end: number, size: number): void => {
    if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start && end <= size) return;
    throw broken(`It refers to bytes ${start} to ${end}, but it has only ${size} bytes; it may be incomplete.`);
  };
  if (typeof source !== "string") {
    return {
      size: source.length,
      read: (start, end) => {
        requireRange(start, end, source.length);
        return source.subarray(start, end);
      },
      close: () => undefined,
    };
  }
  const file = openSync(source, "r");
  const { size } = fstatSync(file);
  return {
    size,
    read(start, end) {
      requireRange(start, end, size);
      const bytes = Buffer.allocUnsafe(end - start);
      for (let at = 0; at < bytes.length;) {
        const read = readSync(file, bytes, at, bytes.length - at, start + at);
        if (read === 0) throw broken("It became shorter while it was read.");
        at += read;
      }
      return bytes;
    },
    close: () => {
      closeSync(file);
    },
  };
}
