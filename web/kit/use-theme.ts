// Light, dark, or as the system says; remembered in this browser and kept in step between tabs.
import { useColorMode } from "@vueuse/core";

export const THEMES = [
  { value: "auto", label: "As the system", icon: "i-lucide-monitor" },
  { value: "light", label: "Light", icon: "i-lucide-sun" },
  { value: "dark", label: "Dark", icon: "i-lucide-moon" },
] as const;

export const useTheme = () => ({ theme: useColorMode({ storageKey: "skuport-theme" }).store });
