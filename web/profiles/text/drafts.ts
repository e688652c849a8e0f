// Texts of profiles that are being edited. The tab keeps them while other pages are open.
import { useEventListener } from "@vueuse/core";
import type { Ref } from "vue";
import type { Profile } from "../../../contract/profiles/profiles.ts";

export interface Draft {
  text: string;
  /** The stored profile that the user edits; null for a new profile. */
  base: Profile | null;
  /** The name that the user has typed for a new profile. */
  name?: string;
}

/** The key of a new profile. No profile has an empty name. */
export const NEW = "";

const drafts = new Map<string, Draft>();

export const draftOf = (name: string): Draft | undefined => drafts.get(name.toLowerCase());
export const keepDraft = (name: string, draft: Draft): unknown => drafts.set(name.toLowerCase(), draft);
export const dropDraft = (name: string): unknown => drafts.delete(name.toLowerCase());

/** Makes the browser ask before it closes the tab if the text is not saved. */
export function guardTab(isChanged: Ref<boolean>): void {
  useEventListener(window, "beforeunload", (event) => {
    if (isChanged.value) event.preventDefault();
  });
}
