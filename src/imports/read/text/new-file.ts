// Creates the text file into which the reader converts another file. The file is new, readable only by this user, and verified to
// contain exactly as many bytes as were written to it.
import { createWriteStream, type WriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";

/** Creates the file, replacing a file of the same name. The stream fails if another process creates the file in the meantime, so
 * that two writers never share one file. */
export async function createNewFile(path: string): Promise<WriteStream> {
  await rm(path, { force: true });
  return createWriteStream(path, { flags: "wx", mode: 0o600 });
}

/** Called with the length of each write. Returns a promise if the write has to wait for free disk space. The promise rejects if
 * the write must not happen. */
export type SpaceCheck = (length: number) => Promise<void> | undefined;

/** Yields each chunk as soon as the disk has space for it. */
export async function* waitForSpace<Chunk extends { readonly length: number }>(
  chunks: AsyncIterable<Chunk>,
  checkSpace: SpaceCheck = () => undefined,
): AsyncGenerator<Chunk> {
  for await (const chunk of chunks) {
    // `waiting` is usually undefined. Awaiting it for every chunk would cost a turn of the event loop each time.
    const waiting = checkSpace(chunk.length);
    if (waiting !== undefined) await waiting;
    yield chunk;
  }
}

/** Returns the size of a file whose stream has ended.
 * @throws Error if the file does not have the size that was written, because another process has changed it */
export async function checkNewFile({ path, bytesWritten }: WriteStream): Promise<number> {
  const { size } = await stat(path);
  if (size === bytesWritten) return size;
  throw new Error(`"${path.toString()}" has ${size} bytes, but ${bytesWritten} were written`);
}
