import type { Room } from "../kit/room.ts";

export const catalog: Room = {
  path: "/products",
  label: "shell.rooms.products",
  icon: "i-lucide-package",
  key: "p",
  routes: [
    { path: "/products", name: "products", component: () => import("./ProductsPage.vue"), meta: { full: true } },
  ],
};
