// Signatures of Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
// HMAC-SHA256 over `id.timestamp.body`, with every secret that is valid.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** Of a timestamp, before and after; the libraries of the standard have the same. */
const TOLERANCE_SECONDS = 300;

export const makeSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString("base64");

/** The key of a secret: what stands behind its prefix, decoded. */
export const keyOf = (secret: string): Buffer =>
  Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, "base64");

/** The value of `webhook-signature`; `timestamp` in seconds. The body is signed as its bytes are sent. */
export function sign(keys: readonly Buffer[], id: string, timestamp: number, body: string | Buffer): string {
  return keys.map((key) => `v1,${hmac(key, id, timestamp, body).toString("base64")}`).join(" ");
}

/** Whether a signature is right and its time is now; says why not. For receivers. */
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
  if (id === "" || timestamp === "" || signatures === "") return "headers of the signature are missing";
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) {
    return "the timestamp is more than five minutes away";
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
