// Opens one connection to a stream of server-sent events. Uses fetch instead of an EventSource, which does not reconnect after a
// status other than 200, hides heartbeats, and does not exist in Node.
import { Problem } from "../../contract/problems.ts";
import { authorization, redirectOf, refuseRedirect } from "../authorization.ts";
import { chunksOf, failureOf, readText, UnreachableError } from "../answer.ts";
import { readEvents, type StreamEvent } from "./event-stream.ts";

/** Time without any bytes after which the connection counts as dead. The server sends a heartbeat every 15 seconds. */
const SILENCE_MS = 40_000;

/** Thrown if the server responded, but not with a stream. A refusal that another attempt cannot change is thrown as a Problem instead. */
export class NoStream extends Error {
  override readonly name = "NoStream";
  readonly status: number;

  constructor(status: number) {
    super(`The server responded with status ${status.toString()} instead of a stream`);
    this.status = status;
  }
}

export interface StreamOptions {
  /** Id of the last event received; the server continues after that event. */
  last_event_id?: string | undefined;
  /** API key. In a browser, the cookie of the session is used instead. */
  key?: string | undefined;
  signal?: AbortSignal | undefined;
  onOpen?: () => void;
}

/** Yields each event until the stream ends. Throws NoStream, a Problem if the credential is missing, not valid or not
 * sufficient, an UnreachableError when no bytes arrive, fetch's TypeError, or the signal's reason. */
export async function* openStream(
  url: string,
  { last_event_id, key, signal: stop, onOpen }: StreamOptions,
): AsyncGenerator<StreamEvent> {
  const silence = new AbortController();
  const signal = stop ? AbortSignal.any([stop, silence.signal]) : silence.signal;
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const onBytes = () => {
    clearTimeout(deadline);
    deadline = setTimeout(() => {
      silence.abort(new UnreachableError("The server has stopped sending"));
    }, SILENCE_MS);
  };
  try {
    onBytes();
    const response = await fetch(url, {
      headers: {
        accept: "text/event-stream",
        ...authorization(key),
        ...(last_event_id === undefined ? {} : { "last-event-id": last_event_id }),
      },
      ...redirectOf(key),
      cache: "no-store",
      signal,
    });
    refuseRedirect(key, response);
    if (response.status !== 200 || response.body === null) throw await refusalOf(response);
    onOpen?.();
    yield* readEvents(piecesOf(response.body, onBytes));
  } finally {
    clearTimeout(deadline);
    silence.abort(); // closes the connection when the caller stops iterating
  }
}

/** Statuses that a later attempt with the same credential gets again. */
const FINAL: ReadonlySet<number> = new Set([401, 403]);

async function refusalOf(response: Response): Promise<Error> {
  if (FINAL.has(response.status)) {
    const failure = failureOf(response.status, await readText(chunksOf(response.body), response.status));
    if (failure instanceof Problem) return failure;
  } else await response.body?.cancel();
  return new NoStream(response.status);
}

/** Yields the chunks of a body. Uses a reader because Safari cannot iterate over a stream. */
async function* piecesOf(body: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    yield value;
  }
}
