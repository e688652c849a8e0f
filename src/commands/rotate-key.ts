// skuport rotate-key: creates a new key and encrypts all secrets in the database with it.
import { LOCAL_ACTOR } from "../../contract/actor.ts";
import { recordAudit } from "../identity/audit/audit.ts";
import { addKey } from "../secrets/keyring.ts";
import { readCheckedKeyId, storeCheck } from "../secrets/store.ts";
import { resealSecondFactors } from "../identity/second-factor/reseal.ts";
import { resealWebhooks } from "../webhooks/reseal.ts";
import { readArgs, type Command } from "./command.ts";
import { createLog } from "../processes/log.ts";
import { openDatabase, openPool } from "../processes/open-database.ts";
import { keyFile, webhookContext } from "../processes/webhook-context.ts";

export const rotateKey: Command = {
  name: "rotate-key",
  summary: "Encrypt the secrets in the database with a new key",
  help: `Usage: skuport rotate-key [--lost] [--data-dir DIR]

Adds a new key to the file secrets.key in the data folder, and encrypts the secrets and headers of all webhooks and the secrets
of all authenticator apps with it. Old keys stay in the file, because backups of the database need them. Delete their lines when
you no longer need those backups. The server may keep running.

If you set the key with SKUPORT_SECRETS_KEY, this command adds no key. Instead:
  1. Generate a key with: openssl rand -base64 32
  2. In SKUPORT_SECRETS_KEY, put the new key before the old one, separated by a comma.
  3. Restart the server and all workers.
  4. Run this command.
  5. Remove the old key when you no longer need backups that were encrypted with it.

  --lost            accept the loss of the earlier key: uses the current key, and creates one if there is none. What was encrypted
                    with the lost key stays unreadable: create a new secret for each webhook, and set up authenticator apps again
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
`,
  async run(args, io) {
    const { values } = readArgs({ args, options: { lost: { type: "boolean" }, "data-dir": { type: "string" } } });
    const config = await io.loadConfig(
      values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] },
    );
    const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, "skuport rotate-key");
    const database = await openDatabase(config, "skuport rotate-key", log);
    const pool = openPool(database.address, "skuport rotate-key", 1, log);
    try {
      const before = await readCheckedKeyId(pool);
      const adds = values.lost !== true && config.secrets_keys.length === 0;
      const keys = adds ? await addKey(keyFile(config)) : await webhookContext(config).loadKeys();
      const resealed =
        values.lost === true ? 0 : (await resealWebhooks(pool, keys)) + (await resealSecondFactors(pool, keys));
      await storeCheck(pool, keys, before);
      const subject = `encryption key ${keys[0].id}`;
      await recordAudit(pool, { action: "secret-rotated", actor: LOCAL_ACTOR, subject });
      if (values.lost === true) io.stdout.write(`The key of this database is ${keys[0].id} now.\n`);
      else io.stdout.write(`Encrypted ${resealed} ${resealed === 1 ? "secret" : "secrets"} with key ${keys[0].id}.\n`);
    } finally {
      await pool.end();
      await database.close();
    }
    return 0;
  },
};
