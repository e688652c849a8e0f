// Labels and colours for values of the webhooks API, in the current language.
import type { Attempt, Delivery } from "../../contract/webhooks/deliveries.ts";
import type { EVENT_TYPES } from "../../contract/webhooks/event-types.ts";
import type { Webhook } from "../../contract/webhooks/webhooks.ts";
import { formatDuration } from "../ui/format.ts";
import { t, type PlainKey } from "../texts/t.ts";

export const STATUS_COLORS = {
  new: "neutral",
  healthy: "success",
  failing: "warning",
  paused: "warning",
  disabled: "neutral",
} as const satisfies Record<Webhook["status"], string>;

export const STATE_COLORS = {
  waiting: "warning",
  sending: "info",
  delivered: "success",
  failed: "error",
} as const satisfies Record<Delivery["state"], string>;

/** For each event type, the key of the text that describes it. */
export const EVENT_DESCRIPTIONS = {
  "product.created": "webhooks.events.product_created",
  "product.updated": "webhooks.events.product_updated",
  "product.deleted": "webhooks.events.product_deleted",
  "products.changed": "webhooks.events.products_changed",
  "import.started": "webhooks.events.import_started",
  "import.held": "webhooks.events.import_held",
  "import.completed": "webhooks.events.import_completed",
  "import.failed": "webhooks.events.import_failed",
  "import.cancelled": "webhooks.events.import_cancelled",
  "bulk.completed": "webhooks.events.bulk_completed",
  "changeset.undone": "webhooks.events.changeset_undone",
  "catalog.cleared": "webhooks.events.catalog_cleared",
  "webhook.disabled": "webhooks.events.webhook_disabled",
  ping: "webhooks.events.ping",
} as const satisfies Record<(typeof EVENT_TYPES)[number], PlainKey>;

/** Reason of a failed attempt, with the status of the response if there was one. */
export const failureText = (error: NonNullable<Attempt["error"]>, status: number | null): string =>
  t(`webhooks.errors.${error}`) + (status === null ? "" : ` (${String(status)})`);

/** The time until an instant, such as "in 4 min", or "now" once the instant is due. */
export function formatIn(instant: string, now: number): string {
  const ms = Date.parse(instant) - now;
  if (ms < 1000) return t("webhooks.log.in_now");
  // Whole seconds: tenths would change too fast to read.
  return t("webhooks.log.in_time", { time: formatDuration(Math.max(Math.round(ms / 1000), 1) * 1000) });
}

/** Splits a URL into its host and the rest, so that the host can be emphasized. */
export function splitUrl(url: string): { host: string; rest: string } {
  const parsed = URL.parse(url);
  if (parsed === null) return { host: url, rest: "" };
  return { host: parsed.host, rest: `${parsed.pathname === "/" ? "" : parsed.pathname}${parsed.search}` };
}
