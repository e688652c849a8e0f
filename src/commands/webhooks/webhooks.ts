// skuport webhooks: webhooks from the command line, by the server's API as anybody has it.
import { UsageError, type Command } from "../command.ts";
import { findServer } from "../find-server.ts";
import { readWebhookArgs, type WebhookCall } from "./webhooks-call.ts";
import { addWebhook, listAll, replay, showDeliveries, testWebhook } from "./webhooks-remote.ts";
import { listenForWebhooks } from "./webhooks-listen.ts";

const SUBCOMMANDS: Record<string, (call: WebhookCall) => Promise<number>> = {
  list: listAll,
  add: addWebhook,
  test: testWebhook,
  deliveries: showDeliveries,
  replay,
  listen: listenForWebhooks,
};

export const webhooksCommand: Command = {
  name: "webhooks",
  summary: "List, add, test and replay webhooks; listen for them",
  help: `Usage: skuport webhooks list
       skuport webhooks add URL [--types TYPE,TYPE] [--volume none|summary|products] [--description TEXT]
       skuport webhooks test ID [--type TYPE] [--data JSON]
       skuport webhooks deliveries ID [--state waiting|sending|delivered|failed] [--type TYPE] [--limit N]
       skuport webhooks replay ID --since TIME [--missing]
       skuport webhooks listen [--port PORT] [--webhook ID | --secret-file FILE] [--status CODE]

  list          webhooks and how they do
  add           tell URL of events: of all types, or of those named; prints the id and the secret
  test          send an event now and show what came back; exit code 0 when it was taken
  deliveries    the log, the newest first
  replay        send again what failed since TIME (2026-01-02 or 2026-01-02T03:04:05Z), or with --missing what was
                never sent; waits until all is queued
  listen        receive webhooks on 127.0.0.1, verify and print them: for those who write receivers. --webhook takes
                the secrets from the server, --secret-file from a file or, as -, from standard input; --status answers with another status, to see what happens then

  --url URL         the server; default: the one that holds the data folder
  --data-dir DIR    that data folder (SKUPORT_DATA_DIR; ./data)
  --json            print JSON, a line each
`,
  async run(args, io) {
    const { values: options, positionals } = readWebhookArgs(args);
    const [name = "", ...rest] = positionals;
    const run = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
    if (run === undefined)
      throw new UsageError(
        `${name === "" ? "Say what to do" : `There is no "${name}"`}: ${Object.keys(SUBCOMMANDS).join(", ")}.`,
      );
    // For `add`, the URL is the receiver's and stands by itself; --url is always the server.
    return run({ args: rest, options, base_url: await findServer(options, io), io });
  },
};
