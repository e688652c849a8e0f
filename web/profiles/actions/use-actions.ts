// Copies, renames, deletes and downloads a profile.
import { Problem } from "../../../contract/problems.ts";
import { profileEtag } from "../../../contract/profiles/profile-names.ts";
import { delete_profile, rename_profile, type Profile } from "../../../contract/profiles/profiles.ts";
import { problemInWords } from "../../server/problem-words.ts";
import { toast, toastError } from "../../server/toasts.ts";
import { ask } from "../../server/use-connection.ts";
import { t } from "../../texts/t.ts";
import { profileText, saveProfile, type SaveOutcome } from "../save-profile.ts";

/** Stores the text of the profile under another name.
 * @returns the copy, or why it was refused */
export async function copyProfile({ definition }: Profile, name: string): Promise<Profile | string> {
  try {
    const outcome = await saveProfile(name, { ...definition, profile: name }, null, true);
    return outcome.kind === "saved" ? outcome.profile : refusalOf(outcome);
  } catch (error) {
    return problemInWords(error).description;
  }
}

function refusalOf(outcome: Exclude<SaveOutcome, { kind: "saved" }>): string {
  switch (outcome.kind) {
    case "faults":
      return outcome.faults.map(({ detail }) => detail).join(" ");
    case "conflict":
    case "tests_fail":
      return t("profiles.name_taken");
  }
}

/** @returns the renamed profile, or why the name was refused */
export async function renameProfile(profile: Profile, name: string): Promise<Profile | string> {
  try {
    const params = { name: profile.name };
    return await ask(rename_profile, { params, body: { name } }, { headers: { "if-match": profileEtag(profile) } });
  } catch (error) {
    if (error instanceof Problem && error.slug === "profile-exists") return t("profiles.name_taken");
    return problemInWords(error).description;
  }
}

/** @param onRestored called with the profile if the user undoes the deletion
 * @returns whether the profile was deleted */
export async function deleteProfile(profile: Profile, onRestored: (profile: Profile) => unknown): Promise<boolean> {
  try {
    const params = { name: profile.name };
    const deleted = await ask(delete_profile, { params }, { headers: { "if-match": profileEtag(profile) } });
    toast({
      title: t("profiles.deleted", { name: deleted.name }),
      tone: "success",
      undo: async () => {
        const copy = await copyProfile(deleted, deleted.name);
        if (typeof copy === "string") toast({ title: copy, tone: "error" });
        else onRestored(copy);
      },
    });
    return true;
  } catch (error) {
    toastError(error);
    return false;
  }
}

/** Downloads the text of the profile as a file. */
export function downloadProfile({ name, definition }: Profile): void {
  const url = URL.createObjectURL(new Blob([profileText(definition)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.replace(/[\\/:*?"<>|]/g, "_")}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
