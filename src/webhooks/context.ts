// Dependencies of the webhook module.
import type pg from "pg";
import type { Keyring } from "../secrets/keyring.ts";
import type { Log } from "../jobs/log.ts";

export interface WebhookContext {
  pool: pg.Pool;
  log: Log;
  /** Loads the current keys: another process may have rotated them. */
  loadKeys: () => Promise<Keyring>;
  settings: WebhookSettings;
}

/** Plain values only: they are posted to the delivery thread. */
export interface WebhookSettings {
  allow_cidrs: readonly string[];
  proxy: string | undefined;
  /** Factor of all pauses; less than 1 in tests. */
  time_scale: number;
  keep_days: number;
}
