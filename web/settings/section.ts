import type { Section } from "../services/section.ts";

export const settings: Section = {
  path: "/settings",
  label: "shell.sections.settings",
  icon: "i-lucide-settings",
  key: "s",
  routes: [{ path: "/settings", name: "settings", component: () => import("./SettingsPage.vue") }],
};
