// Tracks whether the server responds. All requests go through `ask`, which also opens the sign-in page if the session has ended. When the server is unreachable, one loop retries until it
// responds; then `reconnects` increases and the components reload their data.
import { readonly, ref, watch } from "vue";
import { useOnline } from "@vueuse/core";
import { UnreachableError } from "../../client/answer.ts";
import { call, type CallOptions, type RequestOf, type ResultOf } from "../../client/call.ts";
import type { Endpoint } from "../../contract/endpoint.ts";
import { health_live } from "../../contract/health.ts";
import { resolveRefusal } from "./identity/refusals.ts";

const RETRY_MS = 1_500;

const connected = ref(true);
const reconnects = ref(0);
const online = useOnline();
let isRetrying = false;

/** `online`: the device has a network. `connected`: the server answered the last request. */
export const useConnection = () => ({
  online: readonly(online),
  connected: readonly(connected),
  reconnects: readonly(reconnects),
});

/** Sends a request with `call`. Reports the connection as lost if the server is unreachable. If the server wants a confirmation of the
 * sign-in, asks the user for it and repeats the request once. */
export async function ask<const E extends Endpoint>(
  endpoint: E,
  request: RequestOf<E>,
  options: CallOptions = {},
): Promise<ResultOf<E>> {
  try {
    return await call(endpoint, request, options);
  } catch (error) {
    // An invalid response does not count as a lost connection: otherwise, the retry would succeed immediately, and the page
    // would reload everything in an endless loop.
    if (error instanceof UnreachableError && error.status === undefined) reportLost();
    if (await resolveRefusal(error)) return call(endpoint, request, options);
    throw error;
  }
}

/** Resolves when the server is reachable, immediately if it already is. Rejects with the signal's reason. */
export function untilConnected(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = watch([online, connected], settle);
    signal.addEventListener("abort", settle);
    settle();
    function settle(): void {
      if (!signal.aborted && !(online.value && connected.value)) return;
      queueMicrotask(stop);
      signal.removeEventListener("abort", settle);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    }
  });
}

/** Marks the server as unreachable and starts the retry loop. */
export function reportLost(): void {
  connected.value = false;
  if (isRetrying) return;
  isRetrying = true;
  void retryUntilConnected();
}

async function retryUntilConnected(): Promise<void> {
  for (;;) {
    try {
      await call(health_live, {});
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  isRetrying = false;
  connected.value = true;
  reconnects.value += 1;
}
