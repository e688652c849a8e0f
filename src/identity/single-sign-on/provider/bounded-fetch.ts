// Calls to the identity provider: without redirects, and with limits for their time and size.
import type { CustomFetch } from "openid-client";
import { isAllowedUrl } from "./provider-url.ts";

/** Metadata, keys and tokens of real providers are below 100 kB. */
const MAX_BYTES = 1 << 20;
/** Statuses whose responses have no body. */
const NO_BODY = new Set([204, 205, 304]);

/** openid-client passes a signal that ends the call after its timeout, and the redirect mode `manual`. */
export const boundedFetch: CustomFetch = async (url, options) => {
  if (!isAllowedUrl(url)) throw new TypeError("the identity provider must use https");
  const { body, headers, method, redirect, signal } = options;
  const response = await fetch(url, {
    ...(body === undefined || body === null ? {} : { body: body as RequestInit["body"] & {} }),
    headers,
    method,
    redirect,
    ...(signal === undefined ? {} : { signal }),
  });
  const bytes = await readBytes(response);
  const { status, headers: answered } = response;
  return new Response(NO_BODY.has(status) ? null : bytes, { status, headers: answered });
};

async function readBytes({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (body !== null) {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      // Leaving the loop cancels the body.
      if (size > MAX_BYTES)
        throw new RangeError(`the response of the identity provider is larger than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
  }
  return new Uint8Array(Buffer.concat(chunks));
}
