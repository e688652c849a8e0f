// Watches one import until it ends, across dropped connections and server restarts. One implementation for browser and
// Node, on fetch: an EventSource closes for good on any answer but 200, and Node has none.
import { get_import, isTerminal, watch_import, type Import } from "../contract/imports.ts";
import { Problem } from "../contract/problems.ts";
import { address } from "./address.ts";
import { NoAnswer, parseJson } from "./answer.ts";
import { call, type CallOptions } from "./call.ts";
import { readEvents } from "./event-stream.ts";

export interface WatchOptions extends CallOptions {
  /** Told whenever the server falls silent (false) or is heard again (true). */
  onConnection?: (connected: boolean) => void;
}

/** The server sends a heartbeat well within this time; without one the connection is dead, whatever TCP says. */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Gives the import as it is now and then each newer version of it; the last one given is terminal.
 * Lost connections are opened again for as long as the signal allows. Throws a Problem where the import does not exist.
 */
export async function* watchImport(id: number, options: WatchOptions = {}): AsyncGenerator<Import, void> {
  const { signal, onConnection } = options;
  let seen = -1;
  let pause_ms = FIRST_PAUSE_MS;
  for (;;) {
    try {
      for await (const state of statesOnce(id, seen, options)) {
        onConnection?.(true);
        pause_ms = FIRST_PAUSE_MS;
        if (state.version <= seen) continue;
        seen = state.version;
        yield state;
        if (isTerminal(state.state)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isPassing(error)) throw error;
      if (!(error instanceof Problem)) onConnection?.(false);
    }
    await wait(pause_ms, signal);
    pause_ms = Math.min(pause_ms * 2, LONGEST_PAUSE_MS);
  }
}

/** One connection: the stream where the server gives one, else the state alone. */
async function* statesOnce(id: number, seen: number, options: WatchOptions): AsyncGenerator<Import> {
  const silence = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(deadline);
    deadline = setTimeout(() => {
      silence.abort(new NoAnswer("The server has fallen silent"));
    }, SILENCE_MS);
  };
  try {
    heard();
    const response = await fetch(address(watch_import, { params: { id } }, options.base_url), {
      headers: { accept: "text/event-stream", ...(seen >= 0 ? { "last-event-id": String(seen) } : {}) },
      cache: "no-store",
      signal,
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      yield await call(get_import, { params: { id } }, options);
      return;
    }
    for await (const event of readEvents(piecesOf(response.body, heard))) {
      if (event.type !== "import") continue;
      const state = parseJson(event.data);
      if (state !== undefined) yield state as Import;
    }
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

/** Whether trying again can help: nobody there, or a server that starts, stops or stumbles. */
function isPassing(error: unknown): boolean {
  if (error instanceof Problem) return error.status >= 500;
  return error instanceof NoAnswer || error instanceof TypeError;
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
