// The routes of the page. Each section is loaded when it is first opened.
import { createRouter, createWebHistory, type Router } from "vue-router";
import { account } from "./account/section.ts";
import { audit } from "./audit/section.ts";
import { catalog } from "./catalog/section.ts";
import { changesets } from "./changesets/section.ts";
import { imports } from "./imports/section.ts";
import { profiles } from "./profiles/section.ts";
import type { Section } from "./services/section.ts";
import { SIGN_IN_PATH, SIGN_OUT_PATH } from "./server/identity/next-path.ts";
import { settings } from "./settings/section.ts";
import { users } from "./users/section.ts";
import { webhooks } from "./webhooks/section.ts";

/** The sections in the order of the navigation. The start page redirects to the first section once the catalogue has products. */
export const SECTIONS: readonly Section[] = [
  catalog,
  imports,
  profiles,
  changesets,
  webhooks,
  users,
  audit,
  settings,
  account,
];

export function createPageRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- its replacement is experimental
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
    routes: [
      {
        path: "/",
        name: "start",
        component: () => import("./imports/FirstUsePage.vue"),
        props: { products_path: SECTIONS[0]?.path ?? "/imports" },
      },
      { path: SIGN_IN_PATH, name: "sign-in", component: () => import("./sign-in/SignInPage.vue") },
      { path: SIGN_OUT_PATH, name: "sign-out", component: () => import("./sign-in/SignOutPage.vue") },
      ...SECTIONS.flatMap(({ routes, role }) =>
        routes.map((route) => (role === undefined ? route : { ...route, meta: { ...route.meta, role } })),
      ),
      { path: "/:rest(.*)*", name: "not-found", component: () => import("./ui/pages/NotFoundPage.vue") },
    ],
  });
  // Screen readers do not notice a page change: move the focus to the new page.
  router.afterEach((to, from) => {
    if (from.matched.length > 0 && to.path !== from.path)
      document.getElementById("main")?.focus({ preventScroll: true });
  });
  return router;
}
