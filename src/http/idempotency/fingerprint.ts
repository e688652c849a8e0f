// What a body says, as a hash, while it passes by: the same file as a form has another boundary each time it is sent, and is
// the same all the same.
import { Busboy } from "@fastify/busboy";
import { createHash, type Hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { pipeline, Transform, type Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface Fingerprint {
  /** The body, to be read instead of the one given. */
  body: Readable;
  /** Of what has been read so far, with the content type. */
  digest(): Promise<string>;
}

export function fingerprintOf(headers: IncomingHttpHeaders, payload: Readable): Fingerprint {
  const { "content-type": type = "" } = headers;
  const hash = createHash("sha256");
  const update = /^multipart\/form-data\b/i.test(type) ? hashForm(hash, headers) : undefined;
  if (update === undefined) hash.update(`${type}\0`);
  const body = new Transform({
    transform(piece: Buffer, _encoding, done) {
      (update ?? hash.update.bind(hash))(piece);
      done(null, piece);
    },
  });
  // Whoever reads the body meets its errors.
  // The iterator does not destroy the request, which would cut the connection before the answer.
  pipeline(payload.iterator({ destroyOnReturn: false }), body, () => undefined);
  let digest: Promise<string> | undefined;
  // A form's file hands on what it has by the next turn at the latest.
  return { body, digest: () => (digest ??= nextTurn().then(() => hash.digest("hex"))) };
}

/** Hashes names, values, file names and files. undefined for a form that nobody can read. */
function hashForm(hash: Hash, headers: IncomingHttpHeaders): ((piece: Buffer) => void) | undefined {
  try {
    const form = new Busboy({ headers: { ...headers, "content-type": headers["content-type"] ?? "" } });
    const part = (...texts: string[]): void => void hash.update(`\0${JSON.stringify(texts)}`);
    form.on("field", (name: string, value: string) => {
      part("field", name, value);
    });
    form.on("file", (name: string, file: Readable, filename: string) => {
      part("file", name, filename);
      file.on("data", (piece: Buffer) => hash.update(piece));
      file.on("error", () => undefined);
    });
    // A broken form is the reader's to tell.
    form.on("error", () => undefined);
    return (piece) => void form.write(piece);
  } catch {
    return undefined;
  }
}
