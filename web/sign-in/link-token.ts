// The secret of a one-time link. It arrives in the fragment of the address, which browsers do not send to the server.
import { readonly, ref } from "vue";
import { SIGN_IN_PATH } from "../server/identity/next-path.ts";

const token = ref<string | null>(null);
export const linkToken = readonly(token);

/** Takes the secret out of the address bar and of the browser's history. The secret is then only in the memory of this page. */
export function takeLinkFromAddress(): void {
  take();
  // The user may paste another link into the address bar of this tab.
  addEventListener("hashchange", take);
}

export function forgetLink(): void {
  token.value = null;
}

function take(): void {
  if (location.pathname !== SIGN_IN_PATH) return;
  const given = new URLSearchParams(location.hash.slice(1)).get("link");
  if (given === null) return;
  history.replaceState(history.state, "", `${location.pathname}${location.search}`);
  token.value = given;
}
