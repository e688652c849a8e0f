// Puts the page into the document.
import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";
import { z } from "zod";
import App from "./App.vue";
import { createPageRouter } from "./routes.ts";
import "./style.css";

// zod would try to compile its parsers; the content security policy forbids that, and says so in the console.
z.config({ jitless: true });

// eslint-disable-next-line @typescript-eslint/no-unsafe-argument -- only vue-tsc knows what a .vue file exports
createApp(App).use(createPageRouter()).use(ui).mount("#app");
