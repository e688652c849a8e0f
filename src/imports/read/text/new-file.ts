// A text file that the reader makes of another file: new, this user's only, and exactly as long as what was written to it.
import { createWriteStream, type WriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";

/** Replaces a file of that name, and fails when another process creates one meanwhile: two writers never share a file. */
export async function createNewFile(path: string): Promise<WriteStream> {
  await rm(path, { force: true });
  return createWriteStream(path, { flags: "wx", mode: 0o600 });
}

/** Called before a write with its length. Returns a promise where the write has to wait for room on the disk. */
export type RoomCheck = (length: number) => Promise<void> | undefined;

/** Passes the pieces on, each as soon as the disk has room for it. */
export async function* asRoomAllows<Piece extends { readonly length: number }>(
  pieces: AsyncIterable<Piece>,
  room: RoomCheck = () => undefined,
): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    const inspected = room(piece.length);
    if (inspected !== undefined) await inspected;
    yield piece;
  }
}

/** Returns the size of a file that has been written to its end.
 * @throws Error when it is not what was written: another process has changed the file */
export async function checkNewFile({ path, bytesWritten }: WriteStream): Promise<number> {
  const { size } = await stat(path);
  if (size === bytesWritten) return size;
  throw new Error(`"${path.toString()}" has ${size} bytes, but ${bytesWritten} were written`);
}
