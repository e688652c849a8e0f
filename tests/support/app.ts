// Creates the HTTP application with the database of a test. Tests call it with `inject`.
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { afterAll } from "vitest";
import { listen } from "../../src/events/listen.ts";
import { buildApp, type AppContext } from "../../src/http/app.ts";
import type { TestDatabase } from "./database.ts";
import { webhookContext } from "./webhook-app.ts";

const nothing = (): Promise<void> => Promise.resolve();

/** Creates the application without a worker. It is closed after the last test of the file. `context` overrides parts of the default
 * context. */
export async function createTestApp(
  { address, pool }: TestDatabase,
  context: Partial<AppContext> = {},
): Promise<FastifyInstance> {
  const listener = await listen(address, { application_name: "skuport test", onError: () => undefined });
  const app = await buildApp({
    pool,
    listener,
    logger: pino({ level: "silent" }),
    files_dir: "",
    concurrency: 1,
    max_upload_bytes: 1e9,
    countWorkers: () => Promise.resolve(0),
    countQueued: () => Promise.resolve([]),
    sendScan: nothing,
    sendLoaders: nothing,
    webhooks: webhookContext(),
    sendExecutors: nothing,
    ...context,
  });
  afterAll(async () => {
    await app.close();
    await listener.stop();
  });
  return app;
}
