// The ports of the server: the main listener, and for programs on this computer a second one if the main listener refuses them.
import { once } from "node:events";
import { createServer, type ServerOptions } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ConnectionError, FastifyInstance } from "fastify";
import type { Config } from "../../config.ts";
import { sendClientProblem } from "../problems.ts";
import { publicOrigin } from "./network.ts";

/** Number of ports to try after the default port before giving up. */
const PORTS_TRIED = 100;
/** Time within which the headers must be complete. */
export const HEADERS_MS = 15_000;
/** Interval at which Node checks for late headers; its default is 30 seconds. */
const HEADERS_CHECK_MS = 1000;

/** Options of a listener. `requestTimeout` is off, because limit-bodies.ts limits how slowly a body may arrive. */
export const listenerOptions = (headersMs: number): ServerOptions => ({
  headersTimeout: headersMs,
  connectionsCheckingInterval: Math.min(HEADERS_CHECK_MS, headersMs),
  requestTimeout: 0,
});

export interface Listeners {
  /** The address that users open. */
  readonly url: string;
  /** The address for programs on this computer. */
  readonly local_url: string;
  close(): Promise<void>;
}

type ListenConfig = Pick<Config, "host" | "port" | "port_is_explicit" | "public_urls" | "tls">;

export async function openListeners(app: FastifyInstance, config: ListenConfig): Promise<Listeners> {
  const main = await listenOn(app, config);
  const url = publicOrigin(config, main);
  // A public listener accepts only requests over TLS and by its public names, for which the certificate is valid.
  if (config.public_urls.length === 0 && config.tls === undefined)
    return { url, local_url: main, close: () => Promise.resolve() };
  return { url, ...(await listenLocally(app)) };
}

/** Listens on the port, or on the next free one if the port is only the default. */
async function listenOn(app: FastifyInstance, { host, port, port_is_explicit }: ListenConfig): Promise<string> {
  for (let tried = 0; ; tried++) {
    try {
      const url = await app.listen({ host, port: port + tried });
      if (tried > 0) app.log.info(`port ${port} is in use; using ${port + tried}. Set SKUPORT_PORT to choose a port`);
      return url;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      if (port_is_explicit) throw new PortTakenError(port, error);
      if (tried === PORTS_TRIED) throw error;
    }
  }
}

/** Listens on any free port of 127.0.0.1, without TLS. */
async function listenLocally(app: FastifyInstance): Promise<Pick<Listeners, "local_url" | "close">> {
  const server = createServer(listenerOptions(HEADERS_MS), (request, response) => {
    app.routing(request, response);
  });
  server.on("clientError", (error, socket) => {
    sendClientProblem(error as ConnectionError, socket as unknown as Socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { local_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

class PortTakenError extends Error {
  override readonly name = "PortTakenError";
  constructor(port: number, cause: unknown) {
    super(
      `Port ${port} is used by another program. Stop that program, or choose another port with --port or SKUPORT_PORT.`,
      { cause },
    );
  }
}
