/* eslint-disable max-lines -- one room's wire in one place: schemas, the options they share, and endpoints */
// The wire of webhooks: endpoints that are told of events, their secrets, tests and health. Deliveries are in deliveries.ts.
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

/** Bounds of what may be said of a webhook. */
export const MAX_HEADERS = 20;
export const MAX_HEADER_BYTES = 4000;
export const MAX_PARALLEL = 64;

const instant = z.iso.datetime({ offset: true });
const count = z.int().min(0);

const volume = z
  .enum(VOLUMES)
  .describe(
    "What is told of imports and other changes of many products: nothing, one event each, or beside that event all " +
      "products in batches of up to 500 (`products.changed`)",
  );
const types = z
  .array(z.enum(CHOSEN_TYPES as [(typeof CHOSEN_TYPES)[number], ...(typeof CHOSEN_TYPES)[number][]]))
  .min(1)
  .max(CHOSEN_TYPES.length)
  .nullable()
  .describe("Types of events; null = all, also those to come");

export const webhook = z
  .object({
    id: z.int(),
    url: z.string(),
    description: z.string(),
    types,
    volume,
    enabled: z.boolean(),
    header_names: z.array(z.string()).describe("Further headers of each request; their values are secrets"),
    max_parallel: z.int().describe("Requests at the same time"),
    max_per_second: z.int().nullable().describe("Requests a second; null = no limit"),
    status: z.enum(WEBHOOK_STATUSES),
    disabled_reason: z.enum(DISABLED_REASONS).nullable(),
    disabled_at: instant.nullable(),
    failing_since: instant.nullable().describe("Nothing but failures since then; after five days it is switched off"),
    consecutive_failures: count,
    paused_until: instant.nullable().describe("No attempts before this time, since the receiver fails or asked for it"),
    last_success_at: instant.nullable(),
    last_failure_at: instant.nullable(),
    last_status: z.int().nullable().describe("Of the last failure; null = no answer, or it never failed"),
    last_error: z.enum(ATTEMPT_ERRORS).nullable(),
    last_message: z.string().nullable().describe("What went wrong, in a sentence"),
    waiting: count.describe("Deliveries that are due or wait for their next attempt; counted up to 10,000"),
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
  .describe("http(s), without credentials; private addresses only where allowed");
const description = z.string().trim().max(500).refine(isStorable, NOT_STORABLE);
const max_parallel = z.int().min(1).max(MAX_PARALLEL);
const max_per_second = z.int().min(1).max(10_000).nullable();
const headers = z
  .record(z.string().min(1).max(200), z.string().max(MAX_HEADER_BYTES).nullable())
  .describe(
    "All further headers; null keeps the value that a header has. Those that the delivery itself sets are refused",
  );

/** What is wrong with the text itself; whether its host may be called is the server's to say. Never repeats the text: it may
 * hold a password. */
function faultOfUrl(text: string): string | undefined {
  const url = URL.parse(text.trim());
  if (url === null) return "it is no URL; write it as https://host/path";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "it does not begin with https:// or http://";
  if (url.username === "" && url.password === "") return undefined;
  return "it holds a user or a password; put them into a header, whose value is stored encrypted";
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
    enabled: z.boolean().optional().describe("true also ends a pause and clears what was counted of failures"),
    headers: headers.optional(),
    max_parallel: max_parallel.optional(),
    max_per_second: max_per_second.optional(),
  })
  .strict()
  .refine((patch) => Object.keys(patch).length > 0, "say at least one value");
export type PatchWebhook = z.infer<typeof patch_webhook_body>;

export const list_webhooks = endpoint({
  method: "GET",
  url: "/api/webhooks",
  access: "admin",
  schema: {
    operationId: "list_webhooks",
    summary: "List webhooks, the oldest first",
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
  schema: {
    operationId: "create_webhook",
    summary: "Add a webhook",
    description: "Several may have the same URL. Its secret is made with it; `reveal_webhook` shows it.",
    tags: ["webhooks"],
    body: create_webhook_body,
    response: { 201: webhook, 400: problem_document, 409: problem_document },
  },
});

export const get_webhook = endpoint({
  method: "GET",
  url: "/api/webhooks/:id",
  access: "admin",
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
  schema: {
    operationId: "patch_webhook",
    summary: "Change a webhook; what is not said stays",
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
  schema: {
    operationId: "delete_webhook",
    summary: "Delete a webhook with its log; answers with what it was",
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
          secret: z.string().describe("`whsec_` and the key in Base64"),
          created_at: instant,
          expires_at: instant.nullable().describe("An older secret signs too until then"),
        }),
      )
      .describe("The newest first; requests are signed with all of them"),
    headers: z.record(z.string(), z.string()),
  })
  .meta({ id: "WebhookSecrets" });
export type WebhookSecrets = z.infer<typeof webhook_secrets>;

export const reveal_webhook = endpoint({
  method: "POST",
  url: "/api/webhooks/:id/reveal",
  access: "admin",
  schema: {
    operationId: "reveal_webhook",
    summary: "Show a webhook's secrets and the values of its headers",
    tags: ["webhooks"],
    params: id_params,
    response: { 200: webhook_secrets, ...problems },
  },
});

export const rotate_webhook_secret = endpoint({
  method: "POST",
  url: "/api/webhooks/:id/rotate",
  access: "admin",
  schema: {
    operationId: "rotate_webhook_secret",
    summary: "Make a new secret; the old one signs too for a while",
    tags: ["webhooks"],
    params: id_params,
    body: z
      .object({ overlap_hours: z.number().min(0).max(168).default(24).describe("0 = the old secret has leaked") })
      .strict()
      .prefault({}),
    response: { 200: webhook_secrets, ...problems },
  },
});

export const test_webhook = endpoint({
  method: "POST",
  url: "/api/webhooks/:id/test",
  access: "admin",
  schema: {
    operationId: "test_webhook",
    summary: "Send an event now and say what came back",
    description:
      "Signed, guarded and logged as any delivery, once and without retries; also to a webhook that is switched off. Without " +
      "`data`, the example of the type is sent.",
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
    attempts: count.describe("Of the last 24 hours; the newest 20,000 at most"),
    succeeded: count,
    success_rate: z.number().min(0).max(1).nullable(),
    p50_ms: z.number().nullable(),
    p95_ms: z.number().nullable(),
    due: count.describe("Deliveries that could be sent now; counted up to 10,000"),
    retrying: count.describe("Deliveries that wait for their next attempt; counted up to 10,000"),
    failed: count.describe("Deliveries of the last 24 hours that were given up; counted up to 10,000"),
    next_attempt_at: instant.nullable(),
  })
  .meta({ id: "WebhookHealth" });
export type WebhookHealth = z.infer<typeof webhook_health>;

export const get_webhook_health = endpoint({
  method: "GET",
  url: "/api/webhooks/:id/health",
  access: "admin",
  schema: {
    operationId: "get_webhook_health",
    summary: "How a webhook's receiver has done in the last 24 hours",
    tags: ["webhooks"],
    params: id_params,
    response: { 200: webhook_health, ...problems },
  },
});

export const list_event_types = endpoint({
  method: "GET",
  url: "/api/webhooks/event-types",
  access: "viewer",
  schema: {
    operationId: "list_event_types",
    summary: "All types of events, with schema and example",
    tags: ["webhooks"],
    response: {
      200: z.object({
        items: z.array(
          z.object({
            type: z.enum(EVENT_TYPES),
            description: z.string(),
            chosen_by: z
              .enum(["types", "volume", "test"])
              .describe("What decides whether a webhook gets it: its types, its volume alone, or only a test"),
            needs_volume: z.boolean().describe("Whether the volume `none` keeps it away"),
            schema: z.record(z.string(), z.unknown()).describe("JSON Schema of the whole body"),
            example: z.record(z.string(), z.unknown()).describe("A whole body"),
          }),
        ),
      }),
    },
  },
});
