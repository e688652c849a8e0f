// Opens a file with the text of a profile in the editor of a new profile.
import type { Router } from "vue-router";
import { chooseFile } from "../../ui/choose-file.ts";
import { toast } from "../../server/toasts.ts";
import { t } from "../../texts/t.ts";
import { NEW_PROFILE_PATH } from "../profile-path.ts";
import { keepDraft, NEW } from "../text/drafts.ts";

const MAX_BYTES = 1_000_000;

export async function openProfileFile(router: Router): Promise<void> {
  const file = await chooseFile();
  if (file === null) return;
  if (file.size > MAX_BYTES) {
    toast({ title: t("profiles.file_too_large", { name: file.name }), tone: "error" });
    return;
  }
  const text = (await file.text()).replace(/^\uFEFF/, "");
  keepDraft(NEW, { text, base: null, name: nameOf(text) ?? file.name.replace(/\.json$/i, "") });
  await router.push(NEW_PROFILE_PATH);
}

function nameOf(text: string): string | undefined {
  try {
    const { profile } = JSON.parse(text) as { profile?: unknown };
    return typeof profile === "string" ? profile : undefined;
  } catch {
    return undefined; // the editor shows the fault
  }
}
