// Copies an uploaded file from a bucket to the folder of a worker. The scan reads the copy while it grows, as it reads an upload that
// arrives.
import { open, rm } from "node:fs/promises";
import type { SpaceCheck } from "../../../db/data-dir/disk-reserve.ts";
import type { Extent } from "../../read/read-records.ts";
import type { CopiedUpload } from "../file-store.ts";
import { readParts } from "./bucket-file.ts";
import type { BucketClient } from "./client.ts";
import { sizeOfParts, type Part } from "./parts.ts";

/** The scan begins when this many bytes are there: enough to detect the format of the file. */
const FIRST_BYTES = 1 << 20;

export interface CopyOptions {
  signal: AbortSignal;
  checkSpace: SpaceCheck;
}

export async function copyParts(
  client: BucketClient,
  parts: readonly Part[],
  path: string,
  { signal: given, checkSpace }: CopyOptions,
): Promise<CopiedUpload> {
  const size = sizeOfParts(parts);
  const stopped = new AbortController();
  const signal = AbortSignal.any([given, stopped.signal]);
  // A frozen worker of this host may still write an earlier copy. It has the same name, but it is another file.
  await rm(path, { force: true });
  const file = await open(path, "wx", 0o600);
  let copied = 0;
  let change = Promise.withResolvers<undefined>();
  const copy = async (): Promise<void> => {
    for await (const bytes of readParts(client, parts, size, signal)) {
      await checkSpace(bytes.length);
      signal.throwIfAborted();
      await file.writeFile(bytes);
      copied += bytes.length;
      change.resolve(undefined);
      change = Promise.withResolvers();
    }
  };
  const copying = copy().finally(() => file.close());
  copying.catch(() => undefined);
  const extent: Extent = {
    end: 0,
    whole: false,
    async grow() {
      if (copied === extent.end && copied < size) await Promise.race([change.promise, copying]);
      if (copied === extent.end) await copying;
      extent.whole = copied === extent.end && copied === size;
      extent.end = copied;
    },
  };
  while (extent.end < Math.min(size, FIRST_BYTES)) await extent.grow();
  return {
    extent,
    async stop() {
      stopped.abort();
      await copying.catch(() => undefined);
    },
  };
}
