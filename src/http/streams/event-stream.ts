// GET /api/events: one stream of everything for each reader. States are absolute, so one that was left out is made up for by
// the next; events are sent in their order, from where the reader left off, at least once each.
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

/** Events of one page of what a reader has missed. */
const PAGE = 1000;
/** Pages read at once: after a restart all readers come back together, and requests need the pool too. */
const PAGES_AT_ONCE = 2;

export interface EventStreamContext extends Omit<HubContext, "onError"> {
  streams: Streams;
  closing: AbortSignal;
}

/** What all streams of a server share: streams that open together are served by the same reads. */
interface Shared {
  hub: Hub;
  oldest: () => Promise<number>;
  recent: () => Promise<Found>;
  page: (after: number) => Promise<StoredEvent[]>;
}

export function eventStreamRoute(instance: FastifyInstance, context: EventStreamContext): void {
  const { streams, closing, pool, sources } = context;
  const onError = (error: unknown): void => {
    instance.log.warn({ err: error }, "cannot read what is new for the event streams");
  };
  const hub = createHub({ ...context, onError });
  streams.onHeartbeat(hub.lookAgain);
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
  // Without readers the hub has no position.
  if (stream.is_closed) {
    stream.begin();
    return;
  }
  if (position === undefined) throw new Problem("not-ready", "The database does not answer at the moment.");
  const oldest = await readOldest();
  stream.begin();
  try {
    // A later place than there is comes from another database.
    const isKnown = since !== undefined && since >= oldest - 1 && since <= position;
    const begin = isKnown ? since : position;
    stream.write(writeMessage("open", { position: begin }, begin));
    if (since !== undefined && !isKnown) stream.write(writeMessage("missed", { since, until: position }));
    reader.begin(begin);
    reader.take(await recent());
    await reader.catchUp(hub, page);
  } catch {
    // What has begun can only be cut; the reader comes back.
    stream.cut();
  }
}

/** Where the reader left off; undefined for one that has just come. */
function sinceOf({ headers }: FastifyRequest): number | undefined {
  const id = headers["last-event-id"];
  if (id === undefined || id === "") return undefined;
  if (typeof id === "string" && /^\d{1,15}$/.test(id)) return Number(id);
  throw new Problem("invalid-request", "Last-Event-ID: give the last `id:` that this stream sent.");
}

interface Reader {
  /** Takes what is new; before `begin` it is passed over, since the beginning is read later. */
  take: (found: Found) => void;
  begin(position: number): void;
  /** Sends what lies between the reader's place and the hub's, and follows the hub from there. */
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
      while (!stream.is_closed && position !== undefined && position < (hub.position ?? 0)) {
        const events = await read(position);
        if (events.length === 0) break;
        sendEvents(foundOf([], events));
        await stream.drained();
      }
      // No await since the hub's place was compared: nothing can lie between.
      follows = true;
    },
  };
}

/** Records of one stream whose version is remembered: many more than run at a time. */
const REMEMBERED = 1000;

/** Says whether a state is newer than what was sent; a look that was slow must not take a record back. */
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
