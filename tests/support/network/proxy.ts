// A TCP proxy in front of PostgreSQL or of a Skuport server that injects network faults: it cuts connections, holds them open without
// forwarding, or forwards requests and drops the responses. Tests and benchmarks of the database run processes with
// DATABASE_URL=proxy.url(database).
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { DatabaseAddress } from "../../../src/db/connection/connect.ts";

/**
 * - `forward`: bytes pass in both directions.
 * - `hold`: the connection stays open and nothing passes, not even the closing of the other side, as if the other machine had vanished.
 * - `mute`: requests reach the server; its responses are dropped.
 */
export type Mode = "forward" | "hold" | "mute";

/** One proxied connection. */
export interface Link {
  /** Number of the connection, from 1, in the order in which connections were accepted. */
  readonly number: number;
  readonly mode: Mode;
  readonly bytes_to_server: number;
  /** Number of bytes sent by the server, including dropped responses. */
  readonly bytes_to_client: number;
  readonly open: boolean;
  setMode(mode: Mode): void;
  /** Resets the connection to the client, and closes the connection to the server. */
  cut(): void;
}

export interface Proxy {
  readonly port: number;
  /** Number of connections accepted so far, including those that have ended. */
  readonly accepted: number;
  /** Number of responses dropped by `loseAnswers`. */
  readonly lost_answers: number;
  /** Open connections, oldest first. */
  links(): Link[];
  /** URL to reach a database through the proxy. `database` defaults to the database of the address that the proxy was started with. */
  url(database?: string): string;
  /** Sets the mode of all open and future connections. */
  setMode(mode: Mode): void;
  /** From now on, holds each connection that has passed more than `bytes` bytes to the server. */
  holdAfter(bytes: number): void;
  /** Resets all open connections. New connections are accepted. */
  cut(): void;
  /** Refuses new connections with ECONNREFUSED, as if the server were stopped, until `admit` is called. Open connections stay open. */
  refuse(): Promise<void>;
  admit(): Promise<void>;
  /** Forwards the next `count` requests that contain `text`, drops the responses and cuts the connections: the statement is
   * executed, but the client cannot know. `text` is only found within one packet, so it should be a short statement. */
  loseAnswers(text: string, count?: number): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free loopback port in front of the server at `address`. */
export async function startProxy(address: Exclude<DatabaseAddress, { url: string }>): Promise<Proxy> {
  const links = new Set<Link>();
  const state = {
    mode: "forward" as Mode,
    accepted: 0,
    lost_answers: 0,
    losing: { text: "", count: 0 },
    limit: Infinity,
  };
  const accept = (client: Socket): void => {
    const link = createLink(client, connectTo(address), ++state.accepted, state.mode, {
      isOverLimit: (sent) => sent > state.limit,
      onRequest(request) {
        if (state.losing.count === 0 || !request.includes(state.losing.text)) return false;
        state.losing.count--;
        return true;
      },
      onLostAnswer: () => state.lost_answers++,
      onClose: () => links.delete(link),
    });
    links.add(link);
  };
  // The sockets allow half-open connections, because the proxy itself must forward the end of a connection. In the mode `hold`, it forwards
  // the end later.
  let server = await listen(0, accept);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get accepted() {
      return state.accepted;
    },
    get lost_answers() {
      return state.lost_answers;
    },
    links: () => [...links],
    url: (database = address.database) =>
      `postgres://${encodeURIComponent(address.user)}@127.0.0.1:${String(port)}/${database}`,
    setMode(mode) {
      state.mode = mode;
      for (const link of links) link.setMode(mode);
    },
    holdAfter(bytes) {
      state.limit = bytes;
    },
    cut() {
      for (const link of links) link.cut();
    },
    refuse: () => endListening(server),
    async admit() {
      if (!server.listening) server = await listen(port, accept);
    },
    loseAnswers(text, count = 1) {
      state.losing = { text, count };
    },
    async close() {
      await endListening(server);
      for (const link of links) link.cut();
    },
  };
}

async function listen(port: number, accept: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function endListening(server: Server): Promise<void> {
  if (!server.listening) return;
  // Do not await the callback of close(): it waits for open connections.
  server.close();
  await new Promise(setImmediate);
}

function connectTo({ host, port }: { host: string; port: number }): Socket {
  const target = host.startsWith("/") ? { path: `${host}/.s.PGSQL.${String(port)}` } : { host, port };
  return connect({ ...target, allowHalfOpen: true, noDelay: true });
}

interface LinkEvents {
  /** Whether to hold the connection after this number of bytes to the server. */
  isOverLimit(sent: number): boolean;
  /** Called for each request. @returns whether to drop the response */
  onRequest(bytes: Buffer): boolean;
  onLostAnswer(): void;
  onClose(): void;
}

function createLink(client: Socket, server: Socket, number: number, firstMode: Mode, events: LinkEvents): Link {
  let mode = firstMode;
  let open = true;
  let losesAnswer = false;
  const bytes = { to_server: 0, to_client: 0 };
  /** Events that occurred while the link held the connection. They are replayed when the link forwards again. */
  const delayed: (() => void)[] = [];
  const unlessHeld = (pass: () => void): void => {
    if (mode === "hold") delayed.push(pass);
    else pass();
  };
  const cut = (): void => {
    if (!open) return;
    open = false;
    if (!client.destroyed) client.resetAndDestroy();
    // A Unix socket cannot be reset, so it is closed.
    server.destroy();
    events.onClose();
  };

  client.on("data", (chunk: Buffer) => {
    bytes.to_server += chunk.length;
    if (events.onRequest(chunk)) losesAnswer = true;
    server.write(chunk);
    if (events.isOverLimit(bytes.to_server)) setMode("hold");
  });
  server.on("data", (chunk: Buffer) => {
    bytes.to_client += chunk.length;
    if (losesAnswer) {
      events.onLostAnswer();
      cut();
    } else if (mode !== "mute") client.write(chunk);
  });
  for (const [side, other] of [
    [client, server],
    [server, client],
  ] as const) {
    side.on("end", () => {
      unlessHeld(() => other.end());
    });
    side.on("error", () => {
      unlessHeld(cut);
    });
    side.on("close", () => {
      unlessHeld(() => {
        if (client.destroyed && server.destroyed) cut();
        else if (!other.writableEnded) other.end();
      });
    });
  }

  const setMode = (next: Mode): void => {
    mode = next;
    for (const side of [client, server]) {
      if (mode === "hold") side.pause();
      else side.resume();
    }
    if (mode !== "hold") for (const pass of delayed.splice(0)) pass();
  };
  setMode(firstMode);
  return {
    number,
    get mode() {
      return mode;
    },
    get open() {
      return open;
    },
    get bytes_to_server() {
      return bytes.to_server;
    },
    get bytes_to_client() {
      return bytes.to_client;
    },
    setMode,
    cut,
  };
}
