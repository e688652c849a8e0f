// Opens one connection to a stream of server-sent events. Uses fetch instead of an EventSource, which does not reconnect after a
// status other than 200, hides heartbeats, and does not exist in Node.
import { UnreachableError } from "./answer.ts";
import { readEvents, type StreamEvent } from "./event-stream.ts";

/** Time without any bytes after which the connection counts as dead. The server sends a heartbeat every 15 seconds. */
const SILENCE_MS = 40_000;

/** Thrown if the server responded, but not with a stream. */
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
  signal?: AbortSignal | undefined;
  onOpen?: () => void;
}

/** Yields each event until the stream ends. Throws NoStream, an UnreachableError when no bytes arrive, fetch's TypeError, or the
 * signal's reason. */
export async function* openStream(
  url: string,
  { last_event_id, signal: stop, onOpen }: StreamOptions,
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
        ...(last_event_id === undefined ? {} : { "last-event-id": last_event_id }),
      },
      cache: "no-store",
      signal,
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw new NoStream(response.status);
    }
    onOpen?.();
    yield* readEvents(chunksOf(response.body, onBytes));
  } finally {
    clearTimeout(deadline);
    silence.abort(); // closes the connection when the caller stops iterating
  }
}

/** Yields the chunks of a body. Uses a reader because Safari cannot iterate over a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    yield value;
  }
}
