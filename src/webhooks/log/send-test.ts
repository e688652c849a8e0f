// Sends a test event in one immediate attempt, which is signed, checked and logged like any other attempt. A test event does
// not change the state of the webhook.
import type { WebhookContext } from "../context.ts";
import { findWebhook } from "../change-webhook.ts";
import { completeDeliveries } from "../deliver/store.ts";
import { readEventPrefix } from "../event-id.ts";
import { bodyOf, insertTestDelivery, readDeliveryDetail, readDelivery } from "./store.ts";
import { createAgent, send } from "../deliver/request/send.ts";
import { readTestTarget } from "../deliver/request/target.ts";
import { DESCRIBED_EVENTS } from "../../../contract/webhooks/event-types.ts";
import type { EventType } from "../../../contract/webhooks/events.ts";
import type { Attempt, Delivery } from "../../../contract/webhooks/deliveries.ts";
import { Problem } from "../../../contract/problems.ts";

/** Maximum number of characters in the data of a test event: more than usual events have, but too few to overload a receiver. */
const MAX_BYTES = 200_000;

interface Tested {
  delivery_id: number;
  delivered: boolean;
  attempt: Attempt;
}

export async function sendTest(
  context: WebhookContext,
  webhookId: number,
  type: EventType,
  given: Record<string, unknown> | undefined,
): Promise<Tested> {
  const { pool, settings } = context;
  await findWebhook(pool, webhookId);
  const target = await readTestTarget(pool, await context.loadKeys(), webhookId);
  if (target === undefined) throw new Problem("not-found", `Webhook ${webhookId} does not exist.`);
  const json = JSON.stringify(given ?? DESCRIBED_EVENTS[type].example);
  if (json.length > MAX_BYTES)
    throw new Problem(
      "payload-too-large",
      `The data of a test event may have at most ${MAX_BYTES} characters. Shorten it.`,
    );
  // PostgreSQL's jsonb cannot contain NUL.
  if (json.includes("\\u0000"))
    throw new Problem(
      "invalid-request",
      "/body/data: a string contains a NUL character, which cannot be stored. Remove this character.",
    );
  const { id, happened_at, data } = await insertTestDelivery(pool, webhookId, type, json);
  const eventId = `${await readEventPrefix(pool)}_test_${id}`;
  const agent = createAgent(settings, 1);
  const body = bodyOf({ type, happened_at, data });
  const outcome = await send(agent, { ...target, event_id: eventId, body }, settings);
  await agent.close();
  await completeDeliveries(pool, webhookId, null, [{ id, outcome, delay_ms: undefined }]);
  const detail = await readDeliveryDetail(pool, (await readDelivery(pool, id)) as Delivery);
  return { delivery_id: id, delivered: outcome.succeeded, attempt: detail.attempt_log[0] as Attempt };
}
