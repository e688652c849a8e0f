// Sends a file to be imported, from Node: a path or any stream of bytes, in constant memory and with progress.
// A browser has no streams upward over HTTP/1.1 and sends its File in web/imports/upload/upload-file.ts.
import { open, type FileHandle } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { z } from "zod";
import { IMPORTS_URL } from "../contract/imports/import-names.ts";
import type { create_import, Import } from "../contract/imports/imports.ts";
import { address } from "./address.ts";
import { failureOf, nobodyThere, readText } from "./answer.ts";

// Not by an import: that reads all of the module's names, and with them loads fetch and TLS, 17 ms of a command that starts in 40.
const { request: requestHttp } = process.getBuiltinModule("node:http");

export interface UploadOptions {
  base_url: string;
  /** What the sender decides about the import; everything else is the server's default. */
  options?: Omit<z.input<typeof create_import.schema.querystring>, "filename">;
  signal?: AbortSignal | undefined;
  /** Bytes handed to the connection, and how many there will be (null = not known). */
  onProgress?: (sent: number, size: number | null) => void;
}

/** Sends the file at `path` under its own name. Throws a Problem, a NoAnswer, the reading error or the signal's reason. */
export async function uploadPath(path: string, upload: UploadOptions): Promise<Import> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await uploadStream(piecesOf(file, size), { ...upload, filename: basename(path), size });
  } finally {
    await file.close();
  }
}

/** Bytes read and sent at once. */
const PIECE_BYTES = 1 << 20;

/** The file's bytes up to `size`, through one buffer that is used again: fresh ones for each piece cost more in garbage collection
 * than sending them. A piece is good until the next is asked for. */
async function* piecesOf(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size));
  for (let left = size; left > 0;) {
    const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, left));
    if (bytesRead === 0) throw new Error("The file became shorter while it was sent; send it again.");
    left -= bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** Sends a stream whose size may be unknown (null), such as standard input. */
export async function uploadStream(
  source: Readable | AsyncIterable<Uint8Array>,
  {
    filename,
    size,
    base_url,
    options = {},
    signal,
    onProgress,
  }: UploadOptions & { filename: string; size: number | null },
): Promise<Import> {
  const url = address({ url: IMPORTS_URL }, { querystring: { ...options, filename } }, base_url);
  const headers = {
    accept: "application/json",
    "content-type": "application/octet-stream",
    ...(size === null ? {} : { "content-length": size }),
  };
  // Loaded where it is needed: TLS takes as long to load as all the rest of a command.
  const send = url.startsWith("https:") ? (await import("node:https")).request : requestHttp;
  const request = send(url, { method: "POST", headers, signal });
  const answered = answerOf(request);
  // A source that fails destroys the request with its error, so the answer alone tells how it went. It may come before
  // the whole file is sent (too large, no room): then sending on is of no use.
  let sourceError: unknown;
  const sending = sendPieces(request, source, (sent) => onProgress?.(sent, size)).catch((error: unknown) => {
    sourceError = error;
    request.destroy(error as Error);
  });
  try {
    const response = await answered;
    const status = response.statusCode ?? 0;
    const body = await readText(response, status);
    if (status !== 201) throw failureOf(status, body);
    return JSON.parse(body) as Import;
  } catch (error) {
    signal?.throwIfAborted();
    throw error !== sourceError && isConnectionError(error) ? nobodyThere(url, error) : error;
  } finally {
    request.destroy();
    // A pipe whose writer is silent would keep `sending` waiting for its next piece.
    if ("destroy" in source) source.destroy();
    await sending;
  }
}

const answerOf = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject); // stays: an error after the answer must not bring the process down
  });

/** One piece at a time: the next is asked for when the connection has taken the last. Throws what the source throws; the
 * connection's errors are the request's. */
async function sendPieces(
  request: ClientRequest,
  source: AsyncIterable<Uint8Array>,
  onSent: (sent: number) => void,
): Promise<void> {
  let sent = 0;
  for await (const piece of source) {
    if (request.destroyed) return;
    await new Promise<void>((resolve) => {
      request.once("close", resolve);
      request.write(piece, () => {
        request.off("close", resolve);
        resolve();
      });
    });
    sent += piece.byteLength;
    onSent(sent);
  }
  request.end();
}

/** A system error of the connection. */
const isConnectionError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code));
