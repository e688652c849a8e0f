// Mounts the page.
import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";
import App from "./App.vue";
import { createPageRouter } from "./routes.ts";
import { loadIdentity, useIdentity } from "./server/identity/identity.ts";
import { isBarePath } from "./server/identity/next-path.ts";
import { takeLinkFromAddress } from "./sign-in/link-token.ts";
import "./style.css";
import { showChosenLanguage } from "./texts/switch-language.ts";
import { i18n } from "./texts/t.ts";

// First of all, so that the secret of a one-time link is in the address bar and in the history as briefly as possible.
takeLinkFromAddress();

// After an update the server no longer has the script files that this page would load. Reload, at most once every ten seconds.
addEventListener("vite:preloadError", () => {
  // Offline, a reload would only lose the page.
  if (!navigator.onLine) return;
  const lastMs = Number(sessionStorage.getItem("skuport-reloaded") ?? 0);
  if (Date.now() - lastMs < 10_000) return;
  sessionStorage.setItem("skuport-reloaded", String(Date.now()));
  location.reload();
});

// Do not await this call. `mount` loads files, such as those of a language. They import modules that the build puts into the same file as
// this module, so they wait until this module has been evaluated. With `await`, both would wait for each other.
void mount();

async function mount(): Promise<void> {
  await Promise.all([showChosenLanguage(), isBarePath(location.pathname) ? undefined : loadIdentity()]);
  // Without a session, the browser is opening the sign-in page now.
  if (!useIdentity().signed_out.value)
    // eslint-disable-next-line @typescript-eslint/no-unsafe-argument -- only vue-tsc knows what a .vue file exports
    createApp(App).use(createPageRouter()).use(i18n).use(ui).mount("#app");
}
