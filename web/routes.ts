// Which address shows which page; each room is loaded when it is first entered.
import { createRouter, createWebHistory, type Router } from "vue-router";
import { catalog } from "./catalog/section.ts";
import { changesets } from "./changesets/section.ts";
import { imports } from "./imports/section.ts";
import type { Section } from "./services/section.ts";
import { settings } from "./settings/section.ts";
import { webhooks } from "./webhooks/section.ts";

/** In the navigation's order; the first is where the start page leads once there are products. A new room is one more. */
export const SECTIONS: readonly Section[] = [catalog, imports, changesets, webhooks, settings];

export function createPageRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what replaces it is experimental
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
    routes: [
      {
        path: "/",
        name: "start",
        component: () => import("./imports/FirstUsePage.vue"),
        props: { products_path: SECTIONS[0]?.path ?? "/imports" },
      },
      ...SECTIONS.flatMap(({ routes }) => routes),
      { path: "/:rest(.*)*", name: "nowhere", component: () => import("./ui/NotFoundPage.vue") },
    ],
  });
  // Whoever does not see the page change must be taken along: to the start of the new one.
  router.afterEach((to, from) => {
    if (from.matched.length > 0 && to.path !== from.path)
      document.getElementById("main")?.focus({ preventScroll: true });
  });
  return router;
}
