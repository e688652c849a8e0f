// Edits the text of a profile: keeps the draft, checks it, and saves it.
import { computed, ref, shallowRef, watch } from "vue";
import type { Profile } from "../../../contract/profiles/profiles.ts";
import { toast, toastError } from "../../server/toasts.ts";
import { useRequest } from "../../server/use-request.ts";
import { t } from "../../texts/t.ts";
import { profileText, saveProfile, type Definition, type SaveOutcome } from "../save-profile.ts";
import { draftOf, dropDraft, guardTab, keepDraft } from "./drafts.ts";
import { useCheck } from "./use-check.ts";

interface EditedText {
  /** The draft's key: the name of the profile, or NEW. */
  key: string;
  /** The name under which the text is saved. */
  name: () => string;
  start: { text: string; base: Profile | null };
  /** Changes the definition before it is saved, for example adds the name of a new profile. */
  complete?: (definition: Definition) => Definition;
  onSaved: (profile: Profile) => unknown;
}

export function useEditing({ key, name, start, complete = (definition) => definition, onSaved }: EditedText) {
  const kept = draftOf(key);
  const text = ref(kept?.text ?? start.text);
  const base = shallowRef(kept?.base ?? start.base);
  const storedText = computed(() => (base.value === null ? "" : profileText(base.value.definition)));
  const isChanged = computed(() => text.value !== storedText.value);
  const outcome = shallowRef<SaveOutcome | null>(null);
  const { busy, run } = useRequest(toastError);
  const check = useCheck(text, name, () => name() !== "");
  guardTab(isChanged);

  watch(text, () => {
    outcome.value = null;
    if (isChanged.value) keepDraft(key, { ...draftOf(key), text: text.value, base: base.value });
    else dropDraft(key);
  });

  async function save(confirm = false, on: Profile | null = base.value): Promise<void> {
    const definition = check.parse();
    if (definition === null) return;
    await run(async () => {
      base.value = on;
      const found = await saveProfile(name(), complete(definition), on, confirm);
      outcome.value = found.kind === "saved" ? null : found;
      if (found.kind === "faults") check.showFaults(found.faults);
      if (found.kind === "saved") show(found.profile);
    });
  }

  function show(profile: Profile): void {
    adopt(profile);
    toast({ title: t("profiles.text.saved", { name: profile.name, version: profile.version }), tone: "success" });
    onSaved(profile);
  }

  /** Replaces the text by the stored one. */
  function adopt(profile: Profile): void {
    base.value = profile;
    text.value = profileText(profile.definition);
    outcome.value = null;
    check.faults.value = [];
    dropDraft(key);
  }

  /** Replaces the text by that of a newer version of the profile, unless the user has changed the text. */
  function follow(profile: Profile): void {
    if (!isChanged.value && profile.version !== base.value?.version) adopt(profile);
  }
  return { text, is_changed: isChanged, base, outcome, busy, check, save, adopt, follow };
}

export type Editing = ReturnType<typeof useEditing>;
