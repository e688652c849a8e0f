// Turns responses into values, Problems or UnreachableErrors. All kinds of requests use this file.
import type { ProblemDocument } from "../contract/problem-document.ts";
import { Problem, PROBLEMS, type ProblemSlug } from "../contract/problems.ts";

/** Thrown if no server responded, or if the server that responded is not Skuport. `status` is set in the second case. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  readonly status: number | undefined;

  constructor(message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
  }
}

/** Members of every problem document. */
const STANDARD_MEMBERS: ReadonlySet<string> = new Set(["type", "title", "status", "detail"]);

/** Returns the error for a failed response: a Problem if the body is a problem document, otherwise an UnreachableError. */
export function failureOf(status: number, body: string): Problem | UnreachableError {
  const document = parseJson(body);
  if (!isProblemDocument(document)) {
    return new UnreachableError(
      `The server responded with status ${status.toString()} but without a reason. Check that Skuport is running at this address.`,
      {
        status,
      },
    );
  }
  const { type, detail } = document;
  const extra = Object.fromEntries(Object.entries(document).filter(([name]) => !STANDARD_MEMBERS.has(name)));
  const slug = type.slice(type.lastIndexOf("/") + 1);
  if (isSlug(slug)) return new Problem(slug, detail, { extra });
  // A newer server may send a slug that this client does not know. Report `internal-error` with the server's detail, and the slug as the
  // `reason`. The page has no text for this reason, so it shows the server's detail instead of its own text for internal errors.
  return new Problem("internal-error", detail, { extra: { reason: slug, ...extra } });
}

/** Maximum size of a response. Apart from downloads, the largest response is a page of products with long values, about 10 MB. */
export const MAX_ANSWER_BYTES = 100_000_000;

/** Reads a body as text. Throws an UnreachableError if the body exceeds `MAX_ANSWER_BYTES`, because a program other than
 * Skuport may send an endless response. */
export async function readText(body: AsyncIterable<Uint8Array>, status: number): Promise<string> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new UnreachableError(
        `The server's response is larger than ${(MAX_ANSWER_BYTES / 1e6).toString()} MB. Check that Skuport is running at this address.`,
        { status },
      );
    }
    texts.push(decoder.decode(chunk, { stream: true }));
  }
  return texts.join("") + decoder.decode();
}

/** Yields the chunks of a body. Uses a reader because Safari cannot iterate over a stream. Ending the iteration closes the
 * connection. */
export async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void> {
  if (body === null) return;
  const reader = body.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}

/** Returns the error for a request that reached no server, or a server whose certificate Node.js does not accept. */
export function unreachable(url: string, cause: unknown): UnreachableError {
  const fault = certificateFault(cause);
  return new UnreachableError(
    fault === undefined
      ? `No response from ${originOf(url)}. Check that the server is running.`
      : `The certificate of ${originOf(url)} is not accepted: ${fault}. Check the certificate. If an authority of your own has issued it, set NODE_EXTRA_CA_CERTS to the file with the certificate of this authority.`,
    { cause },
  );
}

/** Codes of OpenSSL and Node.js for a certificate that has expired, is for another host name, or has an unknown issuer. */
const CERTIFICATE_CODE = /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/;

/** Returns why the certificate of the server was refused; undefined if the error has another cause. `fetch` wraps the error of the
 * connection in its own error. */
function certificateFault(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === "string" && CERTIFICATE_CODE.test(code)) return cause.message;
  }
  return undefined;
}

/** Whether a body has the required members of a problem document. Does not use zod, because commands that only send a file do
 * not load it. */
function isProblemDocument(body: unknown): body is ProblemDocument {
  if (typeof body !== "object" || body === null) return false;
  const { type, title, status, detail } = body as Partial<ProblemDocument>;
  return [type, title, detail].every((member) => typeof member === "string") && Number.isInteger(status);
}

const isSlug = (text: string): text is ProblemSlug => Object.hasOwn(PROBLEMS, text);

/** Parses JSON. Returns undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "the server";
}
