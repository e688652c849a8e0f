// Which addresses may be called. Whoever can add a webhook would otherwise reach what only this machine can: the cloud's
// metadata, databases without passwords, the router. Decided on the address that is dialled, when it is dialled.
import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number];

export interface AddressRules {
  /** Networks that may be called although they are private; ports are free there. */
  allow_cidrs: readonly string[];
}

/** An address that is not called. The message names what the user wrote, never what it leads to. */
export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
}

// ipaddr.js calls these `unicast`: Azure's metadata and DNS, to be reached from inside only.
const INSIDE = new Set(["168.63.129.16"]);
// They hand out credentials: an allowed network that happens to hold them is not enough, only one that names just them.
const METADATA = new Set(["169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"]);
/** All that IANA has given to the public internet: https://www.iana.org/assignments/ipv6-address-space. */
const PUBLIC_IPV6: Cidr = [ipaddr.parse("2000::"), 3];

// Services that understand enough of a request's lines to do harm, or that answer nobody else: those that browsers block
// (https://fetch.spec.whatwg.org/#port-blocking) and the usual databases and control ports. Below 1024 only the web's own.
const REFUSED_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
  1433, 1521, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5433, 5672, 5900, 5984, 6379, 8500, 9042, 9092, 9200,
  9300, 10250, 10255, 11211, 15672, 27017, 27018, 50070,
]);

/** Why an address may not be called; undefined = it may. `port`: 0 = not known yet. */
export function refusalOf(address: string, port: number, rules: AddressRules): string | undefined {
  const parsed = unmap(address);
  if (parsed === undefined) return "it is no address";
  const allowed = rules.allow_cidrs.map((text) => ipaddr.parseCIDR(text)).filter((cidr) => isIn(parsed, cidr));
  const namesIt = allowed.some(([, bits]) => bits === (parsed.kind() === "ipv4" ? 32 : 128));
  if (METADATA.has(parsed.toString()) && !namesIt) return "it is not in the public internet";
  if (allowed.length > 0) return undefined;
  if (!isPublic(parsed)) return "it is not in the public internet";
  return isPortRefused(port) ? `port ${port} is not called` : undefined;
}

/** A `lookup` for `net.connect` that refuses a name as soon as one of its addresses is refused. What it returns is what is
 * dialled, so an answer that changes between check and connect changes nothing. */
export function guardedLookup(port: number, rules: AddressRules, lookup: typeof dnsLookup = dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = (addresses as LookupAddress[] | [] | undefined) ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error(`no address for ${hostname}`), "", 0);
        return;
      }
      const reason = addresses.map(({ address }) => refusalOf(address, port, rules)).find((why) => why !== undefined);
      if (reason !== undefined) callback(new RefusedAddress(`${hostname} is not called: ${reason}.`), "", 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** The same for a host that is written as an address: `lookup` is not asked for those.
 * @throws RefusedAddress */
export function checkLiteral(hostname: string, port: number, rules: AddressRules): void {
  const address = withoutBrackets(hostname);
  if (isIP(address) === 0) return;
  const reason = refusalOf(address, port, rules);
  if (reason !== undefined) throw new RefusedAddress(`${hostname} is not called: ${reason}.`);
}

/** The port that a URL leads to, also where it does not say. */
export const portOf = (url: URL): number =>
  url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);

export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

/** ::ffff:127.0.0.1 is 127.0.0.1 to the kernel. */
function unmap(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (isIP(address) === 0) return undefined;
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === "ipv4") return parsed;
  const { parts } = parsed as ipaddr.IPv6;
  const isMapped = parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff;
  return isMapped ? new ipaddr.IPv4(parsed.toByteArray().slice(12)) : parsed;
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== "unicast" || INSIDE.has(address.toString())) return false;
  return address.kind() === "ipv4" || isIn(address, PUBLIC_IPV6);
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Cidr): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

const isPortRefused = (port: number): boolean =>
  port !== 0 && port !== 80 && port !== 443 && (port < 1024 || REFUSED_PORTS.has(port));
