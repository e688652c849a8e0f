// The file that the reader reads: UTF-8 text on disk, or in memory.

/** The methods of a file handle that the reader needs; read-head.ts implements them for bytes in memory. */
export interface TextFile {
  stat(): Promise<{ size: number }>;
  read(target: Buffer, at: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

export type OpenedFile = TextFile & { close(): Promise<void> };

/** Fills `target`, from index `at` on, with the file's bytes from `position` on. Returns fewer bytes only at the file's end. */
export async function readFully(file: TextFile, target: Buffer, at: number, position: number): Promise<number> {
  let read = 0;
  while (at + read < target.length) {
    const { bytesRead } = await file.read(target, at + read, target.length - at - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return read;
}
