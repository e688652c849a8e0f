// How requests reach the server: the addresses under which users open it, and the reverse proxies that it trusts.
import ipaddr from "ipaddr.js";
import type { Config } from "../../config.ts";

export type NetworkConfig = Pick<Config, "public_urls" | "trust_proxy">;

export interface Network {
  /** Origins under which users open the server, such as https://shop.example. Empty = only this computer can use the server. */
  readonly public_origins: readonly string[];
  /** Whether headers such as `X-Forwarded-For` are used if the connection comes from this address. */
  isTrusted(address: string): boolean;
}

/** The network of a server that only this computer can use. A reverse proxy on this computer is trusted: a local program that forges its
 * headers gains nothing, because it could also connect from any address in 127.0.0.0/8. */
export const LOCAL_NETWORK: Network = { public_origins: [], isTrusted: isLoopbackAddress };

export function networkOf({ public_urls, trust_proxy }: NetworkConfig): Network {
  if (public_urls.length === 0) return LOCAL_NETWORK;
  const ranges = trust_proxy.map(rangeOf);
  const isTrusted = (address: string): boolean => {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([base, prefix]) => base.kind() === parsed.kind() && parsed.match(base, prefix));
  };
  return { public_origins: public_urls, isTrusted };
}

/** The origin of links in messages to users: the first public one, or the one of the server's own URL. */
export const publicOrigin = ({ public_urls }: Pick<Config, "public_urls">, serverUrl: string): string =>
  public_urls[0] ?? new URL(serverUrl).origin;

function rangeOf(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes("/")) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || withoutMapping(address).startsWith("127.");
}

/** Removes the prefix of IPv4-mapped addresses: a socket that listens on IPv6 reports IPv4 peers as ::ffff:192.0.2.1. */
export const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "").toLowerCase();
