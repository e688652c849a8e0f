// Opens the source of an import: a file, or a pipe or standard input, whose size is unknown.
import { constants, createReadStream, openSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { UsageError, type Io } from "../command.ts";
import { oneLine } from "../../terminal.ts";

export interface ImportSource {
  /** The name shown for the import. */
  filename: string;
  /** Size in bytes; null = unknown. */
  size: number | null;
  /** Path of a regular file. undefined = the source is a stream, which `open` can return only once. */
  path: string | undefined;
  open: () => Readable;
}

const READ_BYTES = 1 << 20;

/** @throws UsageError if the path cannot be read */
export async function findSource(path: string, { stdin }: Pick<Io, "stdin">): Promise<ImportSource> {
  if (path === "-") return { filename: "stdin", size: null, path: undefined, open: () => stdin };
  const found = await stat(path).catch((error: unknown) => {
    throw new UsageError(describeUnreadable(path, error as NodeJS.ErrnoException));
  });
  if (found.isDirectory()) throw new UsageError(describeUnreadable(path, { code: "EISDIR", message: "" }));
  if (!found.isFile() && !found.isFIFO())
    throw new UsageError(`${oneLine(path)} is a device or a socket. Give a file, a pipe, or - for standard input.`);
  return sourceOf(path, found);
}

/** The message for a file that cannot be read. */
export function describeUnreadable(
  given: string,
  { code, message }: Pick<NodeJS.ErrnoException, "code" | "message">,
): string {
  const path = oneLine(given);
  if (code === "ENOENT") return `The file ${path} does not exist. Check the path.`;
  if (code === "EISDIR") return `${path} is a folder. Give a file in it.`;
  return `${path} cannot be read: ${message}`;
}

function sourceOf(path: string, found: Stats): ImportSource {
  const filename = basename(path);
  if (!found.isFile()) return { filename, size: null, path: undefined, open: () => openPipe(path) };
  return { filename, size: found.size, path, open: () => createReadStream(path, { highWaterMark: READ_BYTES }) };
}

/** Opens the pipe as a socket. A read stream would wait for the pipe's writer in a thread, and the process could not exit while that
 * thread waits, not even with Ctrl-C. */
function openPipe(path: string): Readable {
  const { Socket } = process.getBuiltinModule("node:net");
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
}
