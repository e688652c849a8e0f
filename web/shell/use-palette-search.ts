// Runs the registered searches for the palette's term; a new term aborts the previous searches.
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { watchDebounced } from "@vueuse/core";
import { allSearches, type Command } from "../services/commands.ts";

export interface Found {
  id: string;
  heading: string;
  commands: Command[];
}

const DEBOUNCE_MS = 120;

export function usePaletteSearch(term: Ref<string>) {
  const found = shallowRef<Found[]>([]);
  const searching = ref(false);
  let stop = new AbortController();

  async function search(text: string): Promise<void> {
    const { signal } = stop;
    searching.value = true;
    const answers = await Promise.allSettled(
      allSearches.value.map(async ({ id, heading, search }) => ({
        id,
        heading,
        commands: await search(text, signal),
      })),
    );
    if (signal.aborted) return;
    searching.value = false;
    found.value = answers
      .filter((answer) => answer.status === "fulfilled")
      .map(({ value }) => value)
      .filter(({ commands }) => commands.length > 0);
  }

  watch(term, (text) => {
    stop.abort();
    stop = new AbortController();
    if (text.trim() === "") {
      found.value = [];
      searching.value = false;
    }
  });
  watchDebounced(term, (text) => (text.trim() === "" ? undefined : void search(text.trim())), {
    debounce: DEBOUNCE_MS,
  });
  onScopeDispose(() => {
    stop.abort();
  });
  return { found, searching };
}
