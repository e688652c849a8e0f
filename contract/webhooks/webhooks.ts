// This file is long because all endpoints of webhooks share its schemas.
/* eslint-disable max-lines -- the whole contract of webhooks: schemas, shared options and endpoints */
// Endpoints of webhooks: settings, secrets, test events and health. Deliveries are in deliveries.ts.
import { z } from "zod";
import { attempt, ATTEMPT_ERRORS } from "./deliveries.ts";
import { endpoint } from "../endpoint.ts";
import { CHOSEN_TYPES, EVENT_TYPES } from "./event-types.ts";
import { pageOf, pageQuery } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { holdsStorable, isStorable, NOT_STORABLE } from "../stored-text.ts";

export const VOLUMES = ["none", "summary", "products"] as const;
export const WEBHOOK_STATUSES = ["new", "healthy", "failing", "paused", "disabled"] as const;
export const DISABLED_REASONS = ["manual", "gone", "failing"] as const;

/** Maximum number of custom headers of a webhook. */
export const MAX_HEADERS = 20;
/** Maximum size of the value of a custom header. */
export const MAX_HEADER_BYTES = 4000;
/** Maximum number of concurrent requests that a webhook may allow. */
export const MAX_PARALLEL = 64;

const instant = z.iso.datetime({ offset: true });
const count = z.int().min(0);

const volume = z
  .enum(VOLUMES)
  .describe(
    "Which events of imports and operations the webhook gets. `none`: no events. `summary`: events that report " +
      "the start and the end, with counts. `products`: additionally `products.changed` events with all changed " +
      "products, up to 500 per event",
  );
const types = z
  .array(z.enum(CHOSEN_TYPES as [(typeof CHOSEN_TYPES)[number], ...(typeof CHOSEN_TYPES)[number][]]))
  .min(1)
  .max(CHOSEN_TYPES.length)
  .nullable()
  .describe("Event types that the webhook subscribes to; null = all types, including types that later releases add");

export const webhook = z
  .object({
    id: z.int(),
    url: z.string(),
    description: z.string(),
    types,
    volume,
    enabled: z.boolean(),
    header_names: z.array(z.string()).describe("Names of the custom headers; the values are secret"),
    max_parallel: z.int().describe("Maximum number of concurrent requests"),
    max_per_second: z.int().nullable().describe("Maximum number of requests per second; null = no limit"),
    status: z.enum(WEBHOOK_STATUSES),
    disabled_reason: z.enum(DISABLED_REASONS).nullable(),
    disabled_at: instant.nullable(),
    failing_since: instant
      .nullable()
      .describe(
        "Time since which all attempts have failed, or null. After five days of failures, the webhook is disabled",
      ),
    consecutive_failures: count,
    paused_until: instant
      .nullable()
      .describe(
        "Time until which Skuport makes no attempt, because the receiver fails or requested a pause; null = not paused",
      ),
    last_success_at: instant.nullable(),
    last_failure_at: instant.nullable(),
    last_status: z
      .int()
      .nullable()
      .describe("HTTP status of the last failed attempt; null = it got no response, or no attempt has failed"),
    last_error: z.enum(ATTEMPT_ERRORS).nullable(),
    last_message: z.string().nullable().describe("Description of the last failure"),
    waiting: count.describe("Number of deliveries that are due or scheduled; counted up to 10,000"),
    created_at: instant,
    updated_at: instant,
    version: z.int(),
  })
  .meta({ id: "Webhook" });
export type Webhook = z.infer<typeof webhook>;

const positive = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const id_params = z.object({ id: positive });
const problems = { 400: problem_document, 404: problem_document };

const url = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    const fault = faultOfUrl(text);
    if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
  })
  .describe(
    "http or https URL without user name and password. A private address is refused unless the server's settings allow it",
  );
const description = z.string().trim().max(500).refine(isStorable, NOT_STORABLE);
const max_parallel = z.int().min(1).max(MAX_PARALLEL);
const max_per_second = z.int().min(1).max(10_000).nullable();
const headers = z
  .record(z.string().min(1).max(200), z.string().max(MAX_HEADER_BYTES).nullable())
  .describe(
    "All custom headers, with values by name. null keeps the stored value of a header; headers that are not " +
      "listed are removed. Headers that Skuport sets itself are refused",
  );

