// The context of single sign-on for tests without a server.
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { createProvider } from "../../../src/identity/single-sign-on/provider/provider.ts";
import type { SingleSignOnSettings } from "../../../src/identity/single-sign-on/settings.ts";
import type { SignOnContext } from "../../../src/identity/single-sign-on/sign-on.ts";
import { loadKeyring } from "../../../src/secrets/keyring.ts";

export const CLIENT_OF_TESTS = {
  address: "192.0.2.7",
  agent: "a browser",
  request_id: "request 1",
  earlier_token: undefined,
};

export interface LoggedContext extends SignOnContext {
  /** Everything that was logged. */
  logged: unknown[];
}

/** @param options of the provider: a clock, and the time limit of a call */
export function signOnContext(
  pool: pg.Pool,
  settings: SingleSignOnSettings,
  options: Parameters<typeof createProvider>[1] = {},
): LoggedContext {
  const key = randomBytes(32).toString("base64");
  const logged: unknown[] = [];
  const write = (fields: object, message: string): void => void logged.push({ ...fields, message });
  return {
    pool,
    settings,
    logged,
    log: { info: write, warn: write, error: write },
    loadKeys: () => loadKeyring([key], "unused"),
    provider: createProvider(settings, options),
  };
}
