// One connection to a stream of server-sent events, on fetch: an EventSource closes for good on any answer but 200, says nothing
// of heartbeats, and Node has none.
import { UnreachableError } from "./answer.ts";
import { readEvents, type StreamEvent } from "./event-stream.ts";

/** The server sends a heartbeat well within this time; without one the connection is dead, whatever TCP says. */
const SILENCE_MS = 40_000;

/** The server answers, but gives no stream. */
export class NoStream extends Error {
  override readonly name = "NoStream";
  readonly status: number;

  constructor(status: number) {
    super(`The server answered ${status.toString()} instead of a stream`);
    this.status = status;
  }
}

export interface StreamOptions {
  /** Of the last event that came; the server goes on from there. */
  last_event_id?: string | undefined;
  signal?: AbortSignal | undefined;
  onOpen?: () => void;
}

/** Gives each event until the stream ends. Throws NoStream, a NoAnswer when the line falls silent, fetch's TypeError or the signal's reason. */
export async function* openStream(
  url: string,
  { last_event_id, signal: stop, onOpen }: StreamOptions,
): AsyncGenerator<StreamEvent> {
  const silence = new AbortController();
  const signal = stop ? AbortSignal.any([stop, silence.signal]) : silence.signal;
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(deadline);
    deadline = setTimeout(() => {
      silence.abort(new UnreachableError("The server has fallen silent"));
    }, SILENCE_MS);
  };
  try {
    heard();
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
    yield* readEvents(piecesOf(response.body, heard));
  } finally {
    clearTimeout(deadline);
    silence.abort(); // lets the connection go when the reader has had enough
  }
}

/** Safari iterates no streams, so this reads by hand. */
async function* piecesOf(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    yield value;
  }
}
