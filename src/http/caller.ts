// Identifies the sender of a request, in one place for all routes.
import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { LOCAL_ACTOR } from "../../contract/actor.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Recorded as the author of changes. Idempotency keys belong to one actor, so a stored response is never sent to another
     * actor. */
    readonly actor: string;
    /** Network address of the client, used for limits per client. */
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

/** Returns the client's address. Usually, this is the address that opened the connection. If the connection comes from this computer, a
 * reverse proxy may have opened it: the function then returns the address that the proxy appended to `X-Forwarded-For`. If the header were
 * ignored, all users of the proxy would count as one client. A local program can forge the header but gains nothing: it could also connect
 * from any address in 127.0.0.0/8. */
export function clientOf({ raw, headers }: FastifyRequest): string {
  const peer = withoutMapping(raw.socket.remoteAddress ?? "");
  return isLoopbackAddress(peer) ? (lastForwarded(headers["x-forwarded-for"]) ?? peer) : peer;
}

/** Returns the last address, which the proxy appended. The client may have forged the addresses before it. */
function lastForwarded(header: string | string[] | undefined): string | undefined {
  const last = [header].flat().at(-1)?.split(",").at(-1)?.trim() ?? "";
  return isIP(last) === 0 ? undefined : withoutMapping(last);
}

export const isLoopbackAddress = (address: string): boolean =>
  address === "::1" || withoutMapping(address).startsWith("127.");

/** Removes the prefix of IPv4-mapped addresses: a socket that listens on IPv6 reports IPv4 peers as ::ffff:192.0.2.1. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "").toLowerCase();
