// What came back: the value, the server's Problem, or no usable answer at all. Shared by every way of asking.
import type { ProblemDocument } from "../contract/problem-document.ts";
import { Problem, PROBLEMS, type ProblemSlug } from "../contract/problems.ts";

/** Nobody answered, or something that is not Skuport did. `status` is there in the second case. */
export class UnreachableError extends Error {
  override readonly name = "NoAnswer";
  readonly status: number | undefined;

  constructor(message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
  }
}

/** What a Problem says by itself. */
const STANDARD_MEMBERS: ReadonlySet<string> = new Set(["type", "title", "status", "detail"]);

/** The error for a failed answer: a Problem where the body is a problem document, else a NoAnswer. */
export function failureOf(status: number, body: string): Problem | UnreachableError {
  const document = parseJson(body);
  if (!isProblemDocument(document)) {
    return new UnreachableError(
      `The server answered ${status.toString()} without saying why; is it Skuport that listens there?`,
      {
        status,
      },
    );
  }
  const { type, detail } = document;
  const extra = Object.fromEntries(Object.entries(document).filter(([name]) => !STANDARD_MEMBERS.has(name)));
  const slug = type.slice(type.lastIndexOf("/") + 1);
  // A newer server may know a slug that this client does not: what it says still stands.
  return new Problem(isSlug(slug) ? slug : "internal-error", detail, { extra });
}

/** The largest answer, except a download, is a page of products with long texts, some 10 MB. */
export const MAX_ANSWER_BYTES = 100_000_000;

/** The body's text. Throws a NoAnswer beyond `MAX_ANSWER_BYTES`: what listens there may not be Skuport, and may never end. */
export async function readText(body: AsyncIterable<Uint8Array>, status: number): Promise<string> {
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new UnreachableError(
        `The server's answer is larger than ${(MAX_ANSWER_BYTES / 1e6).toString()} MB; is it Skuport that listens there?`,
        { status },
      );
    }
    pieces.push(decoder.decode(piece, { stream: true }));
  }
  return pieces.join("") + decoder.decode();
}

/** The pieces of a body as they come, by hand: Safari iterates no streams. Ending the iteration closes the connection. */
export async function* piecesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void> {
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

/** The error for a request that met no server. */
export const nobodyThere = (url: string, cause: unknown): UnreachableError =>
  new UnreachableError(`No answer from ${originOf(url)}: is the server running?`, { cause });

/** As far as it is needed here; by hand, since a command line that only sends a file does without zod. */
function isProblemDocument(body: unknown): body is ProblemDocument {
  if (typeof body !== "object" || body === null) return false;
  const { type, title, status, detail } = body as Partial<ProblemDocument>;
  return [type, title, detail].every((member) => typeof member === "string") && Number.isInteger(status);
}

const isSlug = (text: string): text is ProblemSlug => Object.hasOwn(PROBLEMS, text);

/** undefined where the text is not JSON. */
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
