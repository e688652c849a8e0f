// The wire of deliveries: the log of what was sent to webhooks, sending again, and the feed for those who would rather ask.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { EVENT_TYPES } from "./event-types.ts";
import { pageOf, pageQuery, since, until } from "../paging.ts";
import { problem_document } from "../problem-document.ts";

export const DELIVERY_STATES = ["waiting", "sending", "delivered", "failed"] as const;

/** Why an attempt did not succeed. */
export const ATTEMPT_ERRORS = [
  "status",
  "redirect",
  "refused_address",
  "unknown_host",
  "connection_refused",
  "connection_lost",
  "connect_timeout",
  "timeout",
  "tls",
  "bad_answer",
  "stopped",
] as const;

const instant = z.iso.datetime({ offset: true });
const count = z.int().min(0);
const positive = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const id_params = z.object({ id: positive });
const problems = { 400: problem_document, 404: problem_document };

/** One HTTP request and what came of it. */
export const attempt = z
  .object({
    id: z.int(),
    number: z.int().describe("Counts from 1"),
    started_at: instant,
    duration_ms: z.number(),
    succeeded: z.boolean(),
    error: z.enum(ATTEMPT_ERRORS).nullable(),
    message: z.string().nullable().describe("What went wrong, in a sentence"),
    url: z.string(),
    request_headers: z.record(z.string(), z.string()).describe("Values of further headers are not shown"),
    status: z.int().nullable().describe("null = no answer"),
    response_headers: z.record(z.string(), z.string()).nullable(),
    response_body: z.string().nullable().describe("The first 2,000 bytes as text"),
    response_truncated: z.boolean(),
  })
  .meta({ id: "Attempt" });
export type Attempt = z.infer<typeof attempt>;

export const delivery = z
  .object({
    id: z.int(),
    webhook_id: z.int(),
    event_id: z.string().describe("`webhook-id` of its requests, the same for each attempt"),
    type: z.enum(EVENT_TYPES),
    is_test: z.boolean(),
    state: z.enum(DELIVERY_STATES),
    attempts: count,
    next_attempt_at: instant.nullable(),
    last_status: z.int().nullable(),
    last_error: z.enum(ATTEMPT_ERRORS).nullable(),
    happened_at: instant.describe("When the event happened"),
    created_at: instant,
    finished_at: instant.nullable(),
  })
  .meta({ id: "Delivery" });
export type Delivery = z.infer<typeof delivery>;

export const list_deliveries = endpoint({
  method: "GET",
  url: "/api/webhooks/:id/deliveries",
  access: "admin",
  schema: {
    operationId: "list_deliveries",
    summary: "List a webhook's deliveries, the newest first",
    tags: ["deliveries"],
    params: id_params,
    querystring: z
      .object({
        state: z.enum(DELIVERY_STATES).optional(),
        type: z.enum(EVENT_TYPES).optional(),
        since: since.describe("Only deliveries that were created at this time or later"),
        until: until.describe("Only deliveries that were created before this time"),
        ...pageQuery({ limit: 50, max: 200 }),
      })
      .strict(),
    response: { 200: pageOf(delivery), ...problems },
  },
});

export const delivery_detail = delivery
  .extend({
    body: z.string().describe("The body as it is sent; the first 100,000 characters"),
    body_truncated: z.boolean(),
    attempt_log: z.array(attempt).describe("The newest first; the newest 100 at most"),
  })
  .meta({ id: "DeliveryDetail" });
export type DeliveryDetail = z.infer<typeof delivery_detail>;

export const get_delivery = endpoint({
  method: "GET",
  url: "/api/deliveries/:id",
  access: "admin",
  schema: {
    operationId: "get_delivery",
    summary: "Show a delivery with its attempts",
    tags: ["deliveries"],
    params: id_params,
    response: { 200: delivery_detail, ...problems },
  },
});

