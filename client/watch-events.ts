// Watches all events of the server until the signal aborts. Reconnects after lost connections and server restarts.
import { STREAM_EVENTS, watch_events, type StreamData, type StreamEvent } from "../contract/webhooks/events.ts";
import { address } from "./address.ts";
import { isRedirectError } from "./authorization.ts";
import { UnreachableError, parseJson } from "./answer.ts";
import { NoStream, openStream } from "./stream/open-stream.ts";
import { wait } from "./wait.ts";

export type LiveEvent = { [Name in StreamEvent]: { name: Name; data: StreamData<Name> } }[StreamEvent];

export interface WatchEventsOptions {
  base_url?: string;
  /** API key. In a browser, the cookie of the session is used instead. */
  key?: string | undefined;
  signal: AbortSignal;
  /** The last event id received in an earlier watch; the watch continues after this event. */
  last_event_id?: string | undefined;
  /** Called with true when a stream opens, false when it closes, and null when no server responds. */
  onState?: (open: boolean | null) => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** Pause before the next attempt after the server has refused a stream. */
const REFUSED_PAUSE_MS = 15_000;

/** Yields each event. Throws a Problem if the credential is missing, not valid or not sufficient. The caller must reload all data when `onState(true)` is called, because the server may have purged events while the
 * connection was lost. */
export async function* watchEvents(options: WatchEventsOptions): AsyncGenerator<LiveEvent & { id: string }, void> {
  const { key, signal, onState } = options;
  const url = address(watch_events, {}, options.base_url);
  let { last_event_id } = options;
  let pauseMs = FIRST_PAUSE_MS;
  const onOpen = () => {
    pauseMs = FIRST_PAUSE_MS;
    onState?.(true);
  };
  for (;;) {
    try {
      for await (const event of openStream(url, { last_event_id, key, signal, onOpen })) {
        const data = parseJson(event.data);
        if (event.id !== "") last_event_id = event.id;
        if (data !== undefined && Object.hasOwn(STREAM_EVENTS, event.type)) {
          yield { name: event.type, data, id: event.id } as LiveEvent & { id: string };
        }
      }
      onState?.(false);
    } catch (error) {
      if (signal.aborted) return;
      if (!mayReconnect(error)) {
        onState?.(false);
        throw error;
      }
      onState?.(error instanceof NoStream ? false : null);
      if (error instanceof NoStream) {
        last_event_id = undefined; // the server may have refused the stream because of this id
        pauseMs = REFUSED_PAUSE_MS;
      }
    }
    const isContinuing = await wait(pauseMs, signal).then(
      () => true,
      () => false,
    );
    if (!isContinuing) return;
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

const mayReconnect = (error: unknown): boolean =>
  !isRedirectError(error) &&
  (error instanceof NoStream || error instanceof UnreachableError || error instanceof TypeError);
