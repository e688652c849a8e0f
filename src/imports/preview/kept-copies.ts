// Copies the files of a held import from a bucket, because a preview reads files. Loaded only if the store is a bucket.
import { mkdtemp, open, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import pLimit from "p-limit";
import type { SpaceCheck } from "../../db/data-dir/disk-reserve.ts";
import type { ImportContext } from "../context.ts";
import { spaceOn } from "../files/disk-space.ts";
import { isMissingFile, type FileStore } from "../file-stores/file-store.ts";
import { isPacked } from "../read/detect/detect-format.ts";
import { KEPT_TEXT_BYTES, type KeptFile } from "../read/text/kept-file.ts";
import { tablesPath } from "../read/tree/lookup-entries.ts";
import { positionsPath } from "../read/tree/source/source-positions.ts";

/** Number of bytes of one read: the size of a part in a bucket. */
const BLOCK_BYTES = 8 << 20;

/** Only the files of one import are copied at a time. */
const limit = pLimit(1);

/** Calls `use` with copies of the files, and then deletes them. The name of their folder begins like the names of the other files of the
 * import, so that it is deleted with them if this process dies. */
export async function withCopies<T>(
  { store, disk }: Pick<ImportContext, "store" | "disk">,
  kept: KeptFile,
  { use, disconnected }: { use: (copies: KeptFile) => Promise<T>; disconnected: AbortSignal },
): Promise<T> {
  const folder = await mkdtemp(join(store.folder, `${basename(kept.path)}.preview-`));
  const checkSpace = spaceOn(disk, "preview");
  const inFolder = (path: string): string => join(folder, basename(path));
  try {
    const { path, text_path, dialect } = kept;
    // The preview reads the beginning of a text file. It unpacks other files, and reads records of XML and JSON by their positions.
    const isText = dialect !== null && !isPacked(dialect.format) && dialect.tree === undefined;
    await limit(async () => {
      const options = { max_bytes: Infinity, checkSpace, disconnected };
      await copy(store, path, inFolder(path), { ...options, max_bytes: isText ? KEPT_TEXT_BYTES : Infinity });
      for (const text of [text_path, tablesPath(text_path), positionsPath(text_path)])
        await copy(store, text, inFolder(text), options);
    });
    return await use({ ...kept, path: inFolder(path), text_path: inFolder(text_path) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies at most `max_bytes` of a file, if it exists. */
async function copy(
  store: FileStore,
  path: string,
  target: string,
  { max_bytes, checkSpace, disconnected }: { max_bytes: number; checkSpace: SpaceCheck; disconnected: AbortSignal },
): Promise<void> {
  const file = await store.open(path).catch((error: unknown) => {
    if (isMissingFile(error)) return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    const length = Math.min(max_bytes, (await file.stat()).size);
    const output = await open(target, "wx", 0o600);
    try {
      const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, length));
      for (let at = 0; at < length;) {
        disconnected.throwIfAborted();
        const { bytesRead } = await file.read(block, 0, Math.min(block.length, length - at), at);
        if (bytesRead === 0) break;
        await checkSpace(bytesRead);
        await output.writeFile(block.subarray(0, bytesRead));
        at += bytesRead;
      }
    } finally {
      await output.close();
    }
  } finally {
    await file.close();
  }
}
