// Creates, changes and deletes webhooks, each in one transaction.
import { withCertainCommit } from "../db/connection/certain-commit.ts";
import type { Queryable } from "../db/connection/connect.ts";
import type { WebhookContext } from "./context.ts";
import { addSecret, readHeaders, writeHeaders } from "./secrets.ts";
import { checkTarget } from "./webhook-rules.ts";
import {
  countWebhooks,
  resetFailures,
  insertWebhook,
  lockWebhook,
  markDeleted,
  notifyWorkers,
  readWebhook,
  updateWebhook,
} from "./store.ts";
import type { AuditFacts } from "../../contract/identity/audit-facts.ts";
import { Problem } from "../../contract/problems.ts";
import type { CreateWebhook, PatchWebhook, Webhook } from "../../contract/webhooks/webhooks.ts";

/** Maximum number of webhooks. The fan-out compares every event with every webhook, and every delivery is a row. */
const MAX_WEBHOOKS = 1000;

/** Records a change in the audit log, in the transaction of the change. */
export type Audit = (db: Queryable, entry: { subject: string; detail: AuditFacts }) => Promise<void>;

const subjectOf = (id: number): string => `webhook ${id}`;

export async function createWebhook(context: WebhookContext, given: CreateWebhook, audit: Audit): Promise<Webhook> {
  const { url = given.url, headers } = checkTarget(given, {}, context.settings);
  const keys = await context.loadKeys();
  return withCertainCommit(context.pool, async (client) => {
    if ((await countWebhooks(client)) >= MAX_WEBHOOKS)
      throw new Problem(
        "limit-reached",
        `Limit reached: there are already ${MAX_WEBHOOKS} webhooks. Delete a webhook before you add another.`,
      );
    const id = await insertWebhook(client, { ...given, url });
    await addSecret(client, keys, id);
    await writeHeaders(client, keys, id, headers);
    await audit(client, { subject: subjectOf(id), detail: { change: "created", url: withoutCredentials(url) } });
    return (await readWebhook(client, id)) as Webhook;
  });
}

export async function changeWebhook(
  context: WebhookContext,
  id: number,
  patch: PatchWebhook,
  audit: Audit,
): Promise<Webhook> {
  const keys = await context.loadKeys();
  return withCertainCommit(context.pool, async (client) => {
    await lockWebhook(client, id);
    const before = await findWebhook(client, id);
    const { url, headers, ...values } = patch;
    const kept = headers === undefined ? {} : await readHeaders(client, keys, id);
    const target = checkTarget({ url, headers: headers ?? {} }, kept, context.settings);
    await updateWebhook(client, id, { ...before, ...withoutUndefined(values), url: target.url ?? before.url });
    if (patch.enabled === true) await resetFailures(client, id);
    if (headers !== undefined) await writeHeaders(client, keys, id, target.headers);
    await notifyWorkers(client, id);
    await audit(client, { subject: subjectOf(id), detail: { change: Object.keys(patch).join(", ") } });
    return findWebhook(client, id);
  });
}

/** Deletes a webhook and returns it. */
export async function deleteWebhook(context: WebhookContext, id: number, audit: Audit): Promise<Webhook> {
  return withCertainCommit(context.pool, async (client) => {
    await lockWebhook(client, id);
    const webhook = await findWebhook(client, id);
    await markDeleted(client, id);
    await notifyWorkers(client, id);
    await audit(client, { subject: subjectOf(id), detail: { change: "deleted" } });
    return webhook;
  });
}

/** Reads a webhook. @throws Problem not-found */
export async function findWebhook(db: Parameters<typeof readWebhook>[0], id: number): Promise<Webhook> {
  const webhook = await readWebhook(db, id);
  if (webhook === undefined) throw new Problem("not-found", `Webhook ${id} does not exist.`);
  return webhook;
}

/** Removes user name, password and query from a URL: they can contain secrets. */
function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
