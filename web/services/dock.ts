// Other things under way that the dock shows besides imports and operations, such as this tab's uploads.
import { computed, onScopeDispose, shallowReactive } from "vue";

export interface DockItem {
  key: string;
  title: string;
  /** What is happening, with how much of it is done. */
  detail: string;
  tone: "running" | "waiting" | "done" | "failed";
  /** null: no bar. */
  fraction: number | null;
  /** Name of the bar for screen readers. */
  label: string;
  /** The page that shows more; the dock leaves an item out where that page is open. */
  to?: string;
  /** A button inside: try again, undo. */
  action?: { label: string; run: () => unknown };
  /** The cross: what it does, in words, and doing it. */
  close?: { label: string; run: () => unknown };
}

const sources = shallowReactive(new Set<() => DockItem[]>());

export const docked = computed(() => [...sources].flatMap((source) => source()));

/** While the component is there. */
export function useDock(source: () => DockItem[]): void {
  sources.add(source);
  onScopeDispose(() => sources.delete(source));
}
