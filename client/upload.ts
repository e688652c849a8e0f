// Sends a file for an import, in Node only: a file given by its path, or any stream of bytes. Uses constant memory and reports
// progress. A browser cannot send a stream over HTTP/1.1, so the page uses web/imports/upload/upload-file.ts.
import { open, type FileHandle } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { z } from "zod";
import { IMPORTS_URL } from "../contract/imports/import-names.ts";
import type { create_import, Import } from "../contract/imports/imports.ts";
import { Problem } from "../contract/problems.ts";
import { address } from "./address.ts";
import { authorization, isRedirect, redirectError } from "./authorization.ts";
import { failureOf, unreachable, readText } from "./answer.ts";
import type { FileForm } from "./upload-form.ts";
import { createReplay } from "./replay.ts";
import { orAborted, wait } from "./wait.ts";

// Do not use `import` here: it would read all exports of the module and thereby load fetch and TLS. That would take 17 ms, in a
// command that starts in 40 ms.
const { request: requestHttp } = process.getBuiltinModule("node:http");

export interface UploadOptions {
  base_url: string;
  /** API key. */
  key?: string | undefined;
  /** Options of the import. The server uses its defaults for options that are not given. */
  options?: Omit<z.input<typeof create_import.schema.querystring>, "filename">;
  signal?: AbortSignal | undefined;
  /** Called with the number of bytes written to the connection so far and the size of the file (null = unknown). */
  onProgress?: (sent: number, size: number | null) => void;
  /** Called when the server refuses the file because it is receiving too many files. The file is then sent again after a pause. */
  onBusy?: () => void;
  busy_pause_ms?: number;
}

/**
 * Sends the file at `path` with its own name. If the server is receiving too many files, waits and sends the file again. Throws
 * a Problem, an UnreachableError, the error of reading the file or the signal's reason.
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

/** Sends a stream, such as standard input, whose size may be unknown (null). Waits, repeats and throws like `uploadPath`. */
export async function uploadStream(
  source: Readable | AsyncIterable<Uint8Array>,
  upload: UploadOptions & { filename: string; size: number | null },
): Promise<Import> {
  const replay = createReplay(source);
  try {
    // Start the request only when data is available: the server ends a request whose body is silent for a minute, and a pipe may
    // be silent for longer.
    await orAborted(replay.waitForData(), upload.signal);
    return await repeatWhileBusy(() => sendOnce(replay.chunks(), upload), upload, replay.canRepeat);
  } finally {
    if ("destroy" in source) source.destroy();
  }
}

/** Maximum size of a chunk: the bytes that one read returns and one write sends. */
const CHUNK_BYTES = 1 << 20;

/** Yields the file's bytes up to `size` in one reused buffer: the garbage collection of a new buffer for each chunk costs more
 * than sending the chunk. A chunk is valid until the next one is requested. */
async function* readChunks(file: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size));
  for (let position = 0; position < size;) {
    const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, size - position), position);
    if (bytesRead === 0) throw new Error("The file was shortened while it was being sent. Send it again.");
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** Pause before a refused file is sent again; the same as the server's `Retry-After`. */
const BUSY_PAUSE_MS = 5000;

/** Calls `send`, and calls it again after a pause while the server responds with `too-many-files`. Repeating is safe, because
 * the server has not processed a file that it refuses. */
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
    key,
    options = {},
    signal,
    onProgress,
  }: UploadOptions & { filename: string; size: number | null },
): Promise<Import> {
  // Load upload-form.ts only if needed: most imports have no mapping.
  const form =
    options.mapping === undefined ? undefined : (await import("./upload-form.ts")).formOf(options.mapping, filename);
  const querystring = { ...options, filename, ...(form === undefined ? {} : { mapping: undefined }) };
  const url = address({ url: IMPORTS_URL }, { querystring }, base_url);
  const added = form === undefined ? 0 : form.head.length + form.tail.length;
  const headers = {
    accept: "application/json",
    ...authorization(key),
    "content-type": form?.content_type ?? "application/octet-stream",
    ...(size === null ? {} : { "content-length": size + added }),
  };
  // Load `node:https` only if needed: loading TLS takes as long as the rest of a command.
  const send = url.startsWith("https:") ? (await import("node:https")).request : requestHttp;
  const request = send(url, { method: "POST", headers, signal });
  const answered = answerOf(request);
  // Wait for the response only. If the source fails, its error destroys the request, so the wait ends too. The response can arrive
  // before the whole file is sent (file too large, disk full). In that case, the remaining bytes are not sent.
  let sourceError: unknown;
  const parts = form === undefined ? chunks : withParts(form, chunks);
  const onSent = (sent: number): void =>
    onProgress?.(Math.min(Math.max(sent - (form?.head.length ?? 0), 0), size ?? Infinity), size);
  const sending = sendChunks(request, parts, onSent).catch((error: unknown) => {
    sourceError = error;
    request.destroy(error as Error);
  });
  try {
    const response = await answered;
    const status = response.statusCode ?? 0;
    if (isRedirect(status)) throw redirectError(status, response.headers.location);
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

async function* withParts({ head, tail }: FileForm, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* chunks;
  yield tail;
}

const answerOf = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject); // never removed: without a listener, an error after the response would end the process
  });

/** Sends one chunk at a time: requests the next chunk when the connection has accepted the previous one. Returns when the
 * request closes, even while the source is silent. Throws errors of the source only: the request emits the errors of the
 * connection. */
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

/** Whether an error is a system error of the connection. */
const isConnectionError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code));
