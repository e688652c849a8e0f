// Endpoints of deliveries: the log of requests to webhooks, retries and replays, and the event feed.
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { EVENT_TYPES } from "./event-types.ts";
import { pageOf, pageQuery, since, until } from "../paging.ts";
import { problem_document } from "../problem-document.ts";

export const DELIVERY_STATES = ["waiting", "sending", "delivered", "failed"] as const;

/** Reasons why an attempt failed. */
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

/** One HTTP request of a delivery, with its response. */
export const attempt = z
  .object({
    id: z.int(),
    number: z.int().describe("Number of this attempt; the first attempt of a delivery is 1"),
    started_at: instant,
    duration_ms: z.number(),
    succeeded: z.boolean(),
    error: z.enum(ATTEMPT_ERRORS).nullable(),
    message: z.string().nullable().describe("Description of the failure; null if the attempt succeeded"),
    url: z.string(),
    request_headers: z
      .record(z.string(), z.string())
      .describe("Headers of the request, without the values of custom headers"),
    status: z.int().nullable().describe("HTTP status of the response; null = no response"),
    response_headers: z.record(z.string(), z.string()).nullable(),
    response_body: z.string().nullable().describe("The first 2,000 bytes of the response body, as text"),
    response_truncated: z.boolean(),
  })
  .meta({ id: "Attempt" });
export type Attempt = z.infer<typeof attempt>;

export const delivery = z
  .object({
    id: z.int(),
    webhook_id: z.int(),
    event_id: z.string().describe("Id of the event. Every attempt sends the id in the header `webhook-id`"),
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
  scope: "manage",
  schema: {
    operationId: "list_deliveries",
    summary: "List a webhook's deliveries, newest first",
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
    body: z.string().describe("The first 100,000 characters of the request body"),
    body_truncated: z.boolean(),
    attempt_log: z.array(attempt).describe("The latest 100 attempts, newest first"),
  })
  .meta({ id: "DeliveryDetail" });
export type DeliveryDetail = z.infer<typeof delivery_detail>;

export const get_delivery = endpoint({
  method: "GET",
  url: "/api/deliveries/:id",
  access: "admin",
  scope: "manage",
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
  scope: "manage",
  schema: {
    operationId: "retry_delivery",
    summary: "Send a delivery again now, with a new retry schedule",
    description:
      "A delivery that succeeded can be sent again too. Ends a pause of the webhook. Returns 409 if the webhook is " +
      "disabled.",
    tags: ["deliveries"],
    params: id_params,
    response: { 202: delivery, 409: problem_document, ...problems },
  },
});

export const REPLAY_STATES = ["preparing", "running", "done", "cancelled"] as const;

export const replay_scope = z
  .enum(["failed", "missing"])
  .describe(
    "`failed`: deliveries that failed in all ten attempts. `missing`: events that have no delivery to this webhook",
  );

export const replay = z
  .object({
    id: z.int(),
    webhook_id: z.int(),
    scope: replay_scope,
    since: instant,
    until: instant,
    state: z.enum(REPLAY_STATES),
    total: count.nullable().describe("Number of deliveries to send; null while they are being counted"),
    queued: count.describe("Number of deliveries queued so far"),
    created_at: instant,
    finished_at: instant
      .nullable()
      .describe(
        "When the replay had queued all its deliveries or was cancelled; null until then. The list of deliveries shows whether each delivery succeeded",
      ),
  })
  .meta({ id: "Replay" });
export type Replay = z.infer<typeof replay>;

export const create_replay = endpoint({
  method: "POST",
  url: "/api/webhooks/:id/replay",
  access: "admin",
  scope: "manage",
  schema: {
    operationId: "create_replay",
    summary: "Send failed deliveries or missing events since a given time",
    description:
      "With the scope `failed`, sends the deliveries that failed in all ten attempts. With the scope `missing`, sends " +
      "events that the webhook subscribes to but never got, because it was disabled or did not exist. The number " +
      "of deliveries is not limited: they are queued in batches, and new events take precedence. To follow the " +
      "progress, poll the returned replay. Returns 409 if the webhook is disabled.",
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
  scope: "manage",
  schema: {
    operationId: "list_replays",
    summary: "List the newest 50 replays of a webhook, newest first",
    tags: ["deliveries"],
    params: id_params,
    response: { 200: z.object({ items: z.array(replay) }), ...problems },
  },
});

export const get_replay = endpoint({
  method: "GET",
  url: "/api/replays/:id",
  access: "admin",
  scope: "manage",
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
  scope: "manage",
  schema: {
    operationId: "cancel_replay",
    summary: "Cancel a replay; deliveries that are already queued will be sent",
    tags: ["deliveries"],
    params: id_params,
    response: { 202: replay, 409: problem_document, ...problems },
  },
});

/** An event in the feed: the id of the event, and the members of the body that its deliveries send. */
export const feed_event = z
  .object({
    id: z.string().describe("Id of the event. Its deliveries send the id in the header `webhook-id`"),
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
  scope: "read",
  schema: {
    operationId: "list_events",
    summary: "Read all events in commit order, without gaps",
    description:
      "Receivers can use this feed to find events that they missed. Events are in commit order, so a new event " +
      "never appears before a cursor that you already have. Use `next_cursor` for the next request, even after an " +
      "empty page. A page of large events may be shorter than `limit`. Returns 410 if events after the cursor " +
      "have been purged.",
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
        next_cursor: z
          .string()
          .describe(
            "Cursor for the next request. Never null: even after the last page, it can be used to request later " +
              "events",
          ),
        has_more: z.boolean(),
      }),
      400: problem_document,
      410: problem_document,
    },
  },
});
