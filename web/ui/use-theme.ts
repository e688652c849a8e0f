// Light, dark or system theme; remembered in this browser and shared between its tabs.
import { useColorMode } from "@vueuse/core";

export const THEMES = [
  { value: "auto", icon: "i-lucide-monitor" },
  { value: "light", icon: "i-lucide-sun" },
  { value: "dark", icon: "i-lucide-moon" },
] as const;

export const useTheme = () => ({ theme: useColorMode({ storageKey: "skuport-theme" }).store });
