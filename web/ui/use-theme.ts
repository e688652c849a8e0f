// Light, dark, or as the system says; remembered in this browser and kept in step between tabs.
import { useColorMode } from "@vueuse/core";

export const THEMES = [
  { value: "auto", icon: "i-lucide-monitor" },
  { value: "light", icon: "i-lucide-sun" },
  { value: "dark", icon: "i-lucide-moon" },
] as const;

export const useTheme = () => ({ theme: useColorMode({ storageKey: "skuport-theme" }).store });