export const retry_delivery = endpoint({
  method: "POST",
  url: "/api/deliveries/:id/retry",
  access: "admin",
  schema: {
    operationId: "retry_delivery",
    summary: "Send a delivery again, now; it gets a new schedule of retries",
    description: "Also one that was delivered. A pause of the webhook ends; a webhook that is switched off is 409.",
    tags: ["deliveries"],
    params: id_params,
    response: { 202: delivery, 409: problem_document, ...problems },
  },
});

export const REPLAY_STATES = ["preparing", "running", "done", "cancelled"] as const;

export const replay_scope = z
  .enum(["failed", "missing"])
  .describe("`failed`: deliveries that failed for good; `missing`: events without a delivery to this webhook");

export const replay = z
  .object({
    id: z.int(),
    webhook_id: z.int(),
    scope: replay_scope,
    since: instant,
    until: instant,
    state: z.enum(REPLAY_STATES),
    total: count.nullable().describe("Deliveries to send; null while they are being counted"),
    queued: count.describe("Those of them that have been queued"),
    created_at: instant,
    finished_at: instant.nullable().describe("When the last was queued; the deliveries tell what became of them"),
  })
  .meta({ id: "Replay" });
export type Replay = z.infer<typeof replay>;

export const create_replay = endpoint({
  method: "POST",
  url: "/api/webhooks/:id/replay",
  access: "admin",
  schema: {
    operationId: "create_replay",
    summary: "Send again what failed, or send what is missing, since a time",
    description:
      "`failed`: deliveries that were given up. `missing`: events that the webhook chooses and for which it has no delivery, " +
      "since it was switched off or did not exist. There is no limit to their number: they are queued in portions, while what " +
      "happens now goes first. The answer is the replay to watch; a webhook that is switched off is 409.",
    tags: ["deliveries"],
    params: id_params,
    body: z.object({ scope: replay_scope, since: instant }).strict(),
    response: { 202: replay, 409: problem_document, ...problems },
  },
});

export const list_replays = endpoint({
  method: "GET",
  url: "/api/webhooks/:id/replays",
  access: "admin",
  schema: {
    operationId: "list_replays",
    summary: "List a webhook's replays, the newest first; the newest 50 at most",
    tags: ["deliveries"],
    params: id_params,
    response: { 200: z.object({ items: z.array(replay) }), ...problems },
  },
});

export const get_replay = endpoint({
  method: "GET",
  url: "/api/replays/:id",
  access: "admin",
  schema: {
    operationId: "get_replay",
    summary: "Show a replay",
    tags: ["deliveries"],
    params: id_params,
    response: { 200: replay, ...problems },
  },
});

export const cancel_replay = endpoint({
  method: "POST",
  url: "/api/replays/:id/cancel",
  access: "admin",
  schema: {
    operationId: "cancel_replay",
    summary: "Cancel a replay; what is queued stays queued",
    tags: ["deliveries"],
    params: id_params,
    response: { 202: replay, 409: problem_document, ...problems },
  },
});

/** An event as the feed has it, and as the body of a delivery with its id in front. */
export const feed_event = z
  .object({
    id: z.string().describe("The same as `webhook-id`"),
    type: z.enum(EVENT_TYPES),
    timestamp: instant,
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "FeedEvent" });
export type FeedEvent = z.infer<typeof feed_event>;

export const list_events = endpoint({
  method: "GET",
  url: "/api/events/feed",
  access: "viewer",
  schema: {
    operationId: "list_events",
    summary: "Read all events in one order, without gaps, from a cursor on",
    description:
      "For receivers that reconcile: all events in the order of their commits, so that none can come in behind a reader. Ask " +
      "again with `next_cursor`, also after an empty page. A page of large events is shorter than `limit`. 410: the events behind the cursor are no longer kept.",
    tags: ["deliveries"],
    querystring: z
      .object({
        type: z.enum(EVENT_TYPES).optional(),
        ...pageQuery({ limit: 100, max: 500 }),
      })
      .strict(),
    response: {
      200: z.object({
        items: z.array(feed_event),
        next_cursor: z.string().describe("Never null: use it to ask for later events, also after the last page"),
        has_more: z.boolean(),
      }),
      400: problem_document,
      410: problem_document,
    },
  },
});
