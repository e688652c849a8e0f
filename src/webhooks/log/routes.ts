// HTTP routes of deliveries: log, retries, replays, test events, health and feed.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { withCertainCommit } from "../../db/connection/certain-commit.ts";
import { decodeIntegerCursor, toPage } from "../../cursor.ts";
import type { Queryable } from "../../db/connection/connect.ts";
import { findWebhook } from "../change-webhook.ts";
import type { WebhookContext } from "../context.ts";
import { readFeed } from "./feed.ts";
import { listDeliveries, requeue, readDelivery, readDeliveryDetail, readHealth } from "./store.ts";
import { cancelReplay, insertReplay, listReplays, readReplay } from "./replay.ts";
import { sendTest } from "./send-test.ts";
import { resetFailures, notifyWorkers } from "../store.ts";
import {
  cancel_replay,
  create_replay,
  get_delivery,
  get_replay,
  list_deliveries,
  list_events,
  list_replays,
  retry_delivery,
  type Delivery,
  type Replay,
} from "../../../contract/webhooks/deliveries.ts";
import { Problem } from "../../../contract/problems.ts";
import { get_webhook_health, test_webhook } from "../../../contract/webhooks/webhooks.ts";

export function deliveryRoutes(instance: FastifyInstance, context: WebhookContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;
  logRoutes(instance, pool);
  replayRoutes(instance, pool);

  app.route({
    ...test_webhook,
    handler: ({ params: { id }, body: { type, data } }) => sendTest(context, id, type, data),
  });
  app.route({
    ...get_webhook_health,
    handler: async ({ params: { id } }) => {
      await findWebhook(pool, id);
      return readHealth(pool, id);
    },
  });
  app.route({ ...list_events, handler: ({ query }) => readFeed(pool, query) });
}

function logRoutes(instance: FastifyInstance, pool: pg.Pool): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.route({
    ...list_deliveries,
    handler: async ({ params: { id }, query: { cursor, limit, ...filter } }) => {
      await findWebhook(pool, id);
      const below = decodeIntegerCursor("deliveries", cursor);
      const found = await listDeliveries(pool, id, { ...filter, below, limit: limit + 1 });
      return toPage("deliveries", found, limit, (delivery) => [delivery.id]);
    },
  });
  app.route({
    ...get_delivery,
    handler: async ({ params: { id } }) => readDeliveryDetail(pool, await findDelivery(pool, id)),
  });
  app.route({
    ...retry_delivery,
    handler: async ({ params: { id } }, reply) => {
      const queued = await withCertainCommit(pool, async (client) => {
        const { webhook_id } = await findDelivery(client, id);
        await refuseDisabled(client, webhook_id);
        await requeue(client, id);
        // A user who retries a delivery expects the receiver to work again, so earlier failures no longer count.
        await resetFailures(client, webhook_id);
        await notifyWorkers(client, webhook_id);
        return findDelivery(client, id);
      });
      return reply.code(202).send(queued);
    },
  });
}

function replayRoutes(instance: FastifyInstance, pool: pg.Pool): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.route({
    ...create_replay,
    handler: async ({ params: { id }, body: { scope, since } }, reply) => {
      const replay = await withCertainCommit(pool, async (client) => {
        await refuseDisabled(client, id);
        await resetFailures(client, id);
        return insertReplay(client, id, scope, since);
      });
      return reply.code(202).send(replay);
    },
  });
  app.route({
    ...list_replays,
    handler: async ({ params: { id } }) => {
      await findWebhook(pool, id);
      return { items: await listReplays(pool, id) };
    },
  });
  app.route({ ...get_replay, handler: ({ params }) => findReplay(pool, params.id) });
  app.route({
    ...cancel_replay,
    handler: async ({ params: { id } }, reply) => {
      const { state } = await findReplay(pool, id);
      if (!(await cancelReplay(pool, id))) {
        throw new Problem("already-finished", `Replay ${id} cannot be cancelled: it is ${state}.`);
      }
      return reply.code(202).send(await findReplay(pool, id));
    },
  });
}

async function refuseDisabled(db: Queryable, webhookId: number): Promise<void> {
  const { enabled } = await findWebhook(db, webhookId);
  if (!enabled) throw new Problem("webhook-disabled", `Webhook ${webhookId} is disabled. Enable it, then try again.`);
}

async function findDelivery(db: Queryable, id: number): Promise<Delivery> {
  const delivery = await readDelivery(db, id);
  if (delivery === undefined) throw new Problem("not-found", `Delivery ${id} does not exist.`);
  return delivery;
}

async function findReplay(db: Queryable, id: number): Promise<Replay> {
  const replay = await readReplay(db, id);
  if (replay === undefined) throw new Problem("not-found", `Replay ${id} does not exist.`);
  return replay;
}
