// What is imported: a file, or a stream whose size nobody knows (a pipe, standard input).
import { constants, createReadStream, openSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { UsageError, type Io } from "./command.ts";
import { oneLine } from "../terminal.ts";

export interface ImportSource {
  /** What the import calls it. */
  filename: string;
  /** Bytes; null = not known. */
  size: number | null;
  /** Of a file that can be read at any time; undefined = only `open` has its bytes, once. */
  path: string | undefined;
  open: () => Readable;
}

const READ_BYTES = 1 << 20;

/** @throws UsageError where there is nothing to read */
export async function findSource(path: string, { stdin }: Pick<Io, "stdin">): Promise<ImportSource> {
  if (path === "-") return { filename: "stdin", size: null, path: undefined, open: () => stdin };
  const found = await stat(path).catch((error: unknown) => {
    throw new UsageError(describeUnreadable(path, error as NodeJS.ErrnoException));
  });
  if (found.isDirectory()) throw new UsageError(describeUnreadable(path, { code: "EISDIR", message: "" }));
  if (!found.isFile() && !found.isFIFO())
    throw new UsageError(`${oneLine(path)} is a device or a socket. Name a file or a pipe, or - for standard input.`);
  return sourceOf(path, found);
}

/** Why a file cannot be read. */
export function describeUnreadable(
  given: string,
  { code, message }: Pick<NodeJS.ErrnoException, "code" | "message">,
): string {
  const path = oneLine(given);
  if (code === "ENOENT") return `There is no file ${path}.`;
  if (code === "EISDIR") return `${path} is a folder. Name one file in it.`;
  return `${path} cannot be read: ${message}`;
}

function sourceOf(path: string, found: Stats): ImportSource {
  const filename = basename(path);
  if (!found.isFile()) return { filename, size: null, path: undefined, open: () => openPipe(path) };
  return { filename, size: found.size, path, open: () => createReadStream(path, { highWaterMark: READ_BYTES }) };
}

/** As a socket: a read stream would wait for the pipe's writer in a thread, and a process cannot exit, even by Ctrl-C, while one
 * of its threads waits. */
function openPipe(path: string): Readable {
  const { Socket } = process.getBuiltinModule("node:net");
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
}
