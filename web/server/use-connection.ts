// Whether the server answers. Everything that asks goes through `ask`; when the server is gone, one loop knocks until it
// is back, and `reconnects` tells the resources on the page to load again.
import { readonly, ref, watch } from "vue";
import { useOnline } from "@vueuse/core";
import { UnreachableError } from "../../client/answer.ts";
import { call, type CallOptions, type RequestOf, type ResultOf } from "../../client/call.ts";
import type { Endpoint } from "../../contract/endpoint.ts";
import { health_live } from "../../contract/health.ts";

const KNOCK_EVERY_MS = 1_500;

const connected = ref(true);
const reconnects = ref(0);
const online = useOnline();
let knocking = false;

/** `online` is what the machine says of its network, `connected` what the last question met. */
export const useConnection = () => ({
  online: readonly(online),
  connected: readonly(connected),
  reconnects: readonly(reconnects),
});

/** `call`, with the connection's state kept. */
export async function ask<const E extends Endpoint>(
  endpoint: E,
  request: RequestOf<E>,
  options: CallOptions = {},
): Promise<ResultOf<E>> {
  try {
    return await call(endpoint, request, options);
  } catch (error) {
    // One that answers nonsense is there: knocking would succeed at once, and all would be asked again without end.
    if (error instanceof UnreachableError && error.status === undefined) reportLost();
    throw error;
  }
}

/** Resolves when the server answers again, at once where it does already; rejects with the signal's reason. */
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

/** Says that the server was not there; the loop finds out when it is again. */
export function reportLost(): void {
  connected.value = false;
  if (knocking) return;
  knocking = true;
  void knockUntilHeard();
}

async function knockUntilHeard(): Promise<void> {
  for (;;) {
    try {
      await call(health_live, {});
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, KNOCK_EVERY_MS));
    }
  }
  knocking = false;
  connected.value = true;
  reconnects.value += 1;
}
