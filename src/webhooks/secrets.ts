// Stores and reads the secrets and header values of a webhook. The database contains them only encrypted. This module encrypts and decrypts
// them; after a key rotation, reseal.ts does so too.
import type { Queryable } from "../db/connection/connect.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { seal, unseal } from "../secrets/seal.ts";
import { makeSecret } from "./deliver/request/sign.ts";
import { expireSecrets, insertSecret, listSecrets, readSealedHeaders, setHeaders } from "./store.ts";
import type { WebhookSecrets } from "../../contract/webhooks/webhooks.ts";

/** Additional authenticated data, which binds an encrypted value to its webhook and purpose. */
export const secretAad = (webhookId: number): string => `webhook ${webhookId} secret`;
export const headersAad = (webhookId: number): string => `webhook ${webhookId} headers`;

export async function addSecret(db: Queryable, keys: Keyring, webhookId: number): Promise<void> {
  await insertSecret(db, webhookId, seal(keys, secretAad(webhookId), makeSecret()));
}

/** Adds a secret. Older secrets stay valid for `overlapHours`. */
export async function rotateSecret(
  db: Queryable,
  keys: Keyring,
  webhookId: number,
  overlapHours: number,
): Promise<void> {
  await expireSecrets(db, webhookId, overlapHours);
  await addSecret(db, keys, webhookId);
}

export async function readSecrets(db: Queryable, keys: Keyring, webhookId: number): Promise<WebhookSecrets> {
  const secrets = (await listSecrets(db, webhookId)).map(({ sealed, ...times }) => ({
    secret: openSecret(keys, webhookId, sealed),
    ...times,
  }));
  return { secrets, headers: await readHeaders(db, keys, webhookId) };
}

export async function readHeaders(db: Queryable, keys: Keyring, webhookId: number): Promise<Record<string, string>> {
  return openHeaders(keys, webhookId, await readSealedHeaders(db, webhookId));
}

export async function writeHeaders(
  db: Queryable,
  keys: Keyring,
  webhookId: number,
  headers: Record<string, string>,
): Promise<void> {
  const names = Object.keys(headers);
  const sealed = names.length === 0 ? null : seal(keys, headersAad(webhookId), JSON.stringify(headers));
  await setHeaders(db, webhookId, names, sealed);
}

export const openSecret = (keys: Keyring, webhookId: number, sealed: string): string =>
  unseal(keys, secretAad(webhookId), sealed);

export const openHeaders = (keys: Keyring, webhookId: number, sealed: string | null): Record<string, string> =>
  sealed === null ? {} : (JSON.parse(unseal(keys, headersAad(webhookId), sealed)) as Record<string, string>);
