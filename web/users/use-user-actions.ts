// The actions on a user that need at most a confirmation.
import { end_user_sessions, patch_user, type UserRecord } from "../../contract/identity/users.ts";
import { toast, toastError } from "../server/toasts.ts";
import { ask } from "../server/use-connection.ts";
import { useRequest } from "../server/use-request.ts";
import { confirm } from "../services/confirm.ts";
import { t, tn } from "../texts/t.ts";

export function useUserActions(refresh: () => Promise<void>) {
  const { run } = useRequest(toastError);

  async function act(action: () => Promise<void>): Promise<void> {
    await run(action);
    await refresh();
  }

  async function setDisabled(user: UserRecord, disabled: boolean): Promise<void> {
    if (disabled) {
      const isConfirmed = await confirm({
        title: t("users.disable_title", { name: user.name }),
        description: t("users.disable_text"),
        action: t("users.disable"),
        tone: "error",
      });
      if (!isConfirmed) return;
    }
    await act(async () => {
      await ask(patch_user, { params: { id: user.id }, body: { disabled } });
      const title = t(disabled ? "users.disabled_done" : "users.enabled_done", { name: user.name });
      toast({ title, tone: "success" });
    });
  }

  async function endSessions(user: UserRecord): Promise<void> {
    const isConfirmed = await confirm({
      title: t("users.end_title", { name: user.name }),
      description: t("users.end_text"),
      action: t("users.end_sessions"),
      tone: "error",
    });
    if (!isConfirmed) return;
    await act(async () => {
      const { ended } = await ask(end_user_sessions, { params: { id: user.id } });
      toast({ title: tn("users.ended", ended), tone: "success" });
    });
  }

  return { setDisabled, endSessions };
}
