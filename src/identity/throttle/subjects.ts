// Limits of failed attempts. Attempts with the same subject (a user name, an address, a session or a link) are counted together.
import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";
import { nameKeyOf } from "../users/user-name.ts";

export interface Limit {
  subject: string;
  /** Number of failures in 15 minutes after which further attempts are refused. */
  max: number;
  /** True = the attempts come from a user who is signed in. */
  of_session?: boolean;
}

const MAX_OF_ACCOUNT = 10;
const MAX_OF_ADDRESS = 30;
/** Bits of an IPv6 address that identify a customer's network. Within it, a device can choose its address. */
const NETWORK_BITS = 64;

/** Failures of one user name, whether such a user exists or not. The name is hashed, because people type passwords into its field. */
export const limitOfAccount = (name: string): Limit => ({
  subject: `account:${createHash("sha256").update(nameKeyOf(name)).digest("hex")}`,
  max: MAX_OF_ACCOUNT,
});

export const limitOfAddress = (address: string): Limit => ({
  subject: `address:${networkOf(address)}`,
  max: MAX_OF_ADDRESS,
});

/** Failures to confirm a sign-in within a session. They are counted apart from failed sign-ins, so that others cannot block a user who is
 * signed in. */
export const limitOfSession = (sessionId: number): Limit => ({
  subject: `session:${sessionId}`,
  max: MAX_OF_ACCOUNT,
  of_session: true,
});

/** Wrong codes of an authenticator app, entered with a one-time link. They are counted apart from failed sign-ins: only the holder of the
 * link can cause them, and others cannot block the link. */
export const limitOfLink = (linkId: number): Limit => ({ subject: `link:${linkId}`, max: MAX_OF_ACCOUNT });

/** Returns an IPv4 address, or the network of an IPv6 address. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  const parts = (parsed as ipaddr.IPv6).parts.slice(0, NETWORK_BITS / 16);
  return `${parts.map((part) => part.toString(16)).join(":")}::/${NETWORK_BITS}`;
}
