// The bytes of a request whose content-type parser handed the stream on.
import { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";

/** Who stops in the middle still answers: the rest is read and thrown away, since a sender that cannot get rid of it would never come
 * to read the answer, and to destroy the stream would cut the line. undefined = there is no body. */
export function bodyOf({ body }: FastifyRequest): AsyncIterable<Buffer> | undefined {
  return body instanceof Readable ? readBody(body) : undefined;
}

async function* readBody(body: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false })) yield piece as Buffer;
  } finally {
    body.resume();
  }
}
