// Webhook fixtures: a context with a new encryption key, and a function to send requests.
import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { loadKeyring } from "../../src/secrets/keyring.ts";
import type { WebhookContext, WebhookSettings } from "../../src/webhooks/context.ts";
import type { TestDatabase } from "./database.ts";

/** Creates keys and settings for webhooks. The settings allow loopback addresses, where the receivers of tests listen. */
export function webhookContext(settings: Partial<WebhookSettings> = {}): Pick<WebhookContext, "loadKeys" | "settings"> {
  const key = randomBytes(32).toString("base64");
  return {
    loadKeys: () => loadKeyring([key], "unused"),
    settings: { allow_cidrs: ["127.0.0.0/8"], proxy: undefined, time_scale: 1, keep_days: 30, ...settings },
  };
}

export const createWebhookContext = (
  { pool }: TestDatabase,
  settings: Partial<WebhookSettings> = {},
): WebhookContext => ({
  pool,
  log: pino({ level: "silent" }),
  ...webhookContext(settings),
});

/** Writes no entry to the audit log. For tests that change webhooks without a request. */
export const noAudit = (): Promise<void> => Promise.resolve();

/** Sends a request and returns the status and the parsed JSON body. */
export type Ask = (
  method: "GET" | "POST" | "PATCH" | "DELETE",
  url: string,
  body?: object,
) => Promise<{ status: number; body: never }>;

export const asker =
  (app: FastifyInstance): Ask =>
  async (method, url, body) => {
    const response = await app.inject({ method, url, ...(body === undefined ? {} : { payload: body }) });
    return { status: response.statusCode, body: response.json<never>() };
  };
