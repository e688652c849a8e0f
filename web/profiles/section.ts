import type { Section } from "../services/section.ts";

export const profiles: Section = {
  path: "/profiles",
  label: "shell.sections.profiles",
  icon: "i-lucide-file-cog",
  key: "f",
  routes: [
    { path: "/profiles", name: "profiles", component: () => import("./ProfilesPage.vue") },
    // The path looks like the tab “new” of a profile called “-”, but no profile has such a tab.
    {
      path: "/profiles/-/new",
      name: "new-profile",
      component: () => import("./NewProfilePage.vue"),
      meta: { role: "importer" },
    },
    {
      path: "/profiles/:name/:tab(mapping|tests|try|text|versions)?",
      name: "profile",
      component: () => import("./ProfilePage.vue"),
      props: ({ params }) => ({ name: String(params["name"]), tab: params["tab"] || "mapping" }),
    },
  ],
};
