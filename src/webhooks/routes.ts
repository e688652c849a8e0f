// HTTP routes of webhooks. Deliveries are in log/routes.ts.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { decodeIntegerCursor, toPage } from "../cursor.ts";
import { withCertainCommit } from "../db/connection/certain-commit.ts";
import { changeWebhook, createWebhook, deleteWebhook, findWebhook, type Audit } from "./change-webhook.ts";
import type { WebhookContext } from "./context.ts";
import { deliveryRoutes } from "./log/routes.ts";
import { describeEventTypes } from "./event-types.ts";
import { readSecrets, rotateSecret } from "./secrets.ts";
import { listWebhooks, lockWebhook } from "./store.ts";
import { faultsOfTarget } from "./webhook-rules.ts";
import {
  create_webhook,
  delete_webhook,
  get_webhook,
  list_event_types,
  list_webhooks,
  patch_webhook,
  reveal_webhook,
  rotate_webhook_secret,
} from "../../contract/webhooks/webhooks.ts";

export type WebhookRoutesContext = WebhookContext;

export function webhookRoutes(instance: FastifyInstance, context: WebhookRoutesContext): void {
  endpointRoutes(instance, context);
  secretRoutes(instance, context);
  deliveryRoutes(instance, context);
}

function endpointRoutes(instance: FastifyInstance, context: WebhookContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;

  app.route({
    ...list_webhooks,
    handler: async ({ query: { limit, cursor } }) => {
      const found = await listWebhooks(pool, decodeIntegerCursor("webhooks", cursor) ?? 0, limit + 1);
      return toPage("webhooks", found, limit, ({ id }) => [id]);
    },
  });
  app.route({
    ...create_webhook,
    config: { faultsOf: (body) => faultsOfTarget(body, context.settings, {}) },
    handler: async (request, reply) => {
      const webhook = await createWebhook(context, request.body, auditOf(request));
      return reply.code(201).header("location", `/api/webhooks/${webhook.id}`).send(webhook);
    },
  });
  app.route({ ...list_event_types, handler: () => describeEventTypes() });
  app.route({ ...get_webhook, handler: ({ params }) => findWebhook(pool, params.id) });
  app.route({
    ...patch_webhook,
    config: { faultsOf: (body) => faultsOfTarget(body, context.settings, undefined) },
    handler: (request) => changeWebhook(context, request.params.id, request.body, auditOf(request)),
  });
  app.route({ ...delete_webhook, handler: (request) => deleteWebhook(context, request.params.id, auditOf(request)) });
}

const auditOf =
  (request: FastifyRequest): Audit =>
  (db, entry) =>
    request.audit(db, { action: "webhook-changed", ...entry });

function secretRoutes(instance: FastifyInstance, context: WebhookContext): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { pool } = context;

  app.route({
    ...reveal_webhook,
    handler: async (request, reply) => {
      const { id } = request.params;
      await findWebhook(pool, id);
      await request.audit(pool, { action: "secret-revealed", subject: `webhook ${id}` });
      return reply.header("cache-control", "no-store").send(await readSecrets(pool, await context.loadKeys(), id));
    },
  });
  app.route({
    ...rotate_webhook_secret,
    handler: async (request, reply) => {
      const { id } = request.params;
      const keys = await context.loadKeys();
      const secrets = await withCertainCommit(pool, async (client) => {
        await lockWebhook(client, id);
        await findWebhook(client, id);
        await rotateSecret(client, keys, id, request.body.overlap_hours);
        await request.audit(client, { action: "secret-rotated", subject: `webhook ${id}` });
        return readSecrets(client, keys, id);
      });
      return reply.header("cache-control", "no-store").send(secrets);
    },
  });
}
