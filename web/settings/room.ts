import type { Room } from "../kit/room.ts";

export const settings: Room = {
  path: "/settings",
  label: "shell.rooms.settings",
  icon: "i-lucide-settings",
  key: "s",
  routes: [{ path: "/settings", name: "settings", component: () => import("./SettingsPage.vue") }],
};
