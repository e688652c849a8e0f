// Requests the preview of a file. The body of the request is the first bytes of the file, or the whole file if it is small.
import { address } from "../../../client/address.ts";
import { failureOf, parseJson, unreachable } from "../../../client/answer.ts";
import type { RequestOf } from "../../../client/call.ts";
import { MAX_PREVIEW_BYTES, preview_import, PREVIEW_BYTES, type Preview } from "../../../contract/imports/imports.ts";
import { resolveRefusal } from "../identity/refusals.ts";

/** @param options the options of the import, sent as query parameters
 * @throws Problem, UnreachableError or the signal's reason */
export async function requestPreview(
  file: File,
  options: RequestOf<typeof preview_import>["querystring"],
  signal?: AbortSignal,
): Promise<Preview> {
  const url = address(preview_import, { querystring: { ...options, size: file.size } });
  const head = file.size <= MAX_PREVIEW_BYTES ? file : file.slice(0, PREVIEW_BYTES);
  const response = await fetch(url, {
    method: preview_import.method,
    headers: { "content-type": "application/octet-stream" },
    body: head,
    signal: signal ?? null,
  }).catch((error: unknown) => {
    throw signal?.aborted === true ? (signal.reason as Error) : unreachable(url, error);
  });
  const text = await response.text();
  if (!response.ok) {
    const failure = failureOf(response.status, text);
    void resolveRefusal(failure);
    throw failure;
  }
  return parseJson(text) as Preview;
}
