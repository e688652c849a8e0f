// Identifies the sender of a request, in one place for all routes.
import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { LOCAL_ACTOR } from "../../contract/actor.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Recorded as the author of changes; stored responses of one actor are never sent to another. */
    readonly actor: string;
    /** For limits per client: a network address. */
    readonly client: string;
  }
}

/** Defines `request.actor` and `request.client`. */
export function identifyCallers(app: FastifyInstance): void {
  app.decorateRequest("actor", { getter: () => LOCAL_ACTOR });
  app.decorateRequest("client", {
    getter() {
      return clientOf(this);
    },
  });
}

/** The address that opened the connection. For a connection from this computer, the address that a reverse proxy appended to
 * `X-Forwarded-For`: otherwise everyone behind the proxy would be one client. A local program can forge that header, but it can
 * connect from any address in 127.0.0.0/8 just as well. */
export function clientOf({ raw, headers }: FastifyRequest): string {
  const peer = withoutMapping(raw.socket.remoteAddress ?? "");
  return isLoopbackAddress(peer) ? (lastForwarded(headers["x-forwarded-for"]) ?? peer) : peer;
}

/** The proxy appends the address it sees; a client may have written what precedes it. */
function lastForwarded(header: string | string[] | undefined): string | undefined {
  const last = [header].flat().at(-1)?.split(",").at(-1)?.trim() ?? "";
  return isIP(last) === 0 ? undefined : withoutMapping(last);
}

export const isLoopbackAddress = (address: string): boolean =>
  address === "::1" || withoutMapping(address).startsWith("127.");

/** A socket that listens on IPv6 reports IPv4 peers as ::ffff:192.0.2.1. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "").toLowerCase();
