// Cancels an import after a confirmation that lists the changes made so far. A held import has made none.
import { cancel_import, type Import } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { confirm, type Question } from "../../services/confirm.ts";
import { trackStarted } from "../../server/running.ts";
import { toastError } from "../../server/toasts.ts";
import { ask } from "../../server/use-connection.ts";
import { t, tn } from "../../texts/t.ts";

export async function cancelImport(import_: Import): Promise<void> {
  const isConfirmed = await confirm(import_.state === "held" ? discardQuestion() : cancelQuestion(import_));
  if (!isConfirmed) return;
  try {
    trackStarted({ kind: "import", record: await ask(cancel_import, { params: { id: import_.id } }) });
  } catch (error) {
    // The import ended while the dialog was open.
    if (error instanceof Problem && error.slug === "already-finished") return;
    toastError(error);
  }
}

const discardQuestion = (): Question => ({
  title: t("imports.cancel.held_title"),
  description: t("imports.cancel.held_text"),
  action: t("imports.cancel.held_action"),
  cancel: t("imports.cancel.held_back"),
  tone: "error",
});

function cancelQuestion({ created, updated, deleted }: Import): Question {
  const counts = [
    tn("imports.counted.created", created),
    tn("imports.counted.updated", updated),
    ...(deleted > 0 ? [tn("imports.counted.deleted", deleted)] : []),
  ].join(", ");
  const soFar = t("imports.cancel.so_far", { counts });
  return {
    title: t("imports.cancel.title"),
    description: `${t("imports.cancel.text")} ${soFar}`,
    action: t("imports.cancel.action"),
    cancel: t("imports.cancel.keep_going"),
    tone: "error",
  };
}
