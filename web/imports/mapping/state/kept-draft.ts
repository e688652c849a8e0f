// Keeps the edited mapping of a held import in the browser, so that it survives a closed tab for as long as the import waits.
import { useLocalStorage } from "@vueuse/core";
import { ref, watch } from "vue";
import type { EditorState } from "./answer.ts";

const PREFIX = "skuport.mapping.";
const keyOf = (id: number): string => `${PREFIX}${String(id)}`;

/** Removes the draft of an import that has ended. */
export function forgetDraft(id: number): void {
  localStorage.removeItem(keyOf(id));
}

/** @param waitsUntil when the import ends if its question is not answered. The browser keeps the draft until then */
export function useKeptDraft(id: number, waitsUntil: () => string | null) {
  removeOldDrafts();
  const stored = useLocalStorage<string | null>(keyOf(id), null);
  /** Whether another tab has changed the draft since this tab last read or wrote it. */
  const isChangedElsewhere = ref(false);
  let known = stored.value;
  watch(
    stored,
    (text) => {
      if (text !== known) isChangedElsewhere.value = text !== null;
    },
    { flush: "sync" },
  );

  /** @returns undefined if there is no draft */
  function read(): EditorState | undefined {
    known = stored.value;
    isChangedElsewhere.value = false;
    return parseDraft(known);
  }

  function write(state: EditorState | null): void {
    known = state === null ? null : JSON.stringify({ ...state, kept_until: waitsUntil() } satisfies Kept);
    stored.value = known;
    isChangedElsewhere.value = false;
  }

  return { read, write, is_changed_elsewhere: isChangedElsewhere };
}

interface Kept extends EditorState {
  kept_until: string | null;
}

function parseKept(text: string | null): Kept | undefined {
  try {
    return text === null ? undefined : ((JSON.parse(text) ?? undefined) as Kept | undefined);
  } catch {
    return undefined;
  }
}

function parseDraft(text: string | null): EditorState | undefined {
  const kept = parseKept(text);
  return kept === undefined ? undefined : { draft: kept.draft, encoding: kept.encoding };
}

function removeOldDrafts(): void {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const until = parseKept(localStorage.getItem(key))?.kept_until ?? "";
    if (!(Date.parse(until) > Date.now())) localStorage.removeItem(key);
  }
}
