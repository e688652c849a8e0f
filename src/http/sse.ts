// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): absolute states, thinned, with a heartbeat.
import type { ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isTransient } from "../db/connect.ts";
import type { Channel } from "../events/channels.ts";

/** At most five states a second. */
const THIN_MS = 200;
/** Proxies close silent connections after a minute or less. */
export const HEARTBEAT_MS = 15_000;

export interface StateStream<T> {
  /** The state as it is now; undefined = gone, the stream ends. */
  read(): Promise<T | undefined>;
  /** Calls back whenever the state may have changed; returns how to stop that. `at_once` = the last state: no thinning. */
  subscribe(changed: (at_once: boolean) => void): () => void;
  event: string;
  version(state: T): number;
  isLast(state: T): boolean;
}

/** A record that is sent whole: the greater version is the newer one. */
export interface State {
  id: number;
  version: number;
}

/** A kind of record that the stream of everything follows; a notification's payload begins with the record's id. */
export interface StateSource {
  event: "import" | "operation";
  channel: Channel;
  /** The latest; an older one that still runs shows as soon as it moves. */
  listRecent: () => Promise<State[]>;
  read: (id: number) => Promise<State | undefined>;
}

/** Sends a state at once and whenever it has changed, until the last one or until the reader goes. */
export type SendStates = <T>(request: FastifyRequest, reply: FastifyReply, stream: StateStream<T>) => void;

/** Open streams end when `closing` aborts: a server that stops must not wait for its watchers. */
export function createSendStates(closing: AbortSignal): SendStates {
  return (request, reply, stream) => {
    const response = openResponse(reply);
    const sender = createSender(request, response, stream);
    const unsubscribe = stream.subscribe(sender.changed);
    const heartbeat = setInterval(() => {
      response.write(": still here\n\n");
      // Also a second look, should a notification have been lost.
      sender.changed(false);
    }, HEARTBEAT_MS);
    const end = (): void => {
      response.end();
    };
    response.on("close", () => {
      clearInterval(heartbeat);
      unsubscribe();
      sender.stop();
      closing.removeEventListener("abort", end);
    });
    closing.addEventListener("abort", end);
    if (closing.aborted) end();
    else sender.changed(true);
  };
}

/** The answer's head; whatever is written from here is part of the stream. */
export function openResponse(reply: FastifyReply): ServerResponse {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // nginx would collect the events otherwise
    "x-accel-buffering": "no",
  });
  response.write("retry: 1000\n\n");
  return response;
}

interface Sender {
  changed: (at_once: boolean) => void;
  stop: () => void;
}

function createSender<T>(request: FastifyRequest, response: ServerResponse, stream: StateStream<T>): Sender {
  let sent = Number(request.headers["last-event-id"] ?? Number.NaN);
  let is_dirty = false;
  let is_busy = false;
  let timer: NodeJS.Timeout | undefined;

  const send = async (): Promise<void> => {
    const state = await stream.read();
    if (response.writableEnded) return;
    // A reader that comes back with what is still the newest gets the last state all the same, or it would wait for ever.
    if (state !== undefined && (stream.version(state) !== sent || stream.isLast(state))) {
      sent = stream.version(state);
      response.write(`id: ${sent}\nevent: ${stream.event}\ndata: ${JSON.stringify(state)}\n\n`);
    }
    if (state === undefined || stream.isLast(state)) response.end();
  };
  const turn = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (is_busy || !is_dirty || response.writableEnded) return;
    is_busy = true;
    is_dirty = false;
    send()
      .catch((error: unknown) => {
        is_dirty = true;
        // While the database is away, the next turn tries again; that is no news for the log.
        if (!isTransient(error)) request.log.warn({ err: error }, "cannot read the state of an event stream");
      })
      .finally(() => {
        is_busy = false;
        if (!response.writableEnded) timer = setTimeout(turn, THIN_MS);
      });
  };
  return {
    changed(at_once) {
      is_dirty = true;
      if (at_once || timer === undefined) turn();
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
