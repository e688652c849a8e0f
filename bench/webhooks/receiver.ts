// A receiver of webhooks that counts what comes; it lives in the bench's own process, on the same machine as the server.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Arrival {
  first_at: number;
  last_at: number;
  times: number;
}

export interface CountingReceiver {
  url: string;
  /** By `webhook-id`. */
  arrivals: Map<string, Arrival>;
  /** Called with each body that comes for the first time. */
  onBody: ((body: string, at: number) => void) | undefined;
  close(): void;
}

export async function startReceiver(
  answer: (response: ServerResponse) => void = (response) => response.end(),
): Promise<CountingReceiver> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const now = performance.now();
      const id = request.headers["webhook-id"] as string;
      const known = receiver.arrivals.get(id);
      if (known === undefined) {
        receiver.arrivals.set(id, { first_at: now, last_at: now, times: 1 });
        receiver.onBody?.(Buffer.concat(pieces).toString(), now);
      } else {
        known.times += 1;
        known.last_at = now;
      }
      answer(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const receiver: CountingReceiver = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    arrivals: new Map(),
    onBody: undefined,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
