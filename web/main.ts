// Puts the page into the document.
import ui from "@nuxt/ui/vue-plugin";
import { createApp } from "vue";
import { z } from "zod";
import App from "./App.vue";
import { createPageRouter } from "./routes.ts";
import "./style.css";

// zod would try to compile its parsers; the content security policy forbids that, and says so in the console.
z.config({ jitless: true });

createApp(App).use(createPageRouter()).use(ui).mount("#app");
