// What happens on the server, as it happens: one stream for the tab, for all sections. A tab out of sight holds none, for a browser
// opens six connections to a server for all its tabs together; what runs then is asked for now and then (running.ts).
import { onScopeDispose, readonly, ref, watch } from "vue";
import { useDocumentVisibility } from "@vueuse/core";
import { watchEvents } from "../../client/watch-events.ts";
import type { StreamData, StreamEvent } from "../../contract/webhooks/events.ts";
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

/** `is_open`: events come by themselves. `gaps` grows when something may have been missed: load again what is shown. */
export const useStream = () => ({ is_open: readonly(isOpen), gaps: readonly(gaps) });

/** Until the component goes. */
export function useLive<const Name extends StreamEvent>(name: Name, handler: Handler<Name>): void {
  const of: Set<Handler<Name>> = handlers[name];
  of.add(handler);
  onScopeDispose(() => of.delete(handler));
}

/** Tells all who listen; also for what was learned without the stream. */
export function publish<const Name extends StreamEvent>(name: Name, data: StreamData<Name>): void {
  const of: Set<Handler<Name>> = handlers[name];
  for (const handler of of) handler(data);
}

/** Called once, by the shell. */
export function startLiveUpdates(): void {
  const visibility = useDocumentVisibility();
  let stop = new AbortController();
  let lastEventId: string | undefined;
  let hasBeenOpen = false;
  const onState = (open: boolean | null): void => {
    isOpen.value = open === true;
    if (open === null) reportLost();
    if (open !== true) return;
    // Who comes back with an id gets all since then, or is told what is missing.
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
      if (now === "visible") void listen();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    stop.abort();
  });
}
