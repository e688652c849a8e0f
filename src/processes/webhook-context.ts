// Builds the webhook settings and keys from the configuration, for the server, workers and commands.
import { join } from "node:path";
import type { Config } from "../config.ts";
import { loadKeyring } from "../secrets/keyring.ts";
import type { WebhookContext } from "../webhooks/context.ts";

export const webhookContext = (config: Config): Pick<WebhookContext, "loadKeys" | "settings"> => ({
  loadKeys: () => loadKeyring(config.secrets_keys, keyFile(config)),
  settings: {
    allow_cidrs: config.webhook_allow_cidrs,
    proxy: config.webhook_proxy,
    time_scale: config.webhook_time_scale,
    keep_days: config.webhook_keep_days,
  },
});

export const keyFile = (config: Config): string => join(config.data_dir, "secrets.key");
