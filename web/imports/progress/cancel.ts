// Cancels an import after a confirmation that lists the changes made so far.
import { cancel_import, type Import } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";
import { confirm } from "../../services/confirm.ts";
import { trackStarted } from "../../server/running.ts";
import { toastError } from "../../server/toasts.ts";
import { ask } from "../../server/use-connection.ts";
import { t, tn } from "../../texts/t.ts";

export async function cancelImport({ id, created, updated }: Import): Promise<void> {
  const soFar = t("imports.cancel.so_far", {
    created: tn("imports.counted.created", created),
    updated: tn("imports.counted.updated", updated),
  });
  const isConfirmed = await confirm({
    title: t("imports.cancel.title"),
    description: `${t("imports.cancel.text")} ${soFar}`,
    action: t("imports.cancel.action"),
    cancel: t("imports.cancel.keep_going"),
    tone: "error",
  });
  if (!isConfirmed) return;
  try {
    trackStarted({ kind: "import", record: await ask(cancel_import, { params: { id } }) });
  } catch (error) {
    // The import ended while the dialog was open.
    if (error instanceof Problem && error.slug === "already-finished") return;
    toastError(error);
  }
}
