// GET /api/events: a stream of the events of the catalogue and of the states of imports and operations. Each state contains all values, so
// the server can skip a state if a newer state follows. It sends all events after the reader's last position, in order, each at least once.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import pLimit from "p-limit";
import type pg from "pg";
import { eventBounds, readEvents, type StoredEvent } from "../../events/read.ts";
import { writeMessage } from "./event-messages.ts";
import { shareReads } from "./share-reads.ts";
import type { State } from "../../events/state-stream.ts";
import { createHub, eventsAfter, foundOf, type Found, type Hub, type HubContext } from "./stream-hub.ts";
import type { Stream, Streams } from "./registry.ts";
import { watch_events } from "../../../contract/webhooks/events.ts";
import { Problem } from "../../../contract/problems.ts";

/** Number of events per read while a reader catches up. */
const PAGE = 1000;
/** Maximum number of concurrent reads. After a restart, all readers reconnect at the same time. This limit leaves database connections to
 * other requests. */
const PAGES_AT_ONCE = 2;

export interface EventStreamContext extends Omit<HubContext, "onError"> {
  streams: Streams;
  closing: AbortSignal;
}

/** Shared by all streams of a server: streams that open at the same time use the result of the same read. */
interface Shared {
  hub: Hub;
  oldest: () => Promise<number>;
  recent: () => Promise<Found>;
  page: (after: number) => Promise<StoredEvent[]>;
}

export function eventStreamRoute(instance: FastifyInstance, context: EventStreamContext): void {
  const { streams, closing, pool, sources } = context;
  const onError = (error: unknown): void => {
    instance.log.warn({ err: error }, "cannot read new events for the event streams; retrying");
  };
  const hub = createHub({ ...context, onError });
  streams.onHeartbeat(hub.readAgain);
  closing.addEventListener("abort", hub.stop);
  const shared: Shared = {
    hub,
    oldest: shareReads(async () => (await eventBounds(pool)).oldest),
    recent: shareReads(() => readRecent(sources)),
    page: pageReader(pool),
  };
  instance.withTypeProvider<ZodTypeProvider>().route({
    ...watch_events,
    handler: async (request, reply) => {
      const stream = streams.take(request, reply);
      const since = sinceOf(request);
      if (stream.is_closed) return reply.hijack();
      const reader = createReader(stream);
      stream.onClose(hub.subscribe(reader.take));
      await openStream(stream, since, reader, shared);
      return reply;
    },
  });
}

async function readRecent(sources: HubContext["sources"]): Promise<Found> {
  const recent = await Promise.all(
    sources.map(async ({ event, listRecent }) => (await listRecent()).map((state) => ({ event, state }))),
  );
  return foundOf(recent.flat(), []);
}

function pageReader(pool: pg.Pool): Shared["page"] {
  const limit = pLimit(PAGES_AT_ONCE);
  return (after) => limit(() => readEvents(pool, after, PAGE));
}

async function openStream(
  stream: Stream,
  since: number | undefined,
  reader: Reader,
  { hub, oldest: readOldest, recent, page }: Shared,
): Promise<void> {
  await hub.refresh();
  const { position } = hub;
  // If the stream was closed during the refresh, the missing position is not an error: a hub without readers has no position.
  if (stream.is_closed) {
    stream.begin();
    return;
  }
  if (position === undefined)
    throw new Problem("not-ready", "The database does not respond at the moment. Try again in a few seconds.");
  const oldest = await readOldest();
  stream.begin();
  try {
    // A `since` after the newest event comes from another database, so the server does not know this position.
    const isKnown = since !== undefined && since >= oldest - 1 && since <= position;
    const begin = isKnown ? since : position;
    stream.write(writeMessage("open", { position: begin }, begin));
    if (since !== undefined && !isKnown) stream.write(writeMessage("missed", { since, until: position }));
    reader.begin(begin);
    reader.take(await recent());
    await reader.catchUp(hub, page);
  } catch {
    // Once the response has started, the only way to report an error is to close the connection; the reader then reconnects.
    stream.cut();
  }
}

/** Returns the reader's last position; undefined for a new reader. */
function sinceOf({ headers }: FastifyRequest): number | undefined {
  const id = headers["last-event-id"];
  if (id === undefined || id === "") return undefined;
  if (typeof id === "string" && /^\d{1,15}$/.test(id)) return Number(id);
  throw new Problem("invalid-request", "Last-Event-ID is not valid. Send the last `id:` received from this stream.");
}

interface Reader {
  /** Sends new states and, once `catchUp` has ended, new events. Does nothing before `begin`: after `begin`, `openStream` reads the current
   * states and the missed events. */
  take: (found: Found) => void;
  /** Sets the position after which the reader gets events. */
  begin(position: number): void;
  /** Reads and sends the events that the hub has read but this reader has not received. From then on, `take` sends the new events. */
  catchUp(hub: Hub, read: (after: number) => Promise<StoredEvent[]>): Promise<void>;
}

function createReader(stream: Stream): Reader {
  const isNew = createVersions();
  let position: number | undefined;
  let follows = false;

  const sendEvents = (found: Found): void => {
    const after = position ?? 0;
    position = Math.max(after, found.events.at(-1)?.position ?? 0);
    const text = eventsAfter(found, after);
    if (text !== "") stream.write(text);
  };
  return {
    take(found) {
      if (position === undefined) return;
      const fresh = found.states.filter(({ event, state }) => isNew(event, state));
      if (fresh.length > 0) stream.write(fresh.map(({ text }) => text()).join(""));
      if (follows) sendEvents(found);
    },
    begin(begin) {
      position = begin;
    },
    async catchUp(hub, read) {
      for (;;) {
        const until = hub.position ?? 0;
        if (stream.is_closed || position === undefined || position >= until) break;
        const events = await read(position);
        // If the read returned no events, the events up to `until` were purged. Continue after `until`, because newer events may exist.
        if (events.length === 0) position = until;
        sendEvents(foundOf([], events));
        await stream.drained();
      }
      // There was no await since the positions were compared, so no event can have been missed.
      follows = true;
    },
  };
}

/** Number of imports and operations whose version each stream remembers; far more than run at the same time. */
const REMEMBERED = 1000;

/** Returns a function that reports whether a state is newer than the last state sent for the same import or operation. A slow read may
 * return an older state, which must not be sent. */
function createVersions(): (event: string, state: State) => boolean {
  const sent = new Map<string, number>();
  return (event, { id, version }) => {
    const name = `${event} ${id}`;
    if ((sent.get(name) ?? -1) >= version) return false;
    sent.set(name, version);
    const [oldest] = sent.keys();
    if (sent.size > REMEMBERED && oldest !== undefined) sent.delete(oldest);
    return true;
  };
}
