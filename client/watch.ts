// Watches an import until it ends. Reconnects after lost connections and server restarts.
import { isTerminal, WATCH_IMPORT_URL } from "../contract/imports/import-names.ts";
import type { ListedImport } from "../contract/imports/imports.ts";
import { Problem } from "../contract/problems.ts";
import { address } from "./address.ts";
import { isRedirectError } from "./authorization.ts";
import { UnreachableError, parseJson } from "./answer.ts";
import { call, type CallOptions } from "./call.ts";
import { NoStream, openStream } from "./stream/open-stream.ts";
import { wait } from "./wait.ts";

export interface WatchOptions extends CallOptions {
  /** Called with true when the server sends a state of the import, and with false when the connection is lost. */
  onConnection?: (connected: boolean) => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Yields the current state of the import, and then newer states until the import has ended. Long values may be shortened. Reconnects
 * until the signal aborts. Throws a Problem if the import does not exist, or if the credential is missing or not valid.
 */
export async function* watchImport(id: number, options: WatchOptions = {}): AsyncGenerator<ListedImport, void> {
  const { signal, onConnection } = options;
  let seen = -1;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    try {
      for await (const state of statesOnce(id, seen, options)) {
        onConnection?.(true);
        pauseMs = FIRST_PAUSE_MS;
        if (state.version <= seen) continue;
        seen = state.version;
        yield state;
        if (isTerminal(state.state)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      // Stop watching if the error is permanent, for example if the credential is not valid any more.
      if (!isTransient(error)) throw error;
      if (!(error instanceof Problem)) onConnection?.(false);
    }
    await wait(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** Yields the states that arrive over one connection, or only the current state if the server refuses the stream. */
async function* statesOnce(id: number, seen: number, options: WatchOptions): AsyncGenerator<ListedImport> {
  const { base_url, key, signal } = options;
  const url = address({ url: WATCH_IMPORT_URL }, { params: { id } }, base_url);
  const lastEventId = seen >= 0 ? String(seen) : undefined;
  try {
    for await (const event of openStream(url, { last_event_id: lastEventId, key, signal })) {
      if (event.type !== "import") continue;
      const state = parseJson(event.data);
      if (state !== undefined) yield state as ListedImport;
    }
  } catch (error) {
    if (!(error instanceof NoStream)) throw error;
    const { get_import } = await import("../contract/imports/imports.ts");
    yield await call(get_import, { params: { id } }, options);
  }
}

/** Whether an error may be temporary: no connection, or a server that is starting or stopping. */
function isTransient(error: unknown): boolean {
  if (error instanceof Problem) return error.status >= 500;
  if (isRedirectError(error)) return false;
  return error instanceof UnreachableError || error instanceof TypeError;
}
