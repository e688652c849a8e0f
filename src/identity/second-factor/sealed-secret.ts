// Encrypts the secrets of authenticator apps for the database.
import type { Keyring } from "../../secrets/keyring.ts";
import { seal, unseal } from "../../secrets/seal.ts";

/** Time in which the user must confirm a new secret with a code. After that time, the secret is no longer accepted. */
const PENDING_MINUTES = 15;

/** Additional authenticated data, which binds an encrypted secret to its user and its state. */
export const secretAad = (userId: number): string => `user ${userId} totp`;
export const pendingAad = (userId: number): string => `user ${userId} new totp`;

export const sealSecret = (keys: Keyring, userId: number, secret: Buffer): string =>
  seal(keys, secretAad(userId), secret.toString("base64"));

export const openSecret = (keys: Keyring, userId: number, sealed: string): Buffer =>
  Buffer.from(unseal(keys, secretAad(userId), sealed), "base64");

/** Encrypts a new secret together with the time, so that no one can prolong its life in the database. */
export const sealPending = (keys: Keyring, userId: number, secret: Buffer, now: number): string =>
  seal(keys, pendingAad(userId), `${now} ${secret.toString("base64")}`);

/** @returns undefined if the secret is too old */
export function openPending(keys: Keyring, userId: number, sealed: string, now: number): Buffer | undefined {
  const [createdAt = "", secret = ""] = unseal(keys, pendingAad(userId), sealed).split(" ");
  return now - Number(createdAt) <= PENDING_MINUTES * 60_000 ? Buffer.from(secret, "base64") : undefined;
}
