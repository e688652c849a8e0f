// The subcommands of `skuport webhooks` that send requests to the server.
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "../../../client/call.ts";
import {
  create_replay,
  DELIVERY_STATES,
  get_replay,
  list_deliveries,
  type Delivery,
  type Replay,
} from "../../../contract/webhooks/deliveries.ts";
import { CHOSEN_TYPES, EVENT_TYPES } from "../../../contract/webhooks/event-types.ts";
import {
  create_webhook,
  list_webhooks,
  reveal_webhook,
  test_webhook,
  VOLUMES,
  type Webhook,
} from "../../../contract/webhooks/webhooks.ts";
import { Problem } from "../../../contract/problems.ts";
import { UsageError } from "../command.ts";
import { NO_SERVER, type Server } from "../server/find-server.ts";
import { oneLine, redrawLine } from "../../terminal.ts";
import type { WebhookCall } from "./webhooks-call.ts";

export async function listAll({ options, server, io }: WebhookCall): Promise<number> {
  const target = needServer(server);
  for (let cursor: string | undefined; ;) {
    const page = await call(list_webhooks, { querystring: { cursor, limit: 200 } }, target);
    for (const webhook of page.items) io.stdout.write(options.json === true ? line(webhook) : describe(webhook));
    if (page.next_cursor === null) return 0;
    cursor = page.next_cursor;
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

function describe({ id, url, description, status, types, volume, waiting, last_message }: Webhook): string {
  const facts = [
    types === null ? "all types" : types.join(","),
    `imports: ${volume}`,
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(status === "healthy" || last_message === null ? [] : [last_message]),
  ];
  const head = `${id}\t${status}\t${oneLine(url)}${description === "" ? "" : `\t${oneLine(description)}`}`;
  return `${head}\n\t${oneLine(facts.join("; "))}\n`;
}

export async function addWebhook({ args, options, server, io }: WebhookCall): Promise<number> {
  const [url, ...more] = args;
  if (url === undefined || more.length > 0) throw new UsageError("Give one URL: skuport webhooks add URL");
  const target = needServer(server);
  const types = options.types?.split(",").map((type) => oneOf(CHOSEN_TYPES, type.trim(), "--types"));
  const body = {
    url,
    types: types ?? null,
    volume: options.volume === undefined ? undefined : oneOf(VOLUMES, options.volume, "--volume"),
    description: options.description,
  };
  const { id } = await call(create_webhook, { body }, target);
  const secret = await revealSecret(id, target);
  const about =
    secret === null ? "An API key cannot read its secret: see the page of the webhook." : `Its secret: ${secret}`;
  io.stdout.write(options.json === true ? line({ id, secret }) : `Added webhook ${id}. ${about}\n`);
  return 0;
}

/** @returns null if the credential is not allowed to read secrets. No API key is allowed to, except the key in the data folder. */
async function revealSecret(id: number, target: Server): Promise<string | null> {
  try {
    const { secrets } = await call(reveal_webhook, { params: { id } }, target);
    return secrets[0]?.secret ?? "";
  } catch (error) {
    if (error instanceof Problem && error.slug === "not-permitted") return null;
    throw error;
  }
}

export async function testWebhook({ args, options, server, io }: WebhookCall): Promise<number> {
  const id = readId(args);
  const body = {
    type: options.type === undefined ? undefined : oneOf(EVENT_TYPES, options.type, "--type"),
    data: options.data === undefined ? undefined : readObject(options.data),
  };
  const tested = await call(test_webhook, { params: { id }, body }, needServer(server));
  const { status, duration_ms, message, response_body } = tested.attempt;
  if (options.json === true) io.stdout.write(line(tested));
  else
    io.stdout.write(
      `${status === null ? "No response" : `Response ${status}`} after ${Math.round(duration_ms)} ms${message === null ? "" : `: ${oneLine(message)}`}\n` +
        (response_body === null || response_body === "" ? "" : `${response_body}\n`),
    );
  return tested.delivered ? 0 : 1;
}

export async function showDeliveries({ args, options, server, io }: WebhookCall): Promise<number> {
  const id = readId(args);
  const target = needServer(server);
  const filter = {
    state: options.state === undefined ? undefined : oneOf(DELIVERY_STATES, options.state, "--state"),
    type: options.type === undefined ? undefined : oneOf(EVENT_TYPES, options.type, "--type"),
  };
  let left = options.limit === undefined ? 50 : readNumber(options.limit, "--limit");
  for (let cursor: string | undefined; left > 0;) {
    const querystring = { ...filter, limit: Math.min(left, 200), cursor };
    const page = await call(list_deliveries, { params: { id }, querystring }, target);
    for (const delivery of page.items) {
      io.stdout.write(options.json === true ? line(delivery) : describeDelivery(delivery));
    }
    left -= page.items.length;
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  return 0;
}

function describeDelivery(delivery: Delivery): string {
  const { id, state, type, event_id, created_at, attempts, last_status, last_error, next_attempt_at } = delivery;
  const result = last_status === null ? oneLine(last_error ?? "") : String(last_status);
  const next = next_attempt_at === null || attempts === 0 ? "" : `, next ${next_attempt_at}`;
  return `${id}\t${state}\t${type}\t${created_at}\t${event_id}\t${attempts} attempts ${result}${next}\n`;
}

const WAIT_MS = 300;

export async function replay({ args, options, server, io }: WebhookCall): Promise<number> {
  const id = readId(args);
  const since = new Date(options.since ?? "");
  if (Number.isNaN(since.getTime())) throw new UsageError("Give the start of the replay: --since 2026-01-02T03:04:05Z");
  const target = needServer(server);
  const body = {
    scope: options.missing === true ? ("missing" as const) : ("failed" as const),
    since: since.toISOString(),
  };
  let state: Replay = await call(create_replay, { params: { id }, body }, target);
  while (state.state === "preparing" || state.state === "running") {
    await sleep(WAIT_MS, undefined, { signal: io.signal });
    state = await call(get_replay, { params: { id: state.id } }, { ...target, signal: io.signal });
    if (io.stderr.isTTY) redrawLine(io.stderr, `${state.queued} of ${state.total ?? "?"} queued`);
  }
  if (io.stderr.isTTY) io.stderr.write("\n");
  io.stdout.write(
    options.json === true
      ? line(state)
      : `Replay ${state.state}: ${state.queued} ${state.queued === 1 ? "delivery" : "deliveries"} queued.\n`,
  );
  return state.state === "done" ? 0 : 1;
}

export function needServer(server: Server | undefined): Server {
  if (server !== undefined) return server;
  throw new UsageError(NO_SERVER);
}

function readId([text, ...more]: string[]): number {
  if (text === undefined || more.length > 0)
    throw new UsageError("Give the id of one webhook; `skuport webhooks list` shows the ids.");
  return readNumber(text, "The webhook id");
}

export function readNumber(text: string, name: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${name} must be a whole number, not "${text}".`);
  return Number(text);
}

function oneOf<const T extends string>(all: readonly T[], text: string, name: string): T {
  const found = all.find((one) => one === text);
  if (found === undefined) throw new UsageError(`${name} ${text}: write one of ${all.join(", ")}.`);
  return found;
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The UsageError below reports the invalid JSON.
  }
  throw new UsageError("--data: write a JSON object.");
}
