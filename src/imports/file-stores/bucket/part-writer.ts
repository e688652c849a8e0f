// Writes a file to a bucket as parts, while its bytes arrive.
import { releaseBuffer } from "../../../db/binary/release-buffer.ts";
import type { DurableFile } from "../durable-file.ts";
import type { BucketClient } from "./client.ts";
import { PART_BYTES, partName, type Part } from "./parts.ts";

/** Number of parts that are sent at the same time, while the next one is collected. */
const SENDS = 2;

export interface PartTarget {
  /** The name of the file, with the prefix of the store. */
  file: string;
  writer: number;
  /** Position of the next byte. */
  at: number;
  /** A short part whose bytes are written again, as the beginning of the first part. */
  replaced?: { part: Part; bytes: Buffer } | undefined;
}

export function createPartWriter(client: BucketClient, target: PartTarget): DurableFile {
  const { file, writer, replaced } = target;
  let collected: Buffer[] = replaced === undefined ? [] : [replaced.bytes];
  let collectedBytes = replaced?.bytes.length ?? 0;
  let start = target.at - collectedBytes;
  let hasFailed = false;
  const sends = new Set<Promise<void>>();
  let failure: unknown;

  const send = async (part: Omit<Part, "key">, buffers: readonly Buffer[]): Promise<void> => {
    const body = Buffer.concat(buffers);
    for (const buffer of buffers) releaseBuffer(buffer);
    await client.put(partName(file, part), body);
    releaseBuffer(body);
    // The file no longer contains the short part. If it cannot be removed now, it is removed with the file.
    if (replaced !== undefined && part.start === replaced.part.start)
      await client.remove([replaced.part.key]).catch(() => undefined);
  };
  const sendCollected = (): void => {
    const part = { writer, start, end: start + collectedBytes };
    const sending = send(part, collected).catch((error: unknown) => {
      hasFailed = true;
      failure ??= error;
    });
    sends.add(sending);
    void sending.then(() => sends.delete(sending));
    [collected, collectedBytes, start] = [[], 0, part.end];
  };
  const throwFailure = (): void => {
    if (hasFailed) throw failure;
  };

  return {
    async write(buffer) {
      throwFailure();
      collected.push(buffer);
      collectedBytes += buffer.length;
      if (collectedBytes < PART_BYTES) return;
      while (sends.size >= SENDS) await Promise.race(sends);
      throwFailure();
      sendCollected();
    },
    // Parts are not readable before they are complete.
    flush: () => Promise.resolve(),
    async finish() {
      throwFailure();
      const isUnchanged = replaced !== undefined && target.at === start + collectedBytes;
      // An empty file has one empty part.
      if (!isUnchanged && (collectedBytes > 0 || start === 0)) sendCollected();
      await Promise.all(sends);
      throwFailure();
    },
    async close() {
      await Promise.all(sends);
    },
  };
}
