// The row height, remembered in this browser. Tables read it from `--row` (style.css) or `row_px`.
import { computed, watchEffect } from "vue";
import { useStorage } from "@vueuse/core";

export const DENSITIES = ["comfortable", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

const density = useStorage<Density>("skuport-density", "comfortable");
const rowPx = computed(() => (density.value === "compact" ? 32 : 40));

if ("document" in globalThis) watchEffect(() => (document.documentElement.dataset["density"] = density.value));

export const useDensity = () => ({ density, row_px: rowPx });
