// How the wire's words read on the page.
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

/** What each type of event means. */
export const EVENT_TEXTS = {
  "product.created": "webhooks.events.product_created",
  "product.updated": "webhooks.events.product_updated",
  "product.deleted": "webhooks.events.product_deleted",
  "products.changed": "webhooks.events.products_changed",
  "import.started": "webhooks.events.import_started",
  "import.completed": "webhooks.events.import_completed",
  "import.failed": "webhooks.events.import_failed",
  "import.cancelled": "webhooks.events.import_cancelled",
  "bulk.completed": "webhooks.events.bulk_completed",
  "changeset.undone": "webhooks.events.changeset_undone",
  "catalog.cleared": "webhooks.events.catalog_cleared",
  "webhook.disabled": "webhooks.events.webhook_disabled",
  ping: "webhooks.events.ping",
} as const satisfies Record<(typeof EVENT_TYPES)[number], PlainKey>;

/** Why an attempt failed, with the status that came back. */
export const failureInWords = (error: NonNullable<Attempt["error"]>, status: number | null): string =>
  t(`webhooks.errors.${error}`) + (status === null ? "" : ` (${String(status)})`);

/** "in 4 min", or "now" when it is due. */
export function formatIn(instant: string, now: number): string {
  const ms = Date.parse(instant) - now;
  if (ms < 1000) return t("webhooks.log.in_now");
  // Whole seconds: a countdown that shows tenths cannot be read.
  return t("webhooks.log.in_time", { time: formatDuration(Math.max(Math.round(ms / 1000), 1) * 1000) });
}

/** `{host}` and the rest of an address, so that the part that tells endpoints apart can stand out. */
export function partsOfUrl(url: string): { host: string; rest: string } {
  const parsed = URL.parse(url);
  if (parsed === null) return { host: url, rest: "" };
  return { host: parsed.host, rest: `${parsed.pathname === "/" ? "" : parsed.pathname}${parsed.search}` };
}
