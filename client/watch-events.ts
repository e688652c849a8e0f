// Watches everything that happens on the server, across dropped connections and server restarts, for as long as the signal allows.
import { STREAM_EVENTS, watch_events, type StreamData, type StreamEvent } from "../contract/webhooks/events.ts";
import { address } from "./address.ts";
import { UnreachableError, parseJson } from "./answer.ts";
import { NoStream, openStream } from "./stream.ts";
import { wait } from "./wait.ts";

export type LiveEvent = { [Name in StreamEvent]: { name: Name; data: StreamData<Name> } }[StreamEvent];

export interface WatchEventsOptions {
  base_url?: string;
  signal: AbortSignal;
  /** Where an earlier watch ended. */
  last_event_id?: string | undefined;
  /** Told when a stream is open (true), closed (false), and when nobody was there at all (null). */
  onState?: (open: boolean | null) => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** A server that refuses a stream (too many, or it has none) is not asked all the time. */
const REFUSED_PAUSE_MS = 15_000;

/** Gives each event as it comes. What the server could not keep for a reader who was away is in the state: load it again on `onState(true)`. */
export async function* watchEvents(options: WatchEventsOptions): AsyncGenerator<LiveEvent & { id: string }, void> {
  const { signal, onState } = options;
  const url = address(watch_events, {}, options.base_url);
  let { last_event_id } = options;
  let pauseMs = FIRST_PAUSE_MS;
  const onOpen = () => {
    pauseMs = FIRST_PAUSE_MS;
    onState?.(true);
  };
  for (;;) {
    try {
      for await (const event of openStream(url, { last_event_id, signal, onOpen })) {
        const data = parseJson(event.data);
        if (event.id !== "") last_event_id = event.id;
        if (data !== undefined && Object.hasOwn(STREAM_EVENTS, event.type)) {
          yield { name: event.type, data, id: event.id } as LiveEvent & { id: string };
        }
      }
      onState?.(false);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof NoStream || error instanceof UnreachableError || error instanceof TypeError)) throw error;
      onState?.(error instanceof NoStream ? false : null);
      if (error instanceof NoStream) {
        last_event_id = undefined; // it may be what was refused
        pauseMs = REFUSED_PAUSE_MS;
      }
    }
    const goesOn = await wait(pauseMs, signal).then(
      () => true,
      () => false,
    );
    if (!goesOn) return;
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
