// SSRF guard: decides which addresses webhooks may call. Without the guard, anyone who can add a webhook could reach services
// that trust this machine, such as cloud metadata or databases without passwords. The guard checks the address of each connection
// when the connection is opened.
import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number];

export interface AddressRules {
  /** Private networks that webhooks may call, on any port. */
  allow_cidrs: readonly string[];
}

/** Thrown for a refused address. The message contains the host that the user entered, never the address to which the host
 * resolves. */
export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";
}

// Address of Azure's metadata and DNS services, which can be reached from machines in Azure only. ipaddr.js classifies it as
// `unicast`.
const INSIDE = new Set(["168.63.129.16"]);
// Addresses of services that return credentials. Such an address must be allowed exactly; an allowed network that contains it is
// not enough.
const METADATA = new Set(["169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"]);
/** The global unicast range assigned by IANA: https://www.iana.org/assignments/ipv6-address-space. */
const PUBLIC_IPV6: Cidr = [ipaddr.parse("2000::"), 3];

// Refused ports from 1024 up: their services trust this machine, or an HTTP request could harm them. The list has the ports that browsers
// block (https://fetch.spec.whatwg.org/#port-blocking), databases and control ports. Below 1024, only 80 and 443 are allowed.
const REFUSED_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
  1433, 1521, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5433, 5672, 5900, 5984, 6379, 8500, 9042, 9092, 9200,
  9300, 10250, 10255, 11211, 15672, 27017, 27018, 50070,
]);

/** Returns the reason to refuse an address, or undefined if the address is allowed. `port` 0 = not known yet. */
export function refusalOf(address: string, port: number, rules: AddressRules): string | undefined {
  const parsed = unmap(address);
  if (parsed === undefined) return "it is not an IP address";
  const allowed = rules.allow_cidrs.map((text) => ipaddr.parseCIDR(text)).filter((cidr) => isIn(parsed, cidr));
  const namesIt = allowed.some(([, bits]) => bits === (parsed.kind() === "ipv4" ? 32 : 128));
  if (METADATA.has(parsed.toString()) && !namesIt) return "it is not a public internet address";
  if (allowed.length > 0) return undefined;
  if (!isPublic(parsed)) return "it is not a public internet address";
  return isPortRefused(port) ? `port ${port} is not allowed` : undefined;
}

/** Creates a `lookup` for `net.connect` that refuses a name if any of its addresses is refused. The connection uses the checked
 * addresses, so DNS rebinding between the check and the connection has no effect. */
export function guardedLookup(port: number, rules: AddressRules, lookup: typeof dnsLookup = dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = (addresses as LookupAddress[] | [] | undefined) ?? [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error(`no address for ${hostname}`), "", 0);
        return;
      }
      const reason = addresses.map(({ address }) => refusalOf(address, port, rules)).find((why) => why !== undefined);
      if (reason !== undefined) callback(new RefusedAddress(`${hostname} is refused: ${reason}.`), "", 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** Checks a host given as an IP address, for which `lookup` is not called.
 * @throws RefusedAddress */
export function checkLiteral(hostname: string, port: number, rules: AddressRules): void {
  const address = withoutBrackets(hostname);
  if (isIP(address) === 0) return;
  const reason = refusalOf(address, port, rules);
  if (reason !== undefined) throw new RefusedAddress(`${hostname} is refused: ${reason}.`);
}

/** Returns the port of a URL, or the default port of its scheme. */
export const portOf = (url: URL): number =>
  url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);

export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

/** Parses an address and converts an IPv4-mapped one to IPv4, because the kernel treats ::ffff:127.0.0.1 as 127.0.0.1. */
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
