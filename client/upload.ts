// Sends a file to be imported, from Node: a path or any stream of bytes, in constant memory and with progress.
// A browser cannot send a stream over HTTP/1.1; web/imports/upload/upload-file.ts sends its File.
import { open, type FileHandle } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { z } from "zod";
import { IMPORTS_URL } from "../contract/imports/import-names.ts";
import type { create_import, Import } from "../contract/imports/imports.ts";
import { Problem } from "../contract/problems.ts";
import { address } from "./address.ts";
import { failureOf, unreachable, readText } from "./answer.ts";
import { createReplay } from "./replay.ts";
import { orAborted, wait } from "./wait.ts";

// Not an import: that would read all names of the module and so load fetch and TLS, 17 ms of a command that starts in 40 ms.
const { request: requestHttp } = process.getBuiltinModule("node:http");

export interface UploadOptions {
  base_url: string;
  /** Options of the import; an absent one takes the server's default. */
  options?: Omit<z.input<typeof create_import.schema.querystring>, "filename">;
  signal?: AbortSignal | undefined;
  /** Bytes handed to the connection, and the file's size (null = unknown). */
  onProgress?: (sent: number, size: number | null) => void;
  /** Called when the server refuses the file because it receives too many; it is sent again after a pause. */
  onBusy?: () => void;
  busy_pause_ms?: number;
}

/**
 * Sends the file at `path` under its own name. While the server receives too many files, waits and sends it again.
 * Throws a Problem, an UnreachableError, the reading error or the signal's reason.
 */
export async function uploadPath(path: string, upload: UploadOptions): Promise<Import> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await repeatWhileBusy(
      () => sendOnce(readChunks(file, size), { ...upload, filename: basename(path), size }),
      upload,
    );
  } finally {
    await file.close();
  }
}

/** Sends a stream whose size may be unknown (null), such as standard input. Otherwise as `uploadPath`. */
export async function uploadStream(
  source: Readable | AsyncIterable<Uint8Array>,
  upload: UploadOptions & { filename: string; size: number | null },
): Promise<Import> {
  const replay = createReplay(source);
  try {
    // Without a request: a server ends one whose body is silent for a minute, and a pipe may be silent for longer.
    await orAborted(replay.waitForData(), upload.signal);
    return await repeatWhileBusy(() => sendOnce(replay.chunks(), upload), upload, replay.canRepeat);
  } finally {
    if ("destroy" in source) source.destroy();
  }
}

/** Bytes read and sent at once. */
const CHUNK_BYTES = 1 << 20;

/** The file's bytes up to `size`, through one reused buffer: a new buffer for each chunk costs more in garbage collection than sending
 * it. A chunk is valid until the next one is requested. */
async function* readChunks(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size));
  for (let position = 0; position < size;) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, size - position), position);
    if (bytesRead === 0) throw new Error("The file became shorter while it was sent. Send it again.");
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** Pause before a repeated request; the `Retry-After` of the server. */
const BUSY_PAUSE_MS = 5000;

/** The server refuses a file with `too-many-files` before it does anything with it, so sending it again is safe. */
async function repeatWhileBusy(
  send: () => Promise<Import>,
  { signal, onBusy, busy_pause_ms = BUSY_PAUSE_MS }: UploadOptions,
  canRepeat: () => boolean = () => true,
): Promise<Import> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Problem && error.slug === "too-many-files" && canRepeat())) throw error;
      onBusy?.();
      await wait(busy_pause_ms, signal);
    }
  }
}

async function sendOnce(
  chunks: AsyncIterable<Uint8Array>,
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
  // Loaded only if needed: TLS takes as long to load as the rest of a command.
  const send = url.startsWith("https:") ? (await import("node:https")).request : requestHttp;
  const request = send(url, { method: "POST", headers, signal });
  const answered = answerOf(request);
  // The answer alone decides the outcome: a source that fails destroys the request with its error. The answer can arrive before the
  // whole file is sent (too large, disk full), and the rest is then not sent.
  let sourceError: unknown;
  const sending = sendChunks(request, chunks, (sent) => onProgress?.(sent, size)).catch((error: unknown) => {
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
    throw error !== sourceError && isConnectionError(error) ? unreachable(url, error) : error;
  } finally {
    request.destroy();
    await sending;
  }
}

const answerOf = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject); // stays: without a listener, an error after the answer would end the process
  });

/** Sends one chunk at a time: requests the next when the connection has taken the last. Returns when the request closes, even
 * while the source is silent. Throws what the source throws; the connection's errors are the request's. */
async function sendChunks(
  request: ClientRequest,
  chunks: AsyncIterable<Uint8Array>,
  onSent: (sent: number) => void,
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let stopWaiting = (): void => undefined;
  request.once("close", () => {
    stopWaiting();
  });
  for (let sent = 0; ;) {
    const next = await new Promise<IteratorResult<Uint8Array> | undefined>((resolve, reject) => {
      stopWaiting = () => {
        resolve(undefined);
      };
      iterator.next().then(resolve, reject);
    });
    if (next === undefined || request.destroyed) return;
    if (next.done === true) break;
    await new Promise<void>((resolve) => {
      stopWaiting = resolve;
      request.write(next.value, () => {
        resolve();
      });
    });
    sent += next.value.byteLength;
    onSent(sent);
  }
  request.end();
}

/** A system error of the connection. */
const isConnectionError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code));