/** Returns the fault of the URL's syntax, if there is one; the server also checks the host. Messages never contain the URL,
 * because it may contain a password. */
function faultOfUrl(text: string): string | undefined {
  const url = URL.parse(text.trim());
  if (url === null) return "it is not a URL; write it as https://host/path";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "it does not begin with https:// or http://";
  if (url.username === "" && url.password === "") return undefined;
  return "it contains a user name or password; put them into a custom header, whose value is stored encrypted";
}

export const create_webhook_body = z
  .object({
    url,
    description: description.default(""),
    types: types.default(null),
    volume: volume.default("summary"),
    enabled: z.boolean().default(true),
    headers: headers.default({}),
    max_parallel: max_parallel.default(8),
    max_per_second: max_per_second.default(null),
  })
  .strict();
export type CreateWebhook = z.infer<typeof create_webhook_body>;

export const patch_webhook_body = z
  .object({
    url: url.optional(),
    description: description.optional(),
    types: types.optional(),
    volume: volume.optional(),
    enabled: z
      .boolean()
      .optional()
      .describe("Whether the webhook is enabled; true also ends a pause and resets the failure count"),
    headers: headers.optional(),
    max_parallel: max_parallel.optional(),
    max_per_second: max_per_second.optional(),
  })
  .strict()
  .refine((patch) => Object.keys(patch).length > 0, "give at least one value");
export type PatchWebhook = z.infer<typeof patch_webhook_body>;

export const list_webhooks = endpoint({
  method: "GET",
  url: "/api/webhooks",
  access: "admin",
  scope: "manage",
  schema: {
    operationId: "list_webhooks",
    summary: "List webhooks, oldest first",
    tags: ["webhooks"],
    querystring: z
      .object({
        ...pageQuery({ limit: 50, max: 200 }),
      })
      .strict(),
    response: { 200: pageOf(webhook), 400: problem_document },
  },
});

export const create_webhook = endpoint({
  method: "POST",
  url: "/api/webhooks",
  access: "admin",
  scope: "manage",
  recent_sign_in: ["headers"],
  schema: {
    operationId: "create_webhook",
    summary: "Add a webhook",
    description:
      "Several webhooks may have the same URL. The server generates a secret for the webhook; `reveal_webhook` " +
      "returns it.",
    tags: ["webhooks"],
    body: create_webhook_body,
    response: { 201: webhook, 400: problem_document, 409: problem_document },
  },
});

export const get_webhook = endpoint({
  method: "GET",
  url: "/api/webhooks/:id",
  access: "admin",
  scope: "manage",
  schema: {
    operationId: "get_webhook",
    summary: "Show a webhook",
    tags: ["webhooks"],
    params: id_params,
    response: { 200: webhook, ...problems },
  },
});

export const patch_webhook = endpoint({
  method: "PATCH",
  url: "/api/webhooks/:id",
  access: "admin",
  scope: "manage",
  // The stored header values are sent to the new URL.
  recent_sign_in: ["headers", "url"],
  schema: {
    operationId: "patch_webhook",
    summary: "Change a webhook; omitted fields stay unchanged",
    tags: ["webhooks"],
    params: id_params,
    body: patch_webhook_body,
    response: { 200: webhook, ...problems },
  },
});

export const delete_webhook = endpoint({
  method: "DELETE",
  url: "/api/webhooks/:id",
  access: "admin",
  scope: "manage",
  schema: {
    operationId: "delete_webhook",
    summary: "Delete a webhook and its log of deliveries, and return the deleted webhook",
    tags: ["webhooks"],
    params: id_params,
    response: { 200: webhook, ...problems },
  },
});

export const webhook_secrets = z
  .object({
    secrets: z
      .array(
        z.object({
          secret: z.string().describe("`whsec_` followed by the Base64-encoded key"),
          created_at: instant,
          expires_at: instant
            .nullable()
            .describe("Time until which this older secret is still used for signatures; null = the current secret"),
        }),
      )
      .describe("All valid secrets, newest first; every request is signed with each of them"),
    headers: z.record(z.string(), z.string()),
  })
  .meta({ id: "WebhookSecrets" });
