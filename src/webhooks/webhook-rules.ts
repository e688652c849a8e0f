// What a webhook may be: its URL and its headers. Pure; which events it gets stands in fan-out.ts, in SQL.
import { Problem } from "../../contract/problems.ts";
import { MAX_HEADER_BYTES, MAX_HEADERS } from "../../contract/webhooks.ts";
import { checkLiteral, portOf, RefusedAddress, type AddressRules } from "./refuse-private.ts";

/** The URL as it will be called.
 * @throws Problem where it will not be; names are only resolved when they are dialled */
export function checkUrl(text: string, rules: AddressRules): string {
  const url = URL.parse(text.trim());
  if (url === null) throw refused(text, "it is no URL; write it as https://host/path");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refused(text, "it does not begin with https:// or http://");
  if (url.username !== "" || url.password !== "") {
    throw refused(url.host, "it holds a user or a password; put them into a header, whose value is stored encrypted");
  }
  url.hash = "";
  try {
    checkLiteral(url.hostname, portOf(url), rules);
  } catch (error) {
    if (error instanceof RefusedAddress) throw refused(text, `${error.message} ${ALLOW}`, error);
    throw error;
  }
  return url.href;
}

const ALLOW = "An administrator can allow a private network by SKUPORT_WEBHOOK_ALLOW_CIDRS.";

const refused = (what: string, why: string, cause?: unknown): Problem =>
  new Problem("refused-url", `The URL ${what.slice(0, 200)} is not taken: ${why}`, {
    cause,
    extra: { errors: [{ pointer: "/body/url", detail: why }] },
  });

// What the delivery itself says, what frames the message, and what belongs to the hop: a second `host` or `content-length`
// is how requests are smuggled.
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

/** Header values by name in lower case; null keeps what `kept` has.
 * @throws Problem that names all that is wrong, without the values */
export function checkHeaders(
  given: Readonly<Record<string, string | null>>,
  kept: Readonly<Record<string, string>>,
): Record<string, string> {
  const faults: { pointer: string; detail: string }[] = [];
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    const fault = faultOfHeader(name, value, headers.has(lower), lower in kept);
    if (fault === undefined) headers.set(lower, value ?? (kept[lower] as string));
    else faults.push({ pointer: `/body/headers/${name.slice(0, 100)}`, detail: fault });
  }
  if (headers.size > MAX_HEADERS)
    faults.push({ pointer: "/body/headers", detail: `there are more than ${MAX_HEADERS}` });
  if (faults.length > 0) {
    const said = faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
    throw new Problem("invalid-request", `${said}.`, { extra: { errors: faults } });
  }
  return Object.fromEntries(headers);
}

function faultOfHeader(name: string, value: string | null, is_repeated: boolean, is_kept: boolean): string | undefined {
  // token of RFC 9110, 5.6.2
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return "it is no name of a header";
  const lower = name.toLowerCase();
  if (OWN_HEADERS.has(lower) || OWN_PREFIXES.some((prefix) => lower.startsWith(prefix)))
    return "this header is set by the delivery itself";
  if (is_repeated) return "it is there twice, in another case";
  if (value === null) return is_kept ? undefined : "it has no value yet that could be kept";
  if (Buffer.byteLength(value) > MAX_HEADER_BYTES) return `its value is longer than ${MAX_HEADER_BYTES} bytes`;
  // field-value of RFC 9110, 5.5, without the bytes above ASCII that nobody agrees on
  if (!/^[\x20-\x7e\t]*$/.test(value)) return "its value holds a line break or a character that is not ASCII";
  return value === value.trim() ? undefined : "its value begins or ends with a blank";
}
