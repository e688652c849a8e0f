// Keeps the edited mapping of a held import in the browser, so that it survives a closed tab for as long as the import waits.
import { useLocalStorage } from "@vueuse/core";
import { ref, watch } from "vue";
import type { EditorState } from "./answer.ts";

const PREFIX = "skuport.mapping.";
/** How long the browser keeps a draft. An import waits 24 hours for its answer, so the import of an older draft has ended. */
const KEPT_MS = 25 * 3_600_000;

const keyOf = (id: number): string => `${PREFIX}${String(id)}`;

/** Removes the draft once the import has ended. */
export function forgetDraft(id: number): void {
  localStorage.removeItem(keyOf(id));
}

export function useKeptDraft(id: number) {
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
    known = state === null ? null : JSON.stringify({ ...state, kept_at: Date.now() });
    stored.value = known;
    isChangedElsewhere.value = false;
  }

  return { read, write, is_changed_elsewhere: isChangedElsewhere };
}

interface Kept extends EditorState {
  kept_at: number;
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
    const keptAt = parseKept(localStorage.getItem(key))?.kept_at ?? 0;
    if (Date.now() - keptAt > KEPT_MS) localStorage.removeItem(key);
  }
}
