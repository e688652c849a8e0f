// A text file that the reader makes of another file: new, this user's only, and exactly as long as what was written to it.
import { createWriteStream, type WriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";

/** Replaces a file of that name, and fails when another process creates one meanwhile: two writers never share a file. */
export async function createNewFile(path: string): Promise<WriteStream> {
  await rm(path, { force: true });
  return createWriteStream(path, { flags: "wx", mode: 0o600 });
}

/** Returns the size of a file that has been written to its end.
 * @throws Error when it is not what was written: another process has changed the file */
export async function checkNewFile({ path, bytesWritten }: WriteStream): Promise<number> {
  const { size } = await stat(path);
  if (size === bytesWritten) return size;
  throw new Error(`"${path.toString()}" has ${size} bytes, but ${bytesWritten} were written`);
}
