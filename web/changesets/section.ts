import type { Section } from "../services/section.ts";

export const changesets: Section = {
  path: "/changes",
  label: "shell.sections.changes",
  icon: "i-lucide-history",
  key: "c",
  routes: [
    { path: "/changes", name: "changes", component: () => import("./ChangesPage.vue") },
    {
      path: "/changes/:id(\\d+)",
      name: "change",
      component: () => import("./ChangesetPage.vue"),
      props: ({ params }) => ({ id: Number(params["id"]) }),
    },
  ],
};
