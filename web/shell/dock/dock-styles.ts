import type { DockItem } from "../../services/dock.ts";

/** Icon and colour of each state. */
export const DOCK_STYLES: Record<DockItem["tone"], { icon: string; ink: string }> = {
  running: { icon: "i-lucide-loader-circle", ink: "text-primary animate-spin" },
  waiting: { icon: "i-lucide-clock", ink: "text-muted" },
  done: { icon: "i-lucide-circle-check", ink: "text-success" },
  failed: { icon: "i-lucide-circle-alert", ink: "text-error" },
};
