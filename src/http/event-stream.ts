// GET /api/events: one stream of everything for each reader. States are absolute, so one that was left out is made up for by
// the next; events are told in their order, from where the reader left off, at least once each.
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { eventBounds, readEvents, type StoredEvent } from "../events/read.ts";
import { writeEvents, writeMessage } from "./event-messages.ts";
import { HEARTBEAT_MS, openResponse, type State } from "./sse.ts";
import { createHub, type Found, type Hub, type HubContext } from "./stream-hub.ts";
import { watch_events } from "../../contract/events.ts";
import { Problem } from "../../contract/problems.ts";

/** Streams of one server; each costs a socket and what waits to be sent. */
const MAX_STREAMS = 200;
/** A reader that has so much waiting is slower than what happens: it is cut off and comes back for the rest. */
const MAX_WAITING_BYTES = 4 << 20;
/** Events of one page of what a reader has missed. */
const PAGE = 1000;

export interface EventStreamContext extends Omit<HubContext, "onError"> {
  closing: AbortSignal;
}

export function eventStreamRoute(instance: FastifyInstance, { closing, ...context }: EventStreamContext): void {
  const onError = (error: unknown): void => {
    instance.log.warn({ err: error }, "cannot read what is new for the event streams");
  };
  const hub = createHub({ ...context, onError });
  const streams = new Set<ServerResponse>();
  const heartbeat = setInterval(() => {
    for (const response of streams) response.write(": still here\n\n");
    hub.lookAgain();
  }, HEARTBEAT_MS);
  closing.addEventListener("abort", () => {
    clearInterval(heartbeat);
    hub.stop();
    for (const response of streams) response.end();
  });
  heartbeat.unref();

  instance.withTypeProvider<ZodTypeProvider>().route({
    ...watch_events,
    handler: async (request, reply) => {
      if (streams.size >= MAX_STREAMS) {
        reply.header("retry-after", "10");
        throw new Problem("too-many-streams", `${MAX_STREAMS} event streams are open already. Close some, or wait.`);
      }
      await openStream(request, reply, hub, streams, context);
      return reply;
    },
  });
}

async function openStream(
  request: FastifyRequest,
  reply: FastifyReply,
  hub: Hub,
  streams: Set<ServerResponse>,
  { pool, sources }: Pick<HubContext, "pool" | "sources">,
): Promise<void> {
  const since = sinceOf(request);
  const reader = createReader();
  const unsubscribe = hub.subscribe(reader.take);
  try {
    await hub.refresh();
    const { position } = hub;
    if (position === undefined) throw new Problem("not-ready", "The database does not answer at the moment.");
    const { oldest } = await eventBounds(pool);
    const response = openResponse(reply);
    streams.add(response);
    response.on("close", () => {
      unsubscribe();
      streams.delete(response);
    });
    // A later place than there is comes from another database.
    const is_known = since !== undefined && since >= oldest - 1 && since <= position;
    const begin = is_known ? since : position;
    response.write(writeMessage("open", { position: begin }, begin));
    if (since !== undefined && !is_known) response.write(writeMessage("missed", { since, until: position }));
    const recent = await Promise.all(
      sources.map(async ({ event, listRecent }) => (await listRecent()).map((state) => ({ event, state }))),
    );
    reader.begin(response, begin);
    reader.take({ states: recent.flat(), events: [] });
    await reader.catchUp(hub, (after) => readEvents(pool, after, PAGE));
  } catch (error) {
    if (!reply.sent) unsubscribe();
    // What has begun can only be ended; the reader comes back.
    if (!reply.sent) throw error;
    reply.raw.destroy();
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
  begin(response: ServerResponse, position: number): void;
  /** Sends what lies between the reader's place and the hub's, and follows the hub from there. */
  catchUp(hub: Hub, read: (after: number) => Promise<StoredEvent[]>): Promise<void>;
}

function createReader(): Reader {
  const isNew = createVersions();
  let response: ServerResponse | undefined;
  let position = 0;
  let follows = false;

  const send = (text: string): void => {
    if (text === "" || response === undefined || response.writableEnded) return;
    response.write(text);
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
  };
  const sendEvents = (events: readonly StoredEvent[]): void => {
    const fresh = events.filter((event) => event.position > position);
    position = fresh.at(-1)?.position ?? position;
    send(writeEvents(fresh));
  };
  return {
    take({ states, events }) {
      if (response === undefined) return;
      let text = "";
      for (const { event, state } of states) if (isNew(event, state)) text += writeMessage(event, state);
      send(text);
      if (follows) sendEvents(events);
    },
    begin(opened, begin) {
      response = opened;
      position = begin;
    },
    async catchUp(hub, read) {
      while (response !== undefined && !response.destroyed && position < (hub.position ?? 0)) {
        const events = await read(position);
        if (events.length === 0) break;
        sendEvents(events);
        if (response.writableNeedDrain) await Promise.race([once(response, "drain"), once(response, "close")]);
      }
      // No await since the hub's place was looked at: nothing can lie between.
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
