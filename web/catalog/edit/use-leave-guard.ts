// Asks for confirmation before leaving the page with unsaved edits, which exist only on this page.
import { useEventListener } from "@vueuse/core";
import { onBeforeRouteLeave } from "vue-router";
import { confirm } from "../../services/confirm.ts";
import { toast } from "../../server/toasts.ts";
import { useConnection } from "../../server/use-connection.ts";
import { t, tn } from "../../texts/t.ts";
import type { Edits } from "./use-edits.ts";

export function useLeaveGuard({ states }: Edits): void {
  const { online } = useConnection();
  useEventListener(window, "beforeunload", (event) => {
    if (states.open.value.length > 0) event.preventDefault();
  });
  onBeforeRouteLeave(async () => {
    const unsaved = states.open.value.length;
    if (unsaved === 0) return true;
    if (!online.value) {
      toast({ title: tn("catalog.edit.stay", unsaved), tone: "warning" });
      return false;
    }
    return confirm({
      title: tn("catalog.edit.leave", unsaved),
      description: t("catalog.edit.leave_text"),
      action: t("catalog.edit.leave_do"),
      tone: "error",
    });
  });
}
