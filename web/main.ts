// Puts the page into the document.
import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";
import App from "./App.vue";
import { createPageRouter } from "./routes.ts";
import "./style.css";
import { speak } from "./texts/speak.ts";
import { i18n } from "./texts/t.ts";

// A server that was updated meanwhile no longer has the parts that this page would load: it begins anew, once.
addEventListener("vite:preloadError", () => {
  // Without a network there is nothing newer, and what is on the page would be lost.
  if (!navigator.onLine) return;
  const lastMs = Number(sessionStorage.getItem("skuport-reloaded") ?? 0);
  if (Date.now() - lastMs < 10_000) return;
  sessionStorage.setItem("skuport-reloaded", String(Date.now()));
  location.reload();
});

await speak();
// eslint-disable-next-line @typescript-eslint/no-unsafe-argument -- only vue-tsc knows what a .vue file exports
createApp(App).use(createPageRouter()).use(i18n).use(ui).mount("#app");
