// Hashes a body while it is read. A form is hashed by its fields, because its boundary differs each time the same form is sent.
import { Busboy } from "@fastify/busboy";
import { createHash, type Hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { pipeline, Transform, type Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface Fingerprint {
  /** Read this stream instead of the original body. */
  body: Readable;
  /** Hash of the bytes read so far and the content type. */
  digest(): Promise<string>;
}

export function fingerprintOf(headers: IncomingHttpHeaders, payload: Readable): Fingerprint {
  const { "content-type": type = "" } = headers;
  const hash = createHash("sha256");
  const update = /^multipart\/form-data\b/i.test(type) ? hashForm(hash, headers) : undefined;
  if (update === undefined) hash.update(`${type}\0`);
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      (update ?? hash.update.bind(hash))(chunk);
      done(null, chunk);
    },
  });
  // The reader of the body receives its errors.
  // The iterator must not destroy the request: that would close the connection before the response.
  pipeline(payload.iterator({ destroyOnReturn: false }), body, () => undefined);
  let digest: Promise<string> | undefined;
  // The form parser emits its data by the next turn of the event loop.
  return { body, digest: () => (digest ??= nextTurn().then(() => hash.digest("hex"))) };
}

/** Hashes names, values, file names and files. Returns undefined for an unreadable form. */
function hashForm(hash: Hash, headers: IncomingHttpHeaders): ((chunk: Buffer) => void) | undefined {
  try {
    const form = new Busboy({ headers: { ...headers, "content-type": headers["content-type"] ?? "" } });
    const part = (...texts: string[]): void => void hash.update(`\0${JSON.stringify(texts)}`);
    form.on("field", (name: string, value: string) => {
      part("field", name, value);
    });
    form.on("file", (name: string, file: Readable, filename: string) => {
      part("file", name, filename);
      file.on("data", (chunk: Buffer) => hash.update(chunk));
      file.on("error", () => undefined);
    });
    // The reader of the body reports a broken form.
    form.on("error", () => undefined);
    return (chunk) => void form.write(chunk);
  } catch {
    return undefined;
  }
}
