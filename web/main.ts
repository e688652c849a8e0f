// Mounts the page.
import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";
import App from "./App.vue";
import { createPageRouter } from "./routes.ts";
import "./style.css";
import { showChosenLanguage } from "./texts/switch-language.ts";
import { i18n } from "./texts/t.ts";

// After an update the server no longer has the script files that this page would load. Reload, at most once every ten seconds.
addEventListener("vite:preloadError", () => {
  // Offline, a reload would only lose the page.
  if (!navigator.onLine) return;
  const lastMs = Number(sessionStorage.getItem("skuport-reloaded") ?? 0);
  if (Date.now() - lastMs < 10_000) return;
  sessionStorage.setItem("skuport-reloaded", String(Date.now()));
  location.reload();
});

await showChosenLanguage();
// eslint-disable-next-line @typescript-eslint/no-unsafe-argument -- only vue-tsc knows what a .vue file exports
createApp(App).use(createPageRouter()).use(i18n).use(ui).mount("#app");
