// A webhook's secrets and header values: encrypted in the database, in the clear only here and in a request that is sent.
import type { Queryable } from "../db/connection/connect.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { seal, unseal } from "../secrets/seal.ts";
import { makeSecret } from "./deliver/sign.ts";
import { expireSecrets, insertSecret, listSecrets, readSealedHeaders, setHeaders } from "./store.ts";
import type { WebhookSecrets } from "../../contract/webhooks/webhooks.ts";

/** What a sealed text is bound to. */
export const secretPlace = (webhook_id: number): string => `webhook ${webhook_id} secret`;
export const headersPlace = (webhook_id: number): string => `webhook ${webhook_id} headers`;

export async function addSecret(db: Queryable, keys: Keyring, webhook_id: number): Promise<void> {
  await insertSecret(db, webhook_id, seal(keys, secretPlace(webhook_id), makeSecret()));
}

/** A new secret; those before it sign for `overlap_hours` more. */
export async function rotateSecret(
  db: Queryable,
  keys: Keyring,
  webhook_id: number,
  overlap_hours: number,
): Promise<void> {
  await expireSecrets(db, webhook_id, overlap_hours);
  await addSecret(db, keys, webhook_id);
}

export async function readSecrets(db: Queryable, keys: Keyring, webhook_id: number): Promise<WebhookSecrets> {
  const secrets = (await listSecrets(db, webhook_id)).map(({ sealed, ...times }) => ({
    secret: openSecret(keys, webhook_id, sealed),
    ...times,
  }));
  return { secrets, headers: await readHeaders(db, keys, webhook_id) };
}

export async function readHeaders(db: Queryable, keys: Keyring, webhook_id: number): Promise<Record<string, string>> {
  return openHeaders(keys, webhook_id, await readSealedHeaders(db, webhook_id));
}

export async function writeHeaders(
  db: Queryable,
  keys: Keyring,
  webhook_id: number,
  headers: Record<string, string>,
): Promise<void> {
  const names = Object.keys(headers);
  const sealed = names.length === 0 ? null : seal(keys, headersPlace(webhook_id), JSON.stringify(headers));
  await setHeaders(db, webhook_id, names, sealed);
}

export const openSecret = (keys: Keyring, webhook_id: number, sealed: string): string =>
  unseal(keys, secretPlace(webhook_id), sealed);

export const openHeaders = (keys: Keyring, webhook_id: number, sealed: string | null): Record<string, string> =>
  sealed === null ? {} : (JSON.parse(unseal(keys, headersPlace(webhook_id), sealed)) as Record<string, string>);
