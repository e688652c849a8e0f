// Opens raw event streams for tests. Each can have its own client address, and the test can cut it at any moment.
import { Agent, request, type ClientRequest, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { authorizationFor } from "./identity/fetch-with-key.ts";

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });

/** IP address of the nth client. Requests contain the address in the header `X-Forwarded-For`, like those from a reverse proxy. */
export const clientAddress = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

export interface RawStream {
  response: IncomingMessage;
  /** Returns all text received so far. */
  text: () => string;
  close: () => void;
}

/** Sends the request without waiting for the response. The caller waits for it or cuts the connection. */
export function askForStream(baseUrl: string, path: string, client: number, method = "GET"): ClientRequest {
  const headers = { "x-forwarded-for": clientAddress(client), ...authorizationFor(baseUrl) };
  const asked = request(`${baseUrl}${path}`, { method, headers, agent });
  // When the connection is cut, the request emits an error, which would otherwise be uncaught.
  asked.on("error", () => undefined);
  asked.end();
  return asked;
}

/** Opens a stream and waits for the headers of its response. */
export async function openRawStream(baseUrl: string, path: string, client: number): Promise<RawStream> {
  const asked = askForStream(baseUrl, path, client);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (piece: string) => (text += piece));
  response.on("error", () => undefined);
  return { response, text: () => text, close: () => void asked.destroy() };
}
