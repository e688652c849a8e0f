// Live events from the server: one stream per tab, shared by all sections. A browser opens at most six connections to a server for
// all its tabs together, so a hidden tab closes its stream. Meanwhile, running.ts polls.
import { onScopeDispose, readonly, ref, watch } from "vue";
import { useDocumentVisibility } from "@vueuse/core";
import { watchEvents } from "../../client/watch-events.ts";
import { Problem } from "../../contract/problems.ts";
import type { StreamData, StreamEvent } from "../../contract/webhooks/events.ts";
import { loadIdentity } from "./identity/identity.ts";
import { reportLost } from "./use-connection.ts";

type Handler<Name extends StreamEvent> = (data: StreamData<Name>) => void;

const handlers: { [Name in StreamEvent]: Set<Handler<Name>> } = {
  open: new Set(),
  missed: new Set(),
  import: new Set(),
  operation: new Set(),
  products: new Set(),
  changeset: new Set(),
};
const isOpen = ref(false);
const gaps = ref(0);

/** `is_open`: the stream delivers events. `gaps` increases when events may have been missed; the page then reloads what it shows. */
export const useStream = () => ({ is_open: readonly(isOpen), gaps: readonly(gaps) });

/** Subscribes to an event while the component is mounted. */
export function useLive<const Name extends StreamEvent>(name: Name, handler: Handler<Name>): void {
  const subscribers: Set<Handler<Name>> = handlers[name];
  subscribers.add(handler);
  onScopeDispose(() => subscribers.delete(handler));
}

/** Passes an event to all its subscribers. Also called by code that learned of a change without the stream. */
export function publish<const Name extends StreamEvent>(name: Name, data: StreamData<Name>): void {
  const subscribers: Set<Handler<Name>> = handlers[name];
  for (const handler of subscribers) handler(data);
}

/** Opens the stream; `web/shell` calls it once. */
export function startLiveUpdates(): void {
  const visibility = useDocumentVisibility();
  let stop = new AbortController();
  let lastEventId: string | undefined;
  let hasBeenOpen = false;
  const onState = (open: boolean | null): void => {
    isOpen.value = open === true;
    if (open === null) reportLost();
    // The stream may have ended because the session has ended. Ask the server who is signed in: without a session, this opens the sign-in
    // page.
    if (open === false) void loadIdentity();
    if (open !== true) return;
    // Without the ID of the last event, events may have been missed. With it, the server sends all later events, or reports
    // `missed`.
    if (hasBeenOpen && lastEventId === undefined) gaps.value += 1;
    hasBeenOpen = true;
  };
  const listen = async (): Promise<void> => {
    for await (const event of watchEvents({ signal: stop.signal, last_event_id: lastEventId, onState })) {
      if (event.id !== "") lastEventId = event.id;
      if (event.name === "missed") gaps.value += 1;
      publish(event.name, event.data as never);
    }
  };
  watch(
    visibility,
    (now) => {
      stop.abort();
      stop = new AbortController();
      isOpen.value = false;
      if (now === "visible") void listen().catch(ignoreRefusal);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    stop.abort();
  });
}

/** The server refused the stream because the session has ended or the role has changed. `onState(false)` has reported this. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
}
