// skuport rotate-key: a new key for the secrets in the database, and all of them encrypted anew.
import { addKey } from "../secrets/keyring.ts";
import { resealWebhooks } from "../webhooks/reseal.ts";
import { readArgs, type Command } from "./command.ts";
import { createLog } from "../processes/log.ts";
import { openDatabase, openPool } from "../processes/open-database.ts";
import { keyFile, webhookContext } from "../processes/webhook-context.ts";

export const rotateKey: Command = {
  name: "rotate-key",
  summary: "Encrypt the secrets in the database with a new key",
  help: `Usage: skuport rotate-key [--data-dir DIR]

Puts a new key in front of those in the file secrets.key of the data folder and encrypts webhooks' secrets and headers anew.
Older keys stay in the file, so that a backup of the database can still be read; remove their lines to give that up. It may run
beside a server.

With SKUPORT_SECRETS_KEY: put the new key in front of the old one, with a comma between them, restart server and workers, run
this, and then take the old key out.

  --data-dir DIR    data folder (SKUPORT_DATA_DIR; ./data)
`,
  async run(args, io) {
    const { values } = readArgs({ args, options: { "data-dir": { type: "string" } } });
    const config = await io.loadConfig(
      values["data-dir"] === undefined ? {} : { SKUPORT_DATA_DIR: values["data-dir"] },
    );
    const log = createLog({ log_level: config.log_level === "info" ? "warn" : config.log_level }, "skuport rotate-key");
    const database = await openDatabase(config, "skuport rotate-key", log);
    const pool = openPool(database.address, "skuport rotate-key", 1, log);
    try {
      const keys =
        config.secrets_keys.length > 0 ? await webhookContext(config).loadKeys() : await addKey(keyFile(config));
      const resealed = await resealWebhooks(pool, keys);
      io.stdout.write(`${resealed} secrets are encrypted with the key ${keys[0].id}\n`);
    } finally {
      await pool.end();
      await database.close();
    }
    return 0;
  },
};
