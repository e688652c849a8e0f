import type { Section } from "../services/section.ts";

export const webhooks: Section = {
  path: "/webhooks",
  label: "shell.sections.webhooks",
  icon: "i-lucide-webhook",
  key: "w",
  role: "admin",
  routes: [
    { path: "/webhooks", name: "webhooks", component: () => import("./WebhooksPage.vue") },
    {
      path: "/webhooks/:id(\\d+)/:tab(deliveries|test|verify|edit)?",
      name: "webhook",
      component: () => import("./WebhookPage.vue"),
      props: ({ params }) => ({ id: Number(params["id"]), tab: params["tab"] || "deliveries" }),
    },
  ],
};
