// Registry of all open event streams of any kind. It limits their number, sends heartbeats and limits unsent bytes. Each stream takes one
// of a limited number of slots before its route does anything else. One function releases the slot when the response or its connection
// closes.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { inBatches } from "./in-batches.ts";
import { whenClosed } from "./when-closed.ts";
import { Problem } from "../../../contract/problems.ts";

/** Interval of heartbeats. Proxies close silent connections after a minute or less. */
export const HEARTBEAT_MS = 15_000;
/** Number of heartbeats after which a reader counts as dead, if bytes are waiting for it and it has accepted none of them. */
const DEAD_BEATS = 3;
/** Maximum number of unsent bytes of all streams together. Each stream may use an equal share of up to 4 MB. If a reader is so
 * slow that its stream exceeds the share, the stream is closed; the reader reconnects and gets the missing events. */
const WAITING_BYTES = 256 << 20;
const MAX_WAITING_BYTES = 4 << 20;
const RETRY_AFTER_S = "10";

export interface StreamLimits {
  total: number;
  per_client: number;
}

/** Default limits. A browser opens at most six connections to a server. Each stream costs a socket and about 50 kB. */
const LIMITS: StreamLimits = { total: 2000, per_client: 6 };

/** A stream. It exists from before the headers of its response are sent until its connection closes. */
export interface Stream {
  /** Whether the connection is closed, so that writing has no effect. */
  readonly is_closed: boolean;
  /** Sends the headers of the response. Writes before this call are ignored. */
  begin(): void;
  write(text: string): void;
  end(): void;
  /** Closes the connection immediately; the reader then reconnects. */
  cut(): void;
  /** Calls back when the stream closes, or immediately if it is closed. */
  onClose(callback: () => void): void;
  /** Resolves when the response's buffer can take more bytes, or the stream is closed. */
  drained(): Promise<void>;
}

export interface Streams {
  readonly size: number;
  /** Takes a slot for a stream that answers `request`. The slot is released automatically.
   * @throws Problem too-many-streams, not-ready */
  take(request: FastifyRequest, reply: FastifyReply): Stream;
  /** Calls back at each heartbeat while any stream is open. */
  onHeartbeat(callback: () => void): void;
}

/** Ends all streams when `closing` aborts: a stopping server must not wait for readers. */
export function createStreams(closing: AbortSignal, limits: Partial<StreamLimits> = {}): Streams {
  const { total, per_client } = { ...LIMITS, ...limits };
  const open = new Set<OwnStream>();
  const clients = new Map<string, number>();
  const callbacks: (() => void)[] = [];
  let heartbeat: NodeJS.Timeout | undefined;

  const beat = (): void => {
    void inBatches(open, (stream) => {
      stream.beat();
    });
    for (const callback of callbacks) callback();
  };
  const add = (stream: OwnStream, client: string): void => {
    open.add(stream);
    clients.set(client, (clients.get(client) ?? 0) + 1);
    heartbeat ??= setInterval(beat, HEARTBEAT_MS).unref();
    stream.onClose(() => {
      open.delete(stream);
      const others = (clients.get(client) ?? 1) - 1;
      if (others === 0) clients.delete(client);
      else clients.set(client, others);
      if (open.size > 0) return;
      clearInterval(heartbeat);
      heartbeat = undefined;
    });
  };
  closing.addEventListener("abort", () => {
    for (const stream of open) stream.end();
  });
  return {
    get size() {
      return open.size;
    },
    take(request, reply) {
      if (closing.aborted) throw new Problem("not-ready", "The server is stopping. Try again in a few seconds.");
      const { client, quota_key } = request;
      if (open.size >= total)
        throw tooMany(reply, `Limit reached: all ${total} event streams of this server are in use.`);
      if ((clients.get(quota_key) ?? 0) >= per_client)
        throw tooMany(
          reply,
          `Limit reached: this session, or this API key on ${client}, already has ${per_client} open event streams.`,
        );
      const share = (): number => Math.min(MAX_WAITING_BYTES, WAITING_BYTES / open.size);
      const stream = createStream(request, reply, share);
      add(stream, quota_key);
      return stream;
    },
    onHeartbeat(callback) {
      callbacks.push(callback);
    },
  };
}

function tooMany(reply: FastifyReply, detail: string): Problem {
  reply.header("retry-after", RETRY_AFTER_S);
  return new Problem("too-many-streams", `${detail} Close one of the streams, or try again later.`);
}

interface OwnStream extends Stream {
  beat(): void;
}

function createStream(request: FastifyRequest, reply: FastifyReply, maxWaiting: () => number): OwnStream {
  const { raw: response } = reply;
  const { socket } = request.raw;
  const closing = whenClosed(request, reply);
  let isBegun = false;
  let isToEnd = false;
  let idleBeats = 0;
  let progress = "";

  const stream: OwnStream = {
    get is_closed() {
      return closing.is_closed || response.destroyed || response.writableEnded;
    },
    begin() {
      reply.hijack();
      if (stream.is_closed) return;
      writeHead(reply);
      isBegun = true;
      if (isToEnd || request.method === "HEAD") response.end();
      else response.write("retry: 1000\n\n");
    },
    write(text) {
      if (!isBegun || stream.is_closed) return;
      // Check before writing: Node sends new bytes only at the end of this turn of the event loop. Only unsent bytes of earlier turns show
      // that the reader is slow.
      if (response.writableLength > maxWaiting()) stream.cut();
      else response.write(text);
    },
    end() {
      isToEnd = true;
      if (isBegun) response.end();
    },
    // Destroy the socket of the request: the response of a pipelined request may have no socket yet.
    cut: () => void socket.destroy(),
    onClose: closing.onClose,
    async drained() {
      if (stream.is_closed || !response.writableNeedDrain) return;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const done = (): void => {
        resolve(undefined);
      };
      response.once("drain", done);
      stream.onClose(done);
      await promise;
    },
    beat() {
      const before = progress;
      progress = progressOf(socket);
      const bytesWait = isBegun && response.writableLength > 0;
      idleBeats = bytesWait && progress === before ? idleBeats + 1 : 0;
      if (idleBeats >= DEAD_BEATS) stream.cut();
      else if (!bytesWait) stream.write(": still here\n\n");
    },
  };
  return stream;
}

/** Returns a string that changes whenever the reader accepts bytes. `bytesWritten` includes bytes that still wait in Node, so their number
 * is subtracted. During a single large write, only `writeQueueSize` changes; Node's own timeouts use it too. */
function progressOf(socket: Socket): string {
  const { _handle: handle } = socket as Socket & { _handle?: { writeQueueSize?: number } | null };
  return `${socket.bytesWritten - socket.writableLength} ${handle?.writeQueueSize ?? 0}`;
}

function writeHead(reply: FastifyReply): ServerResponse {
  return reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // prevents nginx from buffering the events
    "x-accel-buffering": "no",
  });
}
