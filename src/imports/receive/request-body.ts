// Reads the body of a request whose content-type parser passes the stream through.
import { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";

/** Returns the request's bytes, or undefined if it has no body. If the caller stops reading early, the remaining bytes are read
 * and discarded: a client that cannot finish sending would never read the response, and destroying the stream would close the
 * connection. */
export function bodyOf({ body }: FastifyRequest): AsyncIterable<Buffer> | undefined {
  return body instanceof Readable ? readBody(body) : undefined;
}

async function* readBody(body: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const buffer of body.iterator({ destroyOnReturn: false })) yield buffer as Buffer;
  } finally {
    body.resume();
  }
}
