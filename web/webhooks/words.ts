// How the wire's words read on the page.
import type { Delivery } from "../../contract/deliveries.ts";
import type { Webhook } from "../../contract/webhooks.ts";
import { formatDuration } from "../kit/format.ts";
import { t } from "../texts/t.ts";

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
