import type { Room } from "../services/section.ts";

export const settings: Room = {
  path: "/settings",
  label: "shell.rooms.settings",
  icon: "i-lucide-settings",
  key: "s",
  routes: [{ path: "/settings", name: "settings", component: () => import("./SettingsPage.vue") }],
};
