// One delivery with its attempts, refreshed until it is final. The user can send it again or copy it as a curl command.
import { useClipboard } from "@vueuse/core";
import { computed, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from "vue";
import { get_delivery, retry_delivery, type DeliveryDetail } from "../../../contract/webhooks/deliveries.ts";
import { reveal_webhook, type Webhook } from "../../../contract/webhooks/webhooks.ts";
import { toast, toastError } from "../../server/toasts.ts";
import { ask } from "../../server/use-connection.ts";
import { useRequest } from "../../server/use-request.ts";
import { t } from "../../texts/t.ts";
import { signedCurl } from "../verify/signed-curl.ts";
import { usePolling } from "../../server/use-polling.ts";
import { newestSecret } from "../verify/verify-snippets.ts";

const REFRESH_INTERVAL_MS = 1_500;

export function useDelivery(webhook: MaybeRefOrGetter<Webhook>, id: MaybeRefOrGetter<number | null>) {
  const delivery = shallowRef<DeliveryDetail | null>(null);
  /** The selected attempt; null = the newest. */
  const shown = ref<number | null>(null);
  const error = shallowRef<Error | null>(null);
  const { busy, run } = useRequest(toastError);
  const attempt = computed(() => {
    const log = delivery.value?.attempt_log ?? [];
    return log.find((item) => item.id === shown.value) ?? log[0] ?? null;
  });
  const { copy } = useClipboard();

  const refresh = usePolling(async (signal) => {
    const wanted = toValue(id);
    if (wanted === null || isFinal(delivery.value, wanted)) return;
    try {
      const found = await ask(get_delivery, { params: { id: wanted } }, { signal });
      if (toValue(id) === wanted) delivery.value = found;
      error.value = null;
    } catch (reason) {
      if (!signal.aborted) error.value = reason as Error;
    }
  }, REFRESH_INTERVAL_MS);
  watch(
    () => toValue(id),
    () => {
      delivery.value = null;
      shown.value = null;
      error.value = null;
      void refresh();
    },
  );

  async function sendAgain(): Promise<boolean> {
    const sent = delivery.value;
    if (sent === null) return false;
    return run(async () => {
      await ask(retry_delivery, { params: { id: sent.id } });
      shown.value = null;
      delivery.value = { ...sent, state: "waiting" };
      toast({ title: t("webhooks.delivery.sent_again"), tone: "success" });
      await refresh();
    });
  }

  async function copyCurl(): Promise<void> {
    if (delivery.value === null) return;
    try {
      await copy(await curlOf(toValue(webhook), delivery.value));
      toast({ title: t("webhooks.delivery.copy_curl_done"), tone: "success" });
    } catch (reason) {
      toastError(reason);
    }
  }
  return { delivery, shown, attempt, error, busy, sendAgain, copyCurl };
}

async function curlOf({ id, url }: Webhook, { event_id, body }: DeliveryDetail): Promise<string> {
  const secrets = await ask(reveal_webhook, { params: { id } });
  return signedCurl({ url, headers: { "webhook-id": event_id }, body }, newestSecret(secrets), new Date());
}

const isFinal = (delivery: DeliveryDetail | null, id: number): boolean =>
  delivery?.id === id && (delivery.state === "delivered" || delivery.state === "failed");
