// Identifies the sender of a request, in one place for all routes.
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { withoutMapping, type Network } from "./network.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Recorded as the author of changes. */
    readonly actor: string;
    /** Network address of the client, used for limits per client. */
    readonly client: string;
    /** Whether the client used TLS, to this server or to a trusted reverse proxy. */
    readonly is_tls: boolean;
    /** Host name and port under which the client called the server, in lower case. */
    readonly own_host: string;
    /** The origin of links in responses, such as https://shop.example. Usually, this is the origin under which the client called the
     * server. If a program calls a public server from the same computer, it is the first public origin, because other users open the
     * link. */
    readonly own_origin: string;
  }
}

/** Actor of requests to public routes. */
const ANONYMOUS = "anonymous";

/** Defines `request.actor` and the facts about the connection. */
export function identifyCallers(app: FastifyInstance, network: Network): void {
  app.decorateRequest("actor", {
    getter() {
      return this.identity?.actor ?? ANONYMOUS;
    },
  });
  app.decorateRequest("client", {
    getter() {
      return clientOf(this, network);
    },
  });
  app.decorateRequest("is_tls", {
    getter() {
      return usesTls(this, network);
    },
  });
  app.decorateRequest("own_host", {
    getter() {
      return hostOf(this, network);
    },
  });
  app.decorateRequest("own_origin", {
    getter() {
      return linkOrigin(this, network);
    },
  });
}

export const peerOf = ({ raw }: FastifyRequest): string => withoutMapping(raw.socket.remoteAddress ?? "");

/** Whether a trusted reverse proxy has sent the request. */
export const isForwarded = (request: FastifyRequest, network: Network): boolean =>
  FORWARDED.some((name) => request.headers[name] !== undefined) && network.isTrusted(peerOf(request));

const FORWARDED = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];

/** Returns the client's address. Usually, this is the address that opened the connection. If a trusted reverse proxy has opened it, the
 * function reads `X-Forwarded-For` from the end, where each proxy appends the address that called it, and returns the first address that
 * is not a trusted proxy. The client may have forged the addresses before it. On a server that only this computer can use, every local
 * program is trusted, so only the last address is used. */
export function clientOf(request: FastifyRequest, network: Network): string {
  const addresses = listOf(request.headers["x-forwarded-for"]).reverse();
  let client = peerOf(request);
  for (const address of network.public_origins.length === 0 ? addresses.slice(0, 1) : addresses) {
    if (!network.isTrusted(client) || isIP(address) === 0) break;
    client = withoutMapping(address);
  }
  return client;
}

/** Whether the client used TLS. A trusted reverse proxy reports this in `X-Forwarded-Proto`; if several proxies have forwarded the request,
 * each of them must have received it over TLS. */
export function usesTls(request: FastifyRequest, network: Network): boolean {
  const schemes = network.isTrusted(peerOf(request)) ? listOf(request.headers["x-forwarded-proto"]) : [];
  if (schemes.length > 0) return schemes.every((scheme) => scheme.toLowerCase() === "https");
  return isTlsSocket(request.raw.socket);
}

export const isTlsSocket = (socket: object): boolean => (socket as Partial<TLSSocket>).encrypted === true;

/** Returns the header `X-Forwarded-Host` of a trusted reverse proxy, otherwise the header `Host`. */
function hostOf(request: FastifyRequest, network: Network): string {
  const { host = "", "x-forwarded-host": forwarded } = request.headers;
  const name = typeof forwarded === "string" && network.isTrusted(peerOf(request)) ? forwarded.trim() : host;
  return name.toLowerCase();
}

function linkOrigin({ is_tls, own_host }: FastifyRequest, { public_origins }: Network): string {
  const origin = `${is_tls ? "https" : "http"}://${own_host.replace(/:443$/, "")}`;
  return public_origins.includes(origin) ? origin : (public_origins[0] ?? origin);
}

function listOf(header: string | string[] | undefined): string[] {
  const text = [header].flat().join(",");
  return text === "" ? [] : text.split(",").map((item) => item.trim());
}
