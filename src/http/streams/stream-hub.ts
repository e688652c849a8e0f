// Reads new states and events once for all open streams, at most five times a second. Events are in commit order. A notification
// contains no data: it only triggers a read.
import type pg from "pg";
import { isTransient } from "../../db/connection/connect.ts";
import { EVENT_CHANNEL } from "../../events/channels.ts";
import type { Listener } from "../../events/listen.ts";
import { eventBounds, assignPositions, readEvents, type StoredEvent } from "../../events/read.ts";
import { writeEvents, writeMessage } from "./event-messages.ts";
import { inBatches } from "./in-batches.ts";
import type { State, StateSource } from "../../events/state-stream.ts";

/** Minimum interval between reads: at most five reads a second. */
const THIN_MS = 200;
/** Maximum number of events per read; further events are read by the next read. */
const EVENTS_AT_ONCE = 1000;

/** The result of one read, including the formatted messages, which are generated once for all readers. */
export interface Found {
  states: readonly { event: string; state: State; text: () => string }[];
  events: readonly StoredEvent[];
  all_events: () => string;
}

export const foundOf = (states: readonly { event: string; state: State }[], events: readonly StoredEvent[]): Found => ({
  states: states.map(({ event, state }) => ({ event, state, text: once(() => writeMessage(event, state)) })),
  events,
  all_events: once(() => writeEvents(events)),
});

/** Returns the formatted messages of the events after a position. */
export function eventsAfter({ events, all_events }: Found, position: number): string {
  if ((events[0]?.position ?? 0) > position) return all_events();
  return writeEvents(events.filter((event) => event.position > position));
}

function once(write: () => string): () => string {
  let text: string | undefined;
  return () => (text ??= write());
}

export interface Hub {
  /** Position up to which the hub has read the events; undefined without readers. */
  readonly position: number | undefined;
  /** Passes all states and events that are found from now on to the reader. Returns the function that unsubscribes it. */
  subscribe(reader: (found: Found) => void): () => void;
  /** Reads now, so that `position` is the position of the newest event. */
  refresh(): Promise<void>;
  /** Reads all recent states and the new events, in case a notification was lost. */
  readAgain: () => void;
  stop: () => void;
}

export interface HubContext {
  pool: pg.Pool;
  listener: Listener;
  sources: readonly StateSource[];
  onError: (error: unknown) => void;
}

// eslint-disable-next-line max-lines-per-function -- one closure over the changes since the last read
export function createHub({ pool, listener, sources, onError }: HubContext): Hub {
  const readers = new Set<(found: Found) => void>();
  const dirty = new Map<StateSource, Set<number> | "all">();
  let eventsDirty = false;
  let position: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> | undefined;

  const readOnce = async (): Promise<void> => {
    const changed = [...dirty];
    const wereEventsDirty = eventsDirty;
    dirty.clear();
    eventsDirty = false;
    try {
      const states = await readStates(changed);
      let events: StoredEvent[] = [];
      if (position === undefined) position = await newest(pool);
      else if (wereEventsDirty) events = await nextEvents(pool, position);
      // Set the new position before `inBatches` passes the events. A reader that subscribes meanwhile starts at this position, because
      // `inBatches` passes the events only to the earlier readers. Without readers, the hub has no position.
      if (readers.size === 0) position = undefined;
      else position = events.at(-1)?.position ?? position;
      if (events.length === EVENTS_AT_ONCE) eventsDirty = true;
      const found = foundOf(states, events);
      if (states.length + events.length > 0)
        await inBatches(readers, (reader) => {
          reader(found);
        });
    } catch (error) {
      for (const [source] of changed) dirty.set(source, "all");
      eventsDirty = true;
      // The next read retries; an unavailable database is not logged here.
      if (!isTransient(error)) onError(error);
    }
  };
  const start = (): Promise<void> =>
    (reading ??= readOnce().finally(() => {
      reading = undefined;
      timer ??= setTimeout(turn, THIN_MS);
    }));
  const turn = (): void => {
    timer = undefined;
    if (readers.size > 0 && (dirty.size > 0 || eventsDirty)) void start();
  };
  const wake = (): void => {
    if (timer === undefined && reading === undefined) turn();
  };
  const readAgain = (): void => {
    for (const source of sources) dirty.set(source, "all");
    eventsDirty = true;
    wake();
  };

  const unsubscribe = sources.map((source) =>
    listener.subscribe(source.channel, (payload) => {
      const ids = dirty.get(source) ?? new Set<number>();
      const id = Number.parseInt(payload ?? "", 10);
      if (ids !== "all") dirty.set(source, Number.isNaN(id) ? "all" : ids.add(id));
      wake();
    }),
  );
  unsubscribe.push(
    listener.subscribe(EVENT_CHANNEL, () => {
      eventsDirty = true;
      wake();
    }),
  );
  return {
    get position() {
      return position;
    },
    subscribe(reader) {
      readers.add(reader);
      return () => {
        readers.delete(reader);
        // Without readers, the hub reads no events. When the next reader subscribes, the hub continues at the newest event; that reader
        // itself reads the events that it missed.
        if (readers.size === 0) position = undefined;
      };
    },
    async refresh() {
      await reading;
      await start();
    },
    readAgain,
    stop() {
      clearTimeout(timer);
      for (const end of unsubscribe) end();
    },
  };
}

type Changed = readonly [source: StateSource, ids: Set<number> | "all"][];

async function readStates(changed: Changed): Promise<{ event: string; state: State }[]> {
  const found: { event: string; state: State }[] = [];
  for (const [source, ids] of changed) {
    if (ids === "all") for (const state of await source.listRecent()) found.push({ event: source.event, state });
    // Read one import or operation at a time, to leave the pool's connections to requests.
    else
      for (const id of ids) {
        const state = await source.read(id);
        if (state !== undefined) found.push({ event: source.event, state });
      }
  }
  return found;
}

async function newest(pool: pg.Pool): Promise<number> {
  await assignPositions(pool);
  return (await eventBounds(pool)).newest;
}

async function nextEvents(pool: pg.Pool, after: number): Promise<StoredEvent[]> {
  await assignPositions(pool);
  return readEvents(pool, after, EVENTS_AT_ONCE);
}
