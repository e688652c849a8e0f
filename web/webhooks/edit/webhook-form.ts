// The values of the webhook form, and their conversion from and to the API.
import type { CreateWebhook, PatchWebhook, Webhook } from "../../../contract/webhooks/webhooks.ts";

export interface HeaderRow {
  name: string;
  /** null = keep the stored value, which is secret and not shown. */
  value: string | null;
}

export interface WebhookForm {
  url: string;
  description: string;
  all_types: boolean;
  types: NonNullable<Webhook["types"]>;
  volume: Webhook["volume"];
  headers: HeaderRow[];
  max_parallel: number;
  /** "" = no limit. */
  max_per_second: number | "";
}

export const emptyForm = (): WebhookForm => ({
  url: "",
  description: "",
  all_types: true,
  types: [],
  volume: "summary",
  headers: [],
  max_parallel: 8,
  max_per_second: "",
});

export const formOf = (webhook: Webhook): WebhookForm => ({
  url: webhook.url,
  description: webhook.description,
  all_types: webhook.types === null,
  types: webhook.types ?? [],
  volume: webhook.volume,
  headers: webhook.header_names.map((name) => ({ name, value: null })),
  max_parallel: webhook.max_parallel,
  max_per_second: webhook.max_per_second ?? "",
});

/** Request body for creating and for editing. An edit sends all fields of the form. */
export function bodyOf(form: WebhookForm): CreateWebhook & PatchWebhook {
  return {
    url: form.url.trim(),
    description: form.description.trim(),
    types: form.all_types ? null : form.types,
    volume: form.volume,
    headers: Object.fromEntries(
      form.headers.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name.trim(), value]),
    ),
    max_parallel: form.max_parallel,
    max_per_second: form.max_per_second === "" ? null : form.max_per_second,
  } as CreateWebhook & PatchWebhook;
}
