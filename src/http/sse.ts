// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): absolute states, thinned, with a heartbeat.
import type { FastifyReply, FastifyRequest } from "fastify";
import { isTransient } from "../db/connect.ts";

/** At most five states a second. */
const THIN_MS = 200;
/** Proxies close silent connections after a minute or less. */
const HEARTBEAT_MS = 15_000;

export interface StateStream<T> {
  /** The state as it is now; undefined = gone, the stream ends. */
  read(): Promise<T | undefined>;
  /** Calls back whenever the state may have changed; returns how to stop that. */
  subscribe(changed: () => void): () => void;
  event: string;
  version(state: T): number;
  isLast(state: T): boolean;
}

/** Sends a state at once and whenever it has changed, until the last one or until the reader goes. */
export type SendStates = <T>(request: FastifyRequest, reply: FastifyReply, stream: StateStream<T>) => void;

/** Open streams end when `closing` aborts: a server that stops must not wait for its watchers. */
export function createSendStates(closing: AbortSignal): SendStates {
  return (request, reply, stream) => {
    const last_seen = Number(request.headers["last-event-id"] ?? Number.NaN);
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

    let sent = last_seen;
    let dirty = true;
    let busy = false;
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      clearInterval(heartbeat);
      unsubscribe();
      closing.removeEventListener("abort", end);
      response.end();
    };
    const send = async (): Promise<void> => {
      timer = undefined;
      if (busy || response.writableEnded || response.writableNeedDrain) return;
      busy = true;
      dirty = false;
      try {
        const state = await stream.read();
        if (state === undefined) {
          end();
          return;
        }
        const version = stream.version(state);
        // A reader that comes back with what is still the newest gets the last state all the same, or it would wait for ever.
        if (version !== sent || stream.isLast(state)) {
          sent = version;
          response.write(`id: ${version}\nevent: ${stream.event}\ndata: ${JSON.stringify(state)}\n\n`);
        }
        if (stream.isLast(state)) end();
      } catch (error) {
        // While the database is away, this is tried again with the next thinned turn; that is no news for the log.
        if (!isTransient(error)) request.log.warn({ err: error }, "cannot read the state of an event stream");
        dirty = true;
      } finally {
        busy = false;
      }
      if (!response.writableEnded) timer = setTimeout(() => void sendIfDirty(), THIN_MS);
    };
    const sendIfDirty = (): void => {
      timer = undefined;
      if (dirty) void send();
    };
    const unsubscribe = stream.subscribe(() => {
      dirty = true;
      if (timer === undefined) void send();
    });
    const heartbeat = setInterval(() => {
      response.write(": still here\n\n");
      dirty = true;
      if (timer === undefined) void send();
    }, HEARTBEAT_MS);
    request.raw.on("close", end);
    closing.addEventListener("abort", end);
    if (closing.aborted) end();
    else void send();
  };
}
