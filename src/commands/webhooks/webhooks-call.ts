// The options of all subcommands of `skuport webhooks`.
import type { Server } from "../server/find-server.ts";
import { readArgs, type Io } from "../command.ts";

const OPTIONS = {
  url: { type: "string" },
  "data-dir": { type: "string" },
  json: { type: "boolean" },
  types: { type: "string" },
  volume: { type: "string" },
  description: { type: "string" },
  type: { type: "string" },
  data: { type: "string" },
  state: { type: "string" },
  limit: { type: "string" },
  missing: { type: "boolean" },
  since: { type: "string" },
  port: { type: "string" },
  secret: { type: "string" },
  "secret-file": { type: "string" },
  webhook: { type: "string" },
  status: { type: "string" },
} as const;

export const readWebhookArgs = (args: string[]) => readArgs({ args, options: OPTIONS, allowPositionals: true });

/** The arguments and options of a subcommand, and the server if there is one. */
export interface WebhookCall {
  args: string[];
  options: ReturnType<typeof readWebhookArgs>["values"];
  server: Server | undefined;
  io: Io;
}
