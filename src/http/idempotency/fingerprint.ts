// Hashes a body while it is read. A form is hashed by its fields, because its boundary differs each time the same form is sent.
import { Busboy } from "@fastify/busboy";
import { createHash, type Hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { pipeline, Transform, type Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface Fingerprint {
  /** A stream of the body, which hashes every byte that is read from it. Read this stream instead of the original body. */
  body: Readable;
  /** Returns the hash of the content type and the bytes read so far or, for a form, of the fields read so far. */
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
  // Ignore errors here: `body` emits them to its reader.
  // The iterator must not destroy the request: that would close the connection before the response.
  pipeline(payload.iterator({ destroyOnReturn: false }), body, () => undefined);
  let digest: Promise<string> | undefined;
  // Wait one turn of the event loop: by then the form parser has emitted the data it was given.
  return { body, digest: () => (digest ??= nextTurn().then(() => hash.digest("hex"))) };
}

/** Hashes the names, values, file names and files of a form. Returns undefined if the form cannot be read. */
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
    // Ignore a broken form here: the reader of the body reports it.
    form.on("error", () => undefined);
    return (chunk) => void form.write(chunk);
  } catch {
    return undefined;
  }
}
