// skuport webhooks listen: a receiver that prints the events it gets, to try webhooks out.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { call } from "../../../client/call.ts";
import { reveal_webhook } from "../../../contract/webhooks/webhooks.ts";
import { keyOf, verify } from "../../webhooks/deliver/request/sign.ts";
import { UsageError } from "../command.ts";
import { oneLine } from "../../terminal.ts";
import { findSource } from "../import/import-source.ts";
import type { WebhookCall } from "./webhooks-call.ts";
import { needServer, readNumber } from "./webhooks-remote.ts";

/** Maximum size of a request body. A batch of 500 products has about 50 kB. */
const MAX_BODY_BYTES = 10_000_000;

export async function listenForWebhooks(given: WebhookCall): Promise<number> {
  const { options, io } = given;
  const port = options.port === undefined ? 0 : readNumber(options.port, "--port");
  const status = options.status === undefined ? 200 : readNumber(options.status, "--status");
  if (status < 200 || status > 599) throw new UsageError(`--status ${status}: write an HTTP status from 200 to 599.`);
  const keys = (await secretsOf(given)).map(keyOf);
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        const fault = keys.length === 0 ? undefined : verify(keys, request.headers, body, Date.now());
        const verdict = keys.length === 0 ? "not verified" : (fault ?? "verified");
        io.stdout.write(options.json === true ? toLine(request, body, verdict) : toText(request, body, verdict));
        response.writeHead(fault === undefined ? status : 401).end();
      },
      () => {
        response.writeHead(413).end();
      },
    );
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  io.stderr.write(
    `Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/${keys.length === 0 ? ". Signatures are not verified: give --webhook ID or --secret-file FILE" : ""}\n`,
  );
  await stopped(server, io.signal);
  return 0;
}

async function secretsOf({ options, server, io }: WebhookCall): Promise<string[]> {
  if (options.secret !== undefined)
    throw new UsageError(
      "--secret would show the secret to every user who can list processes. Write it to a file and give --secret-file FILE, " +
        "or pass it on standard input with --secret-file -.",
    );
  if (options["secret-file"] !== undefined) return [await readSecret(options["secret-file"], io)];
  if (options.webhook === undefined) return [];
  const params = { id: readNumber(options.webhook, "--webhook") };
  const { secrets } = await call(reveal_webhook, { params }, needServer(server));
  return secrets.map(({ secret }) => secret);
}

/** Maximum length of the first line of a secret file. */
const MAX_SECRET_BYTES = 4096;

/** Reads the secret from the first line of a file, or of standard input if the path is `-`. */
async function readSecret(path: string, io: WebhookCall["io"]): Promise<string> {
  let text = "";
  const { open } = await findSource(path, io);
  for await (const chunk of open()) {
    text += String(chunk);
    if (text.includes("\n")) break;
    if (text.length > MAX_SECRET_BYTES)
      throw new UsageError(`--secret-file ${path}: the first line is too long for a secret.`);
  }
  const secret = (text.split("\n")[0] as string).trim();
  if (secret === "") throw new UsageError(`--secret-file ${path}: the first line is empty. Write the secret into it.`);
  return secret;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > MAX_BODY_BYTES) throw new RangeError("the body is too large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

const toLine = ({ headers }: IncomingMessage, body: Buffer, verdict: string): string =>
  `${JSON.stringify({ id: headers["webhook-id"], verdict, body: parse(body) })}\n`;

function toText({ headers }: IncomingMessage, body: Buffer, verdict: string): string {
  const value = parse(body);
  const type = typeof value === "object" && value !== null && "type" in value ? String(value.type) : "?";
  const shown = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const head = [new Date().toISOString(), oneLine(type), oneLine(String(headers["webhook-id"])), verdict].join("  ");
  return `${head}\n${shown}\n\n`;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return body.toString();
  }
}

async function stopped(server: Server, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
