// Encrypts secrets for the database with AES-256-GCM. Each secret is bound to its row: a secret that was copied to another row cannot
// be decrypted.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Keyring } from "./keyring.ts";

/** Sizes from NIST SP 800-38D (GCM). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts a secret.
 * @param aad additional authenticated data: where the secret is stored, such as `webhook 12 secret`; `unseal` needs the same value */
export function seal([key]: Keyring, aad: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce).setAAD(Buffer.from(aad));
  const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${key.id}:${sealed.toString("base64")}`;
}

/** @throws Error if the key is missing, or the secret was not sealed with this `aad` */
export function unseal(keyring: Keyring, aad: string, sealed: string): string {
  const key = keyring.find(({ id }) => id === keyIdOf(sealed));
  if (key === undefined) {
    throw new Error(
      `A secret in the database (${aad}) was encrypted with key ${keyIdOf(sealed)}, which is missing. Restore SKUPORT_SECRETS_KEY or the file secrets.key.`,
    );
  }
  const bytes = Buffer.from(sealed.slice(sealed.indexOf(":") + 1), "base64");
  const end = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(aad))
    .setAuthTag(bytes.subarray(end));
  return decipher.update(bytes.subarray(NONCE_BYTES, end), undefined, "utf8") + decipher.final("utf8");
}

/** Returns the id of the key that sealed the secret. */
export const keyIdOf = (sealed: string): string => sealed.slice(0, Math.max(0, sealed.indexOf(":")));
