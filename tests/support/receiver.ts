// A webhook receiver for tests: an HTTP server on loopback that records requests and responds with `answer`.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

export interface Received {
  id: string;
  headers: IncomingMessage["headers"];
  raw_headers: string[];
  body: string;
  json: { type: string; timestamp: string; data: Record<string, unknown> };
  at: number;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Responds to each request. A test may replace this function at any time. */
  answer: (request: Received, response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function createReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const received: Received = {
        id: request.headers["webhook-id"] as string,
        headers: request.headers,
        raw_headers: request.rawHeaders,
        body,
        json: JSON.parse(body) as Received["json"],
        at: performance.now(),
      };
      receiver.received.push(received);
      receiver.answer(received, response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    answer: (_request, response) => response.end("ok"),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  afterAll(() => receiver.close());
  return receiver;
}
