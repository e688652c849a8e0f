// State of a webhook's form: its values, whether it is being sent, and the errors that the server reported.
import { ref, shallowRef } from "vue";
import { faultsOf, NO_FAULTS, type Faults } from "./faults.ts";
import { bodyOf, type WebhookForm } from "./webhook-form.ts";

const FIELDS = ["url", "description", "types", "volume", "headers", "max_parallel", "max_per_second"];

export function useWebhookForm(initial: WebhookForm) {
  const form = ref<WebhookForm>(initial);
  const faults = shallowRef<Faults>(NO_FAULTS);
  const busy = ref(false);

  /** Sends the form. Returns false if the request failed. In that case, `faults` contains the errors. */
  async function submit(send: (body: ReturnType<typeof bodyOf>) => Promise<unknown>): Promise<boolean> {
    busy.value = true;
    faults.value = NO_FAULTS;
    try {
      await send(bodyOf(form.value));
      return true;
    } catch (error) {
      faults.value = faultsOf(error, FIELDS);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { form, faults, busy, submit };
}
