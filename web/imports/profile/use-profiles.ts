// Names of all profiles, loaded when the options of an import are first shown and after a reconnect.
import { onScopeDispose, ref, shallowRef, watch } from "vue";
import { list_profiles } from "../../../contract/profiles/profiles.ts";
import { ask, useConnection } from "../../server/use-connection.ts";

const PAGE_SIZE = 200;

export function useProfiles() {
  const names = shallowRef<string[]>([]);
  const hasFailed = ref(false);
  const stop = new AbortController();

  async function load(): Promise<void> {
    try {
      names.value = await readNames(stop.signal);
      hasFailed.value = false;
    } catch {
      hasFailed.value = !stop.signal.aborted;
    }
  }
  watch(useConnection().reconnects, () => void load());
  onScopeDispose(() => {
    stop.abort();
  });
  void load();
  return { names, has_failed: hasFailed };
}

async function readNames(signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(list_profiles, { querystring: { limit: PAGE_SIZE, cursor } }, { signal });
    names.push(...page.items.map(({ name }) => name));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return names;
}
