// Sends a file to be imported, from Node: a path or any stream of bytes, in constant memory and with progress.
// A browser has no streams upward over HTTP/1.1 and sends its File in web/imports/upload-file.ts.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import type { z } from "zod";
import { create_import, type Import } from "../contract/imports.ts";
import { address } from "./address.ts";
import { failureOf, nobodyThere } from "./answer.ts";

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
  const { size } = await stat(path);
  return uploadStream(createReadStream(path, { highWaterMark: 1 << 20 }), {
    ...upload,
    filename: basename(path),
    size,
  });
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
  const url = address(create_import, { querystring: { ...options, filename } }, base_url);
  const headers = {
    accept: "application/json",
    "content-type": "application/octet-stream",
    ...(size === null ? {} : { "content-length": size }),
  };
  const request = (url.startsWith("https:") ? requestHttps : requestHttp)(url, { method: "POST", headers, signal });
  const answered = answerOf(request);
  // A source that fails destroys the request with its error, so the answer alone tells how it went. It may come before
  // the whole file is sent (too large, no room): then sending on is of no use.
  pipeline(source, countBytes(size, onProgress), request).catch(() => undefined);
  try {
    const response = await answered;
    const body = await text(response);
    if (response.statusCode !== 201) throw failureOf(response.statusCode ?? 0, body);
    return JSON.parse(body) as Import;
  } catch (error) {
    signal?.throwIfAborted();
    throw isConnectionError(error) ? nobodyThere(url, error) : error;
  } finally {
    request.destroy();
  }
}

const answerOf = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject); // stays: an error after the answer must not bring the process down
  });

const countBytes = (size: number | null, onProgress: UploadOptions["onProgress"]) =>
  async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for await (const piece of pieces) {
      yield piece;
      sent += piece.byteLength;
      onProgress?.(sent, size);
    }
  };

/** A system error of the connection; one of the file names its path. */
const isConnectionError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code)) && !("path" in error);
