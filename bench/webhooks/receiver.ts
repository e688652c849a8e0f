// A webhook receiver that counts its requests, in the process of the benchmark.
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
  /** The arrivals, keyed by the header `webhook-id`. */
  arrivals: Map<string, Arrival>;
  /** Called with each body that arrives for the first time. */
  onBody: ((body: string, at: number) => void) | undefined;
  close(): void;
}

export async function startReceiver(
  answer: (response: ServerResponse) => void = (response) => response.end(),
): Promise<CountingReceiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const now = performance.now();
      const id = request.headers["webhook-id"] as string;
      const arrival = receiver.arrivals.get(id);
      if (arrival === undefined) {
        receiver.arrivals.set(id, { first_at: now, last_at: now, times: 1 });
        receiver.onBody?.(Buffer.concat(chunks).toString(), now);
      } else {
        arrival.times += 1;
        arrival.last_at = now;
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
