// Dependencies of the webhook module.
import type pg from "pg";
import type { Keyring } from "../secrets/keyring.ts";
import type { Log } from "../jobs/log.ts";

export interface WebhookContext {
  pool: pg.Pool;
  log: Log;
  /** Loads the current keys, which another process may have rotated. */
  loadKeys: () => Promise<Keyring>;
  settings: WebhookSettings;
}

/** Settings of the deliveries. They must be plain values, because they are posted to the delivery thread. */
export interface WebhookSettings {
  allow_cidrs: readonly string[];
  proxy: string | undefined;
  /** Factor for every pause between attempts to deliver a webhook; less than 1 in tests. */
  time_scale: number;
  keep_days: number;
}
