// What webhooks need from the process they run in.
import type pg from "pg";
import type { Keyring } from "../secrets/keyring.ts";
import type { Log } from "../jobs/log.ts";

export interface WebhookContext {
  pool: pg.Pool;
  log: Log;
  /** Reads the keys anew: another process may have rotated them. */
  loadKeys: () => Promise<Keyring>;
  settings: WebhookSettings;
}

/** Plain values: they are handed to the thread that delivers. */
export interface WebhookSettings {
  allow_cidrs: readonly string[];
  proxy: string | undefined;
  /** Factor of all pauses; less than 1 in tests. */
  time_scale: number;
  keep_days: number;
}
