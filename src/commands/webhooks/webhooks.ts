// skuport webhooks: manages webhooks through the server's public API.
import type { Command } from "../command.ts";
import { withServer } from "../server/find-server.ts";
import { pickSubcommand } from "../pick-subcommand.ts";
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
  summary: "List, add, test, replay and receive webhooks",
  help: `Usage: skuport webhooks list
       skuport webhooks add URL [--types TYPE,TYPE] [--volume none|summary|products] [--description TEXT]
       skuport webhooks test ID [--type TYPE] [--data JSON]
       skuport webhooks deliveries ID [--state waiting|sending|delivered|failed] [--type TYPE] [--limit N]
       skuport webhooks replay ID --since TIME [--missing]
       skuport webhooks listen [--port PORT] [--webhook ID | --secret-file FILE] [--status CODE]

  list          list all webhooks with their status
  add           send events to URL: all types, or only those in --types. Prints the id and, unless the
                command uses an API key, the secret
  test          send a test event now and show the response. Exit code: 0 if the receiver accepted it
  deliveries    show the log of deliveries, newest first
  replay        send again the deliveries that failed since TIME (2026-01-02 or 2026-01-02T03:04:05Z), or with --missing the events
                that were never sent. Exits once all deliveries are queued
  listen        receive webhooks on 127.0.0.1, verify their signatures and print them. For developers of receivers. --webhook
                reads the secrets from the server, --secret-file from a file or (with -) from standard input. --status sets
                the status of the response

  --url URL         address of the server (default: the server that runs on the data folder)
  --data-dir DIR    data folder (default: SKUPORT_DATA_DIR, or ./data)
  --json            print one line of JSON per item
`,
  async run(args, io) {
    const { values: options, positionals } = readWebhookArgs(args);
    const [name = "", ...rest] = positionals;
    const run = pickSubcommand(SUBCOMMANDS, name);
    // A receiver needs a server only to read the secrets of a webhook.
    if (run === listenForWebhooks && options.webhook === undefined)
      return run({ args: rest, options, server: undefined, io });
    // The positional URL of `add` is the URL of the receiver. --url is always the URL of the server.
    return withServer(options, io, (server) => run({ args: rest, options, server, io }));
  },
};
