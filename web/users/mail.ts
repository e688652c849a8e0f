// Sends a new link by e-mail too, if the server has a mail server and the administrator enters an address.
import { computed, ref, watch, type Ref } from "vue";
import { get_mail, mail_request, type MailRequest } from "../../contract/identity/mail.ts";
import type { OneTimeLink } from "../../contract/identity/users.ts";
import { ask } from "../server/use-connection.ts";
import { shownLanguage } from "../texts/language.ts";
import { t } from "../texts/t.ts";

/** A link that has just been created, with the user whom it is for. */
export interface ShownLink extends OneTimeLink {
  user: string;
  /** The address to which the link was to be sent; empty if none was given. */
  address: string;
}

/** @param open whether the dialog is open. The address is cleared whenever the dialog opens or closes */
export function useMail(open: Readonly<Ref<boolean>>) {
  const canSend = ref(false);
  const address = ref("");
  const isTried = ref(false);
  watch(open, async (now) => {
    address.value = "";
    isTried.value = false;
    if (!now) return;
    // Without an answer, the dialog offers the link only.
    canSend.value = await ask(get_mail, {}).then(
      ({ sends }) => sends,
      () => false,
    );
  });

  const parsed = computed(() => mail_request.safeParse({ to: address.value.trim(), language: shownLanguage.value }));
  const isGiven = computed(() => canSend.value && address.value.trim() !== "");
  const fault = computed(() =>
    isTried.value && isGiven.value && !parsed.value.success ? t("users.mail.not_an_address") : undefined,
  );
  /** Returns the member `mail` of a request; undefined if the address is not valid, which the field then shows. */
  function request(): { mail?: MailRequest } | undefined {
    isTried.value = true;
    if (!isGiven.value) return {};
    return parsed.value.success ? { mail: parsed.value.data } : undefined;
  }
  return { can_send: canSend, address, fault, request };
}
