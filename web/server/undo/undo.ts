// Undoes changesets: immediately from a toast, or after a preview in a dialog.
import { shallowRef } from "vue";
import type { Operation } from "../../../contract/changesets/operations.ts";
import { undo_changeset, type UndoPreview } from "../../../contract/changesets/undo.ts";
import { t } from "../../texts/t.ts";
import { trackStarted } from "../running.ts";
import { toast } from "../toasts.ts";
import { ask } from "../use-connection.ts";
import { errorText } from "../problem-words.ts";

export type UndoPolicy = UndoPreview["policy"];

/** The changeset whose undo is being previewed; `web/shell` shows the dialog. */
export const reviewedUndo = shallowRef<{
  changeset_id: number;
  what: string;
  done: (started: Operation | null) => void;
} | null>(null);

/** Previews the undo and starts it if the user confirms. Resolves with null if the user cancels. `what` names the change, so that a
 * user who clicked the wrong list item can notice it. */
export function reviewUndo(changesetId: number, what: string): Promise<Operation | null> {
  reviewedUndo.value?.done(null);
  return new Promise((resolve) => {
    reviewedUndo.value = {
      changeset_id: changesetId,
      what,
      done: (started) => {
        reviewedUndo.value = null;
        resolve(started);
      },
    };
  });
}

export async function previewUndo(
  changesetId: number,
  policy: UndoPolicy,
  page: { cursor: string | undefined; signal: AbortSignal },
): Promise<UndoPreview> {
  const { cursor, signal } = page;
  const querystring = { preview: true, policy, limit: 50, ...(cursor === undefined ? {} : { cursor }) };
  return (await ask(undo_changeset, { params: { id: changesetId }, querystring }, { signal })) as UndoPreview;
}

export async function startUndo(changesetId: number, policy: UndoPolicy): Promise<Operation> {
  const started = await ask(undo_changeset, { params: { id: changesetId }, querystring: { policy } });
  trackStarted({ kind: "operation", record: started as Operation });
  return started as Operation;
}

/** Undoes a changeset without a preview and keeps later changes. If that fails, shows why and returns null. */
export async function undoAtOnce(changesetId: number): Promise<Operation | null> {
  try {
    return await startUndo(changesetId, "keep");
  } catch (error) {
    toast({ title: t("ui.undo.failed"), description: errorText(error), tone: "error" });
    return null;
  }
}
