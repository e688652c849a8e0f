import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { watchEvents } from "./watch-events.ts";

let close: () => void = () => undefined;
afterEach(() => {
  close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

test("an interrupted stream is resumed after its last event, and unknown events are ignored", async () => {
  const asked: (string | undefined)[] = [];
  const baseUrl = await serve((request, response) => {
    const from = request.headers["last-event-id"] as string | undefined;
    asked.push(from);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`id: ${String(Number(from ?? 6) + 1)}\nevent: changeset\ndata: {"changeset_id":1}\n\n`);
    response.end("event: novelty\ndata: {}\n\n");
  });
  const stop = new AbortController();
  const states: (boolean | null)[] = [];
  const ids: string[] = [];
  for await (const event of watchEvents({
    base_url: baseUrl,
    signal: stop.signal,
    onState: (open) => states.push(open),
  })) {
    expect(event.name).toBe("changeset");
    if (ids.push(event.id) === 2) break;
  }
  expect(ids).toEqual(["7", "8"]);
  expect(asked).toEqual([undefined, "7"]);
  expect(states).toEqual([true, false, true]);
});

test("a server that refuses the stream and a missing server are reported as different states", async () => {
  const baseUrl = await serve((_request, response) => {
    response.writeHead(429).end();
  });
  for (const [url, expected] of [
    [baseUrl, false],
    ["http://127.0.0.1:9", null],
  ] as const) {
    const stop = new AbortController();
    const states: (boolean | null)[] = [];
    const onState = (open: boolean | null): void => {
      states.push(open);
      stop.abort();
    };
    for await (const event of watchEvents({ base_url: url, signal: stop.signal, onState })) throw new Error(event.name);
    expect(states).toEqual([expected]);
  }
});
