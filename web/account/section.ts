import type { Section } from "../services/section.ts";

export const account: Section = {
  path: "/account",
  label: "shell.sections.account",
  icon: "i-lucide-circle-user-round",
  key: "m",
  place: "menu",
  routes: [{ path: "/account", name: "account", component: () => import("./AccountPage.vue") }],
};
