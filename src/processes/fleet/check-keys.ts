// Ensures that all processes of a database use the same key. Otherwise a worker could not decrypt what a server has encrypted, and would
// retry deliveries until they expire.
import type { Config } from "../../config.ts";
import { connectClient, type DatabaseAddress, type Queryable } from "../../db/connection/connect.ts";
import { listSecondFactorKeys } from "../../identity/second-factor/reseal.ts";
import { KeyFileError, loadKeyring, readKeyring, type Keyring } from "../../secrets/keyring.ts";
import { readCheckedKeyId, storeCheck } from "../../secrets/store.ts";
import { listWebhookKeys } from "../../webhooks/reseal.ts";
import { keyFile } from "../webhook-context.ts";

/** @throws {KeyFileError} if the keys of this process are not those of the database */
export async function checkKeys(config: Config, address: DatabaseAddress, command: string): Promise<void> {
  const client = await connectClient(address, { application_name: command });
  try {
    await checkKeysIn(client, config);
  } finally {
    await client.end();
  }
}

async function checkKeysIn(db: Queryable, config: Config): Promise<void> {
  const path = keyFile(config);
  // Do not create the key file yet: a new key is useless if the database has secrets of another one.
  const keys = await readKeyring(config.secrets_keys, path);
  const checked = await readCheckedKeyId(db);
  if (checked !== undefined && hasKey(keys, checked)) return;
  const used = await listUsedKeys(db);
  const isReplaceable =
    checked === undefined
      ? used.length === 0 || used.some((id) => hasKey(keys, id))
      : used.length === 0 && !(await hasOtherProcess(db));
  if (isReplaceable) await storeCheck(db, keys ?? (await loadKeyring([], path)), checked);
  const current = isReplaceable ? await readCheckedKeyId(db) : (checked ?? used[0]);
  if (isReplaceable && hasKey(await readKeyring(config.secrets_keys, path), current)) return;
  throw otherKey(current ?? "unknown", config.secrets_keys.length > 0 ? "SKUPORT_SECRETS_KEY" : path, keys);
}

const hasKey = (keys: Keyring | undefined, keyId: string | undefined): boolean =>
  keys?.some(({ id }) => id === keyId) === true;

const listUsedKeys = async (db: Queryable): Promise<string[]> => [
  ...(await listWebhookKeys(db)),
  ...(await listSecondFactorKeys(db)),
];

/** Returns whether a server or worker uses the database now. */
async function hasOtherProcess(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (select 1 from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()
         and application_name in ('skuport serve', 'skuport work', 'skuport webhooks')) as found`,
  );
  return rows[0]?.found === true;
}

const otherKey = (id: string, source: string, keys: Keyring | undefined): KeyFileError =>
  new KeyFileError(
    `The secrets in this database are encrypted with key ${id}, but ${source} ${keys === undefined ? "does not exist" : `has only ${keys.map((key) => key.id).join(", ")}`}. All servers and workers of a database need the same key: copy the file secrets.key from the data folder of a server that works, or set SKUPORT_SECRETS_KEY to the same value everywhere. If the key is lost, run \`skuport rotate-key --lost\`; then create a new secret for each webhook, and set up authenticator apps again.`,
  );
