// Event streams as a test opens them: raw, with an address of its own for each client, and cut at a chosen moment.
import { Agent, request, type ClientRequest, type IncomingMessage } from "node:http";
import { once } from "node:events";

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });

/** The address of the nth client; the server reads it as that of a client behind a reverse proxy. */
export const clientAddress = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

export interface RawStream {
  response: IncomingMessage;
  /** All that has come so far. */
  text: () => string;
  close: () => void;
}

/** Sends the request; the caller waits for the answer, or cuts it. */
export function askForStream(baseUrl: string, path: string, client: number, method = "GET"): ClientRequest {
  const headers = { "x-forwarded-for": clientAddress(client) };
  const asked = request(`${baseUrl}${path}`, { method, headers, agent });
  // A cut is an error of the request.
  asked.on("error", () => undefined);
  asked.end();
  return asked;
}

/** Opens a stream and waits for the head of its answer. */
export async function openRawStream(baseUrl: string, path: string, client: number): Promise<RawStream> {
  const asked = askForStream(baseUrl, path, client);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  let text = "";
  response.setEncoding("utf8");
  response.on("data", (piece: string) => (text += piece));
  response.on("error", () => undefined);
  return { response, text: () => text, close: () => void asked.destroy() };
}
