// Addresses of servers.
import { UsageError } from "../command.ts";

/** Returns the address without a final slash. @throws {UsageError} if it is not the address of a server */
export function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url ${text} is not an http(s) address. Write for example --url http://127.0.0.1:8000.`);
  // The message does not contain the address, because its user name or password may be a secret.
  if (url.username !== "" || url.password !== "")
    throw new UsageError(
      "--url must not contain a user name or a password, because other users of this computer can see it. Set SKUPORT_API_KEY, or run `skuport login`.",
    );
  return text.replace(/\/+$/, "");
}

/** Whether requests to the address stay on this computer. */
export function isLoopbackUrl(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Whether both are addresses of the same server on this computer. Send requests only to `held`: if `given` contains `localhost`, it can
 * also resolve to `[::1]`, where another program may listen.
 * @param given the address that the user entered
 * @param held the address of the server that holds the data folder */
export function isSameLoopback(given: string, held: string): boolean {
  const [a, b] = [new URL(given), new URL(held)];
  return (
    isLoopbackUrl(given) &&
    isLoopbackUrl(held) &&
    a.protocol === b.protocol &&
    a.port === b.port &&
    (a.hostname === b.hostname || a.hostname === "localhost") &&
    a.pathname === "/"
  );
}
