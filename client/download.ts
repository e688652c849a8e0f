// Asks an endpoint whose answer is a file, and gives its bytes as they come.
import { address } from "./address.ts";
import { failureOf, nobodyThere, UnreachableError, piecesOf, readText } from "./answer.ts";
import type { RequestOf } from "./call.ts";
import type { Endpoint } from "../contract/endpoint.ts";

export interface DownloadOptions {
  base_url?: string;
  signal?: AbortSignal | undefined;
}

/** Resolves once the server has begun to send. Throws a Problem, a NoAnswer or the signal's reason, then and while it is read; to
 * read no further closes the connection. */
export async function download<const E extends Endpoint>(
  endpoint: E,
  request: RequestOf<E>,
  { base_url = "", signal }: DownloadOptions = {},
): Promise<AsyncGenerator<Uint8Array, void>> {
  const url = address(endpoint, request, base_url);
  const reading = new AbortController();
  const response = await fetch(url, {
    signal: signal ? AbortSignal.any([signal, reading.signal]) : reading.signal,
  }).catch((error: unknown) => {
    throw error instanceof TypeError ? nobodyThere(url, error) : error;
  });
  const type = response.headers.get("content-type") ?? "";
  const isFile = [endpoint.schema.answer_type ?? []].flat().some((one) => type.startsWith(one));
  if (response.ok && response.body !== null && isFile) return bytesOf(response.body, reading);
  throw failureOf(response.status, await readText(piecesOf(response.body), response.status));
}

async function* bytesOf(body: ReadableStream<Uint8Array>, reading: AbortController): AsyncGenerator<Uint8Array, void> {
  try {
    yield* piecesOf(body);
  } catch (error) {
    // What fetch says of a connection that broke
    if (!(error instanceof TypeError)) throw error;
    throw new UnreachableError("The server's answer was cut short: what has come is not complete. Try again", {
      cause: error,
    });
  } finally {
    reading.abort();
  }
}
