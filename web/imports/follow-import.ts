// Follows one import as a tab should: on the event stream while somebody looks, by asking now and then while nobody does.
// A browser opens six connections to a server for all tabs together, and a stream holds one: seven tabs would stand still.
import { watch, type Ref } from "vue";
import { NoAnswer } from "../../client/answer.ts";
import { call } from "../../client/call.ts";
import { watchImport, type WatchOptions } from "../../client/watch.ts";
import { get_import, isTerminal, type Import } from "../../contract/imports.ts";

/** Often enough for the progress in a tab's title. */
const ASK_EVERY_MS = 2_000;

export interface FollowOptions extends WatchOptions {
  signal: AbortSignal;
  /** Whether the tab is out of sight. */
  hidden: Readonly<Ref<boolean>>;
}

/** Gives each newer version, the terminal one last. Throws what `watchImport` throws. */
export async function* followImport(id: number, { hidden, ...options }: FollowOptions): AsyncGenerator<Import, void> {
  let seen = -1;
  for (;;) {
    const turn = new AbortController();
    const unwatch = watch(hidden, () => {
      turn.abort();
    });
    const here = { ...options, signal: AbortSignal.any([options.signal, turn.signal]) };
    try {
      for await (const state of hidden.value ? askImport(id, here) : watchImport(id, here)) {
        if (state.version <= seen) continue;
        seen = state.version;
        yield state;
        if (isTerminal(state.state)) return;
      }
    } catch (error) {
      if (options.signal.aborted || !turn.signal.aborted) throw error;
    } finally {
      unwatch();
    }
  }
}

async function* askImport(id: number, { onConnection, ...options }: WatchOptions): AsyncGenerator<Import> {
  for (;;) {
    try {
      yield await call(get_import, { params: { id } }, options);
      onConnection?.(true);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      onConnection?.(false);
    }
    await pause(ASK_EVERY_MS, options.signal);
  }
}

/** Ends early, without an error, when the signal is aborted: the next request says so. */
const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
