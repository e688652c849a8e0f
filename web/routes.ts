// Which address shows which page; each room is loaded when it is first entered.
import { createRouter, createWebHistory, type Router } from "vue-router";

export function createPageRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- what replaces it is experimental
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: "/", redirect: "/imports" },
      { path: "/imports", name: "imports", component: () => import("./imports/ImportsPage.vue") },
      {
        path: "/imports/:id(\\d+)",
        name: "import",
        component: () => import("./imports/ImportPage.vue"),
        props: (route) => ({ id: Number(route.params["id"]) }),
      },
      { path: "/:rest(.*)*", name: "nowhere", component: () => import("./kit/NowherePage.vue") },
    ],
  });
  // Whoever does not see the page change must be taken along: to the start of the new one.
  router.afterEach((to, from) => {
    if (from.matched.length > 0 && to.path !== from.path)
      document.getElementById("main")?.focus({ preventScroll: true });
  });
  return router;
}
