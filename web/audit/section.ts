import type { Section } from "../services/section.ts";

export const audit: Section = {
  path: "/audit",
  label: "shell.sections.audit",
  icon: "i-lucide-scroll-text",
  key: "a",
  role: "admin",
  place: "wide",
  routes: [{ path: "/audit", name: "audit", component: () => import("./AuditPage.vue") }],
};
