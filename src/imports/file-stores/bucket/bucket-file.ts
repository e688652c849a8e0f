// Reads ranges of a file whose parts are in a bucket.
import type { OpenedFile } from "../../read/text/text-file.ts";
import { truncatedFile } from "../../problems.ts";
import type { BucketClient } from "./client.ts";
import { sizeOfParts, type Part } from "./parts.ts";

/** A shorter range is read together with the bytes after it, which are usually read next. */
const BLOCK_BYTES = 1 << 18;

export function openBucketFile(client: BucketClient, parts: readonly Part[]): OpenedFile {
  const size = sizeOfParts(parts);
  let block = { at: 0, bytes: Buffer.alloc(0) };
  /** Fills `target` with the bytes from `position` on. All of them exist. */
  const fill = async (target: Buffer, position: number): Promise<void> => {
    for (const { key, start, end } of parts) {
      const from = Math.max(position, start);
      const to = Math.min(position + target.length, end);
      if (from >= to) continue;
      const bytes = await client.get(key, { start: from - start, end: to - start });
      if (bytes?.length !== to - from) throw truncatedFile();
      bytes.copy(target, from - position);
    }
  };
  return {
    stat: () => Promise.resolve({ size }),
    async read(target, at, length, position) {
      const wanted = Math.max(0, Math.min(length, size - position));
      if (wanted >= BLOCK_BYTES) await fill(target.subarray(at, at + wanted), position);
      else if (wanted > 0) {
        if (position < block.at || position + wanted > block.at + block.bytes.length) {
          const bytes = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, size - position));
          await fill(bytes, position);
          block = { at: position, bytes };
        }
        block.bytes.copy(target, at, position - block.at, position - block.at + wanted);
      }
      return { bytesRead: wanted };
    },
    close: () => Promise.resolve(),
  };
}

/** Reads the first `length` bytes of a file. Requests the next part while the caller uses a part. */
export async function* readParts(
  client: BucketClient,
  parts: readonly Part[],
  length: number,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  if (sizeOfParts(parts) < length) throw truncatedFile();
  const needed = parts.filter(({ start }) => start < length);
  const request = (part: Part | undefined): Promise<Buffer | undefined> | undefined => {
    if (part === undefined) return undefined;
    const bytes = client.get(part.key, { start: 0, end: Math.min(part.end, length) - part.start }, signal);
    // If the caller stops, nothing awaits this request.
    bytes.catch(() => undefined);
    return bytes;
  };
  let next = request(needed[0]);
  for (const [i, part] of needed.entries()) {
    const bytes = await next;
    if (bytes?.length !== Math.min(part.end, length) - part.start) throw truncatedFile();
    next = request(needed[i + 1]);
    yield bytes;
  }
}
