import type { Section } from "../services/section.ts";

export const users: Section = {
  path: "/users",
  label: "shell.sections.users",
  icon: "i-lucide-users",
  key: "u",
  role: "admin",
  place: "wide",
  routes: [{ path: "/users", name: "users", component: () => import("./UsersPage.vue") }],
};
