// Signs requests according to Standard Webhooks 1.0.0
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
// HMAC-SHA256 over `id.timestamp.body`, with every secret that is valid.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** Maximum difference between a timestamp and the current time, in both directions; the same as in the standard's libraries. */
const TOLERANCE_SECONDS = 300;

export const makeSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString("base64");

/** Returns the key of a secret: the decoded Base64 string after the prefix. */
export const keyOf = (secret: string): Buffer =>
  Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, "base64");

/** Returns the value of `webhook-signature`, which signs the exact bytes of the body. `timestamp` is in seconds. */
export function sign(keys: readonly Buffer[], id: string, timestamp: number, body: string | Buffer): string {
  return keys.map((key) => `v1,${hmac(key, id, timestamp, body).toString("base64")}`).join(" ");
}

/** Verifies the signature and the timestamp of a request, for receivers. Returns undefined if both are valid, otherwise the
 * reason. */
export function verify(
  keys: readonly Buffer[],
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
  nowMs: number,
): string | undefined {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => {
    const value = headers[name];
    return typeof value === "string" ? value : "";
  }) as [string, string, string];
  if (id === "" || timestamp === "" || signatures === "")
    return "at least one of the headers webhook-id, webhook-timestamp and webhook-signature is missing";
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    return "the timestamp differs from the current time by more than five minutes";
  }
  const expected = keys.map((key) => hmac(key, id, Number(timestamp), body));
  const isRight = signatures.split(" ").some((signature) => {
    if (!signature.startsWith("v1,")) return false;
    const bytes = Buffer.from(signature.slice("v1,".length), "base64");
    return expected.some((right) => right.length === bytes.length && timingSafeEqual(right, bytes));
  });
  return isRight ? undefined : "no signature matches the secret";
}

const hmac = (key: Buffer, id: string, timestamp: number, body: string | Buffer): Buffer =>
  createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
