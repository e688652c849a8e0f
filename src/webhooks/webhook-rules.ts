// Validates the URL and headers of a webhook without using the database. fan-out.ts decides in SQL which events a webhook gets.
import { problemOfFaults, type Fault } from "../../contract/faults.ts";
import { MAX_HEADER_BYTES, MAX_HEADERS } from "../../contract/webhooks/webhooks.ts";
import { checkLiteral, portOf, RefusedAddress, type AddressRules } from "./deliver/request/ssrf-guard.ts";

export interface Target {
  /** The normalised URL; undefined if no URL was given. */
  url: string | undefined;
  /** Header values by lower-case name. */
  headers: Record<string, string>;
}

/** Validates and normalises the URL and custom headers of a webhook. A header value of null keeps the stored value from `kept`.
 * Host names are not resolved here but for each connection. @throws Problem that lists all faults of URL and headers,
 * but quotes no header values */
export function checkTarget(
  given: { url?: string | undefined; headers: Readonly<Record<string, string | null>> },
  kept: Readonly<Record<string, string>>,
  rules: AddressRules,
): Target {
  const url = given.url === undefined ? undefined : new URL(given.url.trim());
  if (url !== undefined) url.hash = "";
  const refused = url && refusalOfHost(url, rules);
  const { headers, faults } = checkHeaders(given.headers, kept);
  if (refused !== undefined) faults.unshift({ pointer: "/body/url", detail: refused });
  if (faults.length === 0) return { url: url?.href, headers };
  throw problemOfFaults(refused === undefined ? "invalid-request" : "refused-url", faults);
}

/** Returns the faults of the URL's host and of the headers, for a request body that does not match its schema. Ignores a URL or header that
 * cannot be parsed.
 * @param kept the stored header values; a header with the value null keeps its stored value. undefined = the stored values are not
 * known, so null is accepted for every header */
export function faultsOfTarget(
  body: unknown,
  rules: AddressRules,
  kept: Readonly<Record<string, string>> | undefined,
): Fault[] {
  const { url, headers } = (body ?? {}) as { url?: unknown; headers?: unknown };
  const parsed = typeof url === "string" ? URL.parse(url.trim()) : null;
  const refused = parsed !== null && /^https?:$/.test(parsed.protocol) ? refusalOfHost(parsed, rules) : undefined;
  // Object.entries would return the characters of a string as entries.
  const given: object = typeof headers === "object" && headers !== null && !Array.isArray(headers) ? headers : {};
  const known = Object.entries(given).filter(
    (entry): entry is [string, string | null] => entry[1] === null || typeof entry[1] === "string",
  );
  const { faults } = checkHeaders(Object.fromEntries(known), kept);
  return [...(refused === undefined ? [] : [{ pointer: "/body/url", detail: refused }]), ...faults];
}

function refusalOfHost(url: URL, rules: AddressRules): string | undefined {
  try {
    checkLiteral(url.hostname, portOf(url), rules);
    return undefined;
  } catch (error) {
    if (!(error instanceof RefusedAddress)) throw error;
    return `${error.message} An administrator can allow private networks with the setting SKUPORT_WEBHOOK_ALLOW_CIDRS, such as 127.0.0.0/8 for this computer.`;
  }
}

// Headers that webhooks must not have: headers that a delivery sets itself, headers that frame the body, and hop-by-hop headers. A second
// `host` or `content-length` would enable request smuggling.
const OWN_HEADERS = new Set([
  "host",
  "content-length",
  "content-type",
  "content-encoding",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "upgrade",
  "te",
  "trailer",
  "expect",
  "http2-settings",
  "forwarded",
  "via",
]);
const OWN_PREFIXES = ["webhook-", "proxy-", "x-forwarded-", "sec-"];

function checkHeaders(
  given: Readonly<Record<string, string | null>>,
  kept: Readonly<Record<string, string>> | undefined,
): { headers: Record<string, string>; faults: Fault[] } {
  const faults: Fault[] = [];
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    const fault = faultOfHeader(name, value, headers.has(lower), kept === undefined || Object.hasOwn(kept, lower));
    if (fault === undefined) headers.set(lower, value ?? kept?.[lower] ?? "");
    else faults.push({ pointer: `/body/headers/${name.slice(0, 100)}`, detail: fault });
  }
  if (headers.size > MAX_HEADERS)
    faults.push({ pointer: "/body/headers", detail: `there are more than ${MAX_HEADERS} headers` });
  return { headers: Object.fromEntries(headers), faults };
}

function faultOfHeader(name: string, value: string | null, isRepeated: boolean, isKept: boolean): string | undefined {
  // A header name must be a token of RFC 9110, 5.6.2.
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return "it is not a valid header name";
  const lower = name.toLowerCase();
  if (OWN_HEADERS.has(lower) || OWN_PREFIXES.some((prefix) => lower.startsWith(prefix)))
    return "custom headers must not have this name";
  if (isRepeated) return "it is given twice; header names are not case-sensitive";
  if (value === null) return isKept ? undefined : "it has no stored value to keep";
  if (Buffer.byteLength(value) > MAX_HEADER_BYTES) return `its value is longer than ${MAX_HEADER_BYTES} bytes`;
  // A value must be a field-value of RFC 9110, 5.5, without bytes above ASCII, whose encoding is undefined.
  if (!/^[\x20-\x7e\t]*$/.test(value)) return "its value contains a line break or a character that is not ASCII";
  return value === value.trim() ? undefined : "its value begins or ends with a space";
}
