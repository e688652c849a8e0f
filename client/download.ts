// Calls an endpoint that returns a file, and streams its bytes.
import { address } from "./address.ts";
import { authorization, redirectOf, refuseRedirect } from "./authorization.ts";
import { failureOf, unreachable, UnreachableError, chunksOf, readText } from "./answer.ts";
import type { CallOptions, RequestOf } from "./call.ts";
import type { Endpoint } from "../contract/endpoint.ts";

export type DownloadOptions = Omit<CallOptions, "headers">;

/** Requests the file; resolves when the response has started. The request and the iteration throw a Problem, an
 * UnreachableError or the signal's reason. Ending the iteration closes the connection. */
export async function download<const E extends Endpoint>(
  endpoint: E,
  request: RequestOf<E>,
  { base_url = "", key, signal }: DownloadOptions = {},
): Promise<AsyncGenerator<Uint8Array, void>> {
  const url = address(endpoint, request, base_url);
  const reading = new AbortController();
  const response = await fetch(url, {
    headers: authorization(key),
    ...redirectOf(key),
    signal: signal ? AbortSignal.any([signal, reading.signal]) : reading.signal,
  }).catch((error: unknown) => {
    throw error instanceof TypeError ? unreachable(url, error) : error;
  });
  refuseRedirect(key, response);
  const type = response.headers.get("content-type") ?? "";
  const isFile = [endpoint.schema.answer_type ?? []].flat().some((one) => type.startsWith(one));
  if (response.ok && response.body !== null && isFile) return bytesOf(response.body, reading);
  throw failureOf(response.status, await readText(chunksOf(response.body), response.status));
}

async function* bytesOf(body: ReadableStream<Uint8Array>, reading: AbortController): AsyncGenerator<Uint8Array, void> {
  try {
    yield* chunksOf(body);
  } catch (error) {
    // fetch throws a TypeError if the connection breaks.
    if (!(error instanceof TypeError)) throw error;
    throw new UnreachableError("The server's response is incomplete: the file is truncated. Try again.", {
      cause: error,
    });
  } finally {
    reading.abort();
  }
}
