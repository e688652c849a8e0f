// Encrypts a text for the database with AES-256-GCM, bound to the place it is for: moved to another row, it does not open.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Keyring } from "./keyring.ts";

/** Of GCM, NIST SP 800-38D. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `place` says where the text lies, such as `webhook 12 secret`; `unseal` must be told the same. */
export function seal([key]: Keyring, place: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${key.id}:${sealed.toString("base64")}`;
}

/** @throws Error where the key is not there, or the text is not what was sealed for this place. */
export function unseal(keyring: Keyring, place: string, sealed: string): string {
  const key = keyring.find(({ id }) => id === keyIdOf(sealed));
  if (key === undefined) {
    throw new Error(
      `A secret in the database (${place}) was encrypted with the key ${keyIdOf(sealed)}, which is not there: bring back SKUPORT_SECRETS_KEY or the file secrets.key as it was.`,
    );
  }
  const bytes = Buffer.from(sealed.slice(sealed.indexOf(":") + 1), "base64");
  const end = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(end));
  return decipher.update(bytes.subarray(NONCE_BYTES, end), undefined, "utf8") + decipher.final("utf8");
}

/** The id of the key that sealed it. */
export const keyIdOf = (sealed: string): string => sealed.slice(0, Math.max(0, sealed.indexOf(":")));
