// Time-based one-time passwords (RFC 6238) of an authenticator app: SHA-1, six digits, 30 seconds, which every app supports.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { toBase32 } from "./base32.ts";

const STEP_MS = 30_000;
const DIGITS = 6;
/** RFC 4226 recommends a secret of the length of the hash. */
const SECRET_BYTES = 20;
/** Steps before and after the current one whose codes are accepted, because the clocks of phones differ from the server's. */
const DRIFT_STEPS = 1;

export const newTotpSecret = (): Buffer => randomBytes(SECRET_BYTES);

export const totpStepAt = (ms: number): number => Math.floor(ms / STEP_MS);

export function totpCode(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  // Dynamic truncation, RFC 4226 section 5.3.
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** Returns the step whose code was entered, or undefined if the code is wrong or its step was already used.
 * @param usedStep the step of the last accepted code; a code of this step or an earlier one is refused */
export function findTotpStep(
  secret: Buffer,
  code: string,
  now: number,
  usedStep: number | undefined,
): number | undefined {
  const entered = Buffer.from(code.replaceAll(/\s/g, ""));
  const current = totpStepAt(now);
  let found: number | undefined;
  for (let step = current - DRIFT_STEPS; step <= current + DRIFT_STEPS; step++) {
    const expected = Buffer.from(totpCode(secret, step));
    if (entered.length === expected.length && timingSafeEqual(entered, expected)) found = step;
  }
  return found === undefined || (usedStep !== undefined && found <= usedStep) ? undefined : found;
}

/** The URI that authenticator apps read from a QR code (github.com/google/google-authenticator/wiki/Key-Uri-Format). */
export function totpUri(secret: Buffer, user: string): string {
  const issuer = "Skuport";
  // Not URLSearchParams: some apps show its `+` for a space.
  const label = `${issuer}:${encodeURIComponent(user)}`;
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=${issuer}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
}
