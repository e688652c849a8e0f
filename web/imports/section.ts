import type { Section } from "../services/section.ts";

export const imports: Section = {
  path: "/imports",
  label: "shell.sections.imports",
  icon: "i-lucide-file-up",
  key: "i",
  routes: [
    { path: "/imports", name: "imports", component: () => import("./ImportsPage.vue") },
    {
      path: "/imports/:id(\\d+)",
      name: "import",
      component: () => import("./ImportPage.vue"),
      props: (route) => ({ id: Number(route.params["id"]) }),
    },
  ],
};
