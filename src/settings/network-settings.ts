// Settings that determine who can reach the server, and under which names. A server that other computers can reach needs TLS, its own or
// that of a reverse proxy, and the names under which users open it.
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { isLoopback, listOf, wholeNumber, type Setting } from "./setting.ts";

const port = wholeNumber(0, 65_535);
const NOT_ORIGINS =
  "write the address under which users open Skuport, as https://shop.example without a path; separate several addresses by commas";
const NOT_PROXIES =
  "write the addresses of your reverse proxy, such as 127.0.0.1 or 10.1.2.0/24, separated by commas. Networks larger than /8 (IPv4) or /7 (IPv6) are refused, because every client in them could claim any address";

export const NETWORK_SETTINGS = {
  SKUPORT_HOST: {
    about:
      "Address that the server listens on. An address that other computers can reach, such as 0.0.0.0, needs SKUPORT_PUBLIC_URL, and either SKUPORT_TLS_CERT and SKUPORT_TLS_KEY or SKUPORT_TRUST_PROXY.",
    example: "127.0.0.1",
    schema: z.string().refine(isHost, "write an IP address or a host name, without a port"),
  },
  SKUPORT_PORT: {
    about:
      "Port that the server listens on; 0 = any free port. Default: the variable PORT, which many platforms set, or 8000, or the next free port.",
    example: "8000",
    schema: port,
  },
  SKUPORT_PUBLIC_URL: {
    about:
      "Address under which users open Skuport, such as https://shop.example. Requests for other host names are refused. Separate several addresses by commas; links use the first one.",
    example: "",
    schema: listOf(isHttpsOrigin, NOT_ORIGINS).transform((urls) => urls.map((url) => new URL(url).origin)),
  },
  SKUPORT_TLS_CERT: {
    about:
      "File with the server's TLS certificate and its intermediate certificates, in PEM format. Skuport loads the file again when it changes.",
    example: "",
    schema: z.string(),
  },
  SKUPORT_TLS_KEY: {
    about: "File with the private key of the certificate, in PEM format and without a passphrase.",
    example: "",
    schema: z.string(),
  },
  SKUPORT_TRUST_PROXY: {
    about:
      "Addresses of the reverse proxy that receives the requests over TLS, such as 127.0.0.1 or 10.1.2.0/24, separated by commas. X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host are used only from these addresses.",
    example: "",
    schema: listOf(isProxy, NOT_PROXIES),
  },
} as const satisfies Record<string, Setting>;

/** The variable PORT, which many platforms set. It is used only if SKUPORT_PORT is not set. */
export const PLATFORM_PORT: Setting = { about: "", example: "", schema: port };

/** Returns the faults of settings that need other settings.
 * @param given the texts of all settings */
export function networkFaults(given: Readonly<Record<string, string>>): string[] {
  const { SKUPORT_HOST: host, SKUPORT_PUBLIC_URL: urls, SKUPORT_TRUST_PROXY: proxies } = given;
  const { SKUPORT_TLS_CERT: cert, SKUPORT_TLS_KEY: key } = given;
  const isOpen = host !== undefined && !isLoopback(host);
  const hasTls = cert !== undefined || key !== undefined || proxies !== undefined;
  const faults: string[] = [];
  if (cert !== undefined && key === undefined)
    faults.push(`SKUPORT_TLS_CERT=${cert}: also set SKUPORT_TLS_KEY, the private key of the certificate.`);
  if (key !== undefined && cert === undefined)
    faults.push(`SKUPORT_TLS_KEY=${key}: also set SKUPORT_TLS_CERT, the certificate of the private key.`);
  if (isOpen && (urls === undefined || !hasTls)) faults.push(openFault(host, urls === undefined, hasTls));
  else if (urls !== undefined && !hasTls)
    faults.push(
      `SKUPORT_PUBLIC_URL=${urls}: also set SKUPORT_TRUST_PROXY to the address of the reverse proxy that serves this address (127.0.0.1 if it runs on this computer), or SKUPORT_TLS_CERT and SKUPORT_TLS_KEY.`,
    );
  else if (proxies !== undefined && urls === undefined)
    faults.push(
      `SKUPORT_TRUST_PROXY=${proxies}: also set SKUPORT_PUBLIC_URL to the address under which users open Skuport, such as https://shop.example.`,
    );
  return faults;
}

function openFault(host: string, lacksUrl: boolean, hasTls: boolean): string {
  const missing = [
    ...(lacksUrl
      ? ["set SKUPORT_PUBLIC_URL to the address under which users open Skuport, such as https://shop.example"]
      : []),
    ...(hasTls
      ? []
      : [
          "for TLS, set SKUPORT_TLS_CERT and SKUPORT_TLS_KEY, or SKUPORT_TRUST_PROXY to the address of your reverse proxy",
        ]),
  ];
  return `SKUPORT_HOST=${host}: other computers can reach this address: ${missing.join("; ")}. To use Skuport only on this computer, write 127.0.0.1.`;
}

function isHost(host: string): boolean {
  return isIP(host) !== 0 || /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*\.?$/i.test(host);
}

function isHttpsOrigin(text: string): boolean {
  const url = URL.parse(text);
  // The parser accepts further characters in host names, such as "*".
  return url?.protocol === "https:" && url.href === `${url.origin}/` && /^[a-z0-9.-]+$|^\[/.test(url.hostname);
}

/** Smallest prefix lengths. The largest private networks are 10.0.0.0/8 and fc00::/7. */
const SHORTEST_PREFIX = { ipv4: 8, ipv6: 7 };

function isProxy(text: string): boolean {
  if (isIP(text) !== 0) return !isMapped(text);
  if (!ipaddr.isValidCIDR(text)) return false;
  const [address, prefix] = ipaddr.parseCIDR(text);
  return prefix >= SHORTEST_PREFIX[address.kind()] && !isMapped(address.toString());
}

/** IPv4-mapped IPv6 networks contain IPv4 addresses: ::ffff:0:0/96 contains all. */
function isMapped(address: string): boolean {
  const parsed = ipaddr.parse(address);
  return parsed.kind() === "ipv6" && (parsed as ipaddr.IPv6).isIPv4MappedAddress();
}
