import type { Section } from "../services/section.ts";
import { t } from "../texts/t.ts";

export const catalog: Section = {
  path: "/products",
  label: "shell.sections.products",
  icon: "i-lucide-package",
  key: "p",
  routes: [
    { path: "/products", name: "products", component: () => import("./ProductsPage.vue"), meta: { full: true } },
  ],
  search: (go) => ({
    id: "products",
    heading: t("catalog.title"),
    search: async (term, signal) => (await import("./rows/find-product.ts")).findProducts(term, signal, go),
  }),
};