export type WebhookSecrets = z.infer<typeof webhook_secrets>;

export const reveal_webhook = endpoint({
  method: "POST",
  url: "/api/webhooks/:id/reveal",
  access: "admin",
  scope: "session",
  recent_sign_in: true,
  schema: {
    operationId: "reveal_webhook",
    summary: "Show the secrets and header values of a webhook",
    tags: ["webhooks"],
    params: id_params,
    response: { 200: webhook_secrets, ...problems },
  },
});

export const rotate_webhook_secret = endpoint({
  method: "POST",
  url: "/api/webhooks/:id/rotate",
  access: "admin",
  scope: "session",
  recent_sign_in: true,
  schema: {
    operationId: "rotate_webhook_secret",
    summary: "Generate a new secret; the old secret stays valid for `overlap_hours`",
    tags: ["webhooks"],
    params: id_params,
    body: z
      .object({
        overlap_hours: z
          .number()
          .min(0)
          .max(168)
          .default(24)
          .describe("Number of hours for which the old secret stays valid. Use 0 if the old secret has leaked"),
      })
      .strict()
      .prefault({}),
    response: { 200: webhook_secrets, ...problems },
  },
});

export const test_webhook = endpoint({
  method: "POST",
  url: "/api/webhooks/:id/test",
  access: "admin",
  scope: "manage",
  schema: {
    operationId: "test_webhook",
    summary: "Send a test event now and return the response",
    description:
      "The test event is signed, checked and logged like any delivery, but sent only once, even if the webhook is " +
      "disabled. Without `data`, the server sends the example of the event type.",
    tags: ["webhooks"],
    params: id_params,
    body: z
      .object({
        type: z.enum(EVENT_TYPES).default("ping"),
        data: z.record(z.string(), z.unknown()).refine(holdsStorable, NOT_STORABLE).optional(),
      })
      .strict()
      .prefault({}),
    response: {
      200: z.object({ delivery_id: z.int(), delivered: z.boolean(), attempt }),
      413: problem_document,
      ...problems,
    },
  },
});

export const webhook_health = z
  .object({
    hours: z.int(),
    attempts: count.describe("Number of attempts in the last 24 hours; only the latest 20,000 are counted"),
    succeeded: count,
    success_rate: z.number().min(0).max(1).nullable(),
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable(),
    due: count.describe("Number of deliveries that are due now; counted up to 10,000"),
    retrying: count.describe("Number of deliveries that are scheduled for another attempt; counted up to 10,000"),
    failed: count.describe(
      "Number of deliveries whose tenth attempt failed in the last 24 hours; counted up to 10,000",
    ),
    next_attempt_at: instant.nullable(),
  })
  .meta({ id: "WebhookHealth" });
export type WebhookHealth = z.infer<typeof webhook_health>;

export const get_webhook_health = endpoint({
  method: "GET",
  url: "/api/webhooks/:id/health",
  access: "admin",
  scope: "manage",
  schema: {
    operationId: "get_webhook_health",
    summary: "Show the success rate and latency of a webhook in the last 24 hours",
    tags: ["webhooks"],
    params: id_params,
    response: { 200: webhook_health, ...problems },
  },
});

export const list_event_types = endpoint({
  method: "GET",
  url: "/api/webhooks/event-types",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "list_event_types",
    summary: "List all event types, each with its schema and an example",
    tags: ["webhooks"],
    response: {
      200: z.object({
        items: z.array(
          z.object({
            type: z.enum(EVENT_TYPES),
            description: z.string(),
            chosen_by: z
              .enum(["types", "volume", "test"])
              .describe(
                "What determines whether a webhook gets the event: its `types`, its `volume` alone, or a request to send a test event",
              ),
            needs_volume: z
              .boolean()
              .describe("True if webhooks whose `volume` is `none` do not get events of this type"),
            schema: z.record(z.string(), z.unknown()).describe("JSON Schema of the body"),
            example: z.record(z.string(), z.unknown()).describe("Example of the body"),
          }),
        ),
      }),
    },
  },
});
