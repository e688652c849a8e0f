// Creates the HTTP application with the database of a test. Tests call it with `inject`.
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { FastifyInstance, InjectOptions } from "fastify";
import { pino } from "pino";
import { afterAll } from "vitest";
import { listen } from "../../src/events/listen.ts";
import { buildApp, type AppContext } from "../../src/http/app.ts";
import { storeNewLocalKey } from "../../src/identity/keys/local-key.ts";
import { folderStore } from "../../src/imports/file-stores/folder-store.ts";
import { createFirstUser } from "../../src/identity/users/first-user.ts";
import type { TestDatabase } from "./database.ts";
import { useKey } from "./identity/fetch-with-key.ts";
import { webhookContext } from "./webhook-app.ts";

const nothing = (): Promise<void> => Promise.resolve();

/** The keys of the applications that `createTestApp` has created. */
const keys = new WeakMap<FastifyInstance, string>();

/** Creates the application without a worker. It is closed after the last test of the file. `context` overrides parts of the default
 * context. A request by `inject` has the key of an administrator, whose actor is `local`, unless it has a header `authorization` or
 * `cookie`; with an empty `authorization`, it has no credential. `fetch` does the same. */
export async function createTestApp(
  { address, pool }: TestDatabase,
  context: Partial<AppContext> = {},
): Promise<FastifyInstance> {
  const listener = await listen(address, { application_name: "skuport test", onError: () => undefined });
  const app = await buildApp({
    pool,
    listener,
    logger: pino({ level: "silent" }),
    store: folderStore("", randomUUID()),
    concurrency: 1,
    max_upload_bytes: 1e9,
    countWorkers: () => Promise.resolve(0),
    listStores: () => Promise.resolve([]),
    needs_worker: false,
    countQueued: () => Promise.resolve([]),
    sendScan: nothing,
    sendLoaders: nothing,
    webhooks: webhookContext(),
    sendExecutors: nothing,
    ...context,
  });
  await createFirstUser(pool);
  signIn(app, await storeNewLocalKey(pool, randomUUID()));
  afterAll(async () => {
    await app.close();
    await listener.stop();
  });
  return app;
}

/** Returns the header that `inject` adds, for requests over a real connection. */
export const authorizationOf = (app: FastifyInstance): { authorization: string } => ({
  authorization: `Bearer ${keys.get(app) ?? ""}`,
});

/** Makes `app.inject` add the key. */
function signIn(app: FastifyInstance, key: string): void {
  keys.set(app, key);
  app.addHook("onListen", () => {
    useKey(`http://127.0.0.1:${(app.server.address() as AddressInfo).port.toString()}`, key);
  });
  const inject = app.inject.bind(app) as (options: InjectOptions | string) => ReturnType<typeof app.inject>;
  const injectSignedIn = (options: InjectOptions | string) => inject(withKey(options, `Bearer ${key}`));
  app.inject = injectSignedIn as typeof app.inject;
}

function withKey(options: InjectOptions | string, authorization: string): InjectOptions {
  const given = typeof options === "string" ? { url: options } : options;
  const { authorization: own, ...headers } = given.headers ?? {};
  if (own === "") return { ...given, headers };
  return own !== undefined || headers["cookie"] !== undefined
    ? given
    : { ...given, headers: { ...headers, authorization } };
}
