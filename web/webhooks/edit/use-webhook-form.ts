// State of a webhook's form: its values, whether it is being sent, and the errors that the server reported.
import { ref, shallowRef } from "vue";
import { useRequest } from "../../server/use-request.ts";
import { faultsOf, NO_FAULTS, type Faults } from "./faults.ts";
import { bodyOf, type WebhookForm } from "./webhook-form.ts";

const FIELDS = ["url", "description", "types", "volume", "headers", "max_parallel", "max_per_second"];

export function useWebhookForm(initial: WebhookForm) {
  const form = ref<WebhookForm>(initial);
  const faults = shallowRef<Faults>(NO_FAULTS);
  const { busy, fault, run } = useRequest();

  /** Sends the form. Returns false if the request failed. In that case, `faults` contains the errors. */
  async function submit(send: (body: ReturnType<typeof bodyOf>) => Promise<unknown>): Promise<boolean> {
    faults.value = NO_FAULTS;
    const isSent = await run(() => send(bodyOf(form.value)));
    if (fault.value !== null) faults.value = faultsOf(fault.value, FIELDS);
    return isSent;
  }
  return { form, faults, busy, submit };
}
