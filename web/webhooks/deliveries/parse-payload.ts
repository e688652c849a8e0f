// Parses the data that the user entered for a test event.
import { t } from "../../texts/t.ts";

export type Payload = { data: Record<string, unknown>; fault?: never } | { data?: never; fault: string };

export function parsePayload(text: string): Payload {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { fault: t("webhooks.test.not_json", { message: (error as Error).message }) };
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) return { fault: t("webhooks.test.not_object") };
  return { data: data as Record<string, unknown> };
}
