// Tasks that the dock shows besides imports and operations, such as this tab's uploads.
import { computed, onScopeDispose, shallowReactive } from "vue";

export interface DockItem {
  key: string;
  title: string;
  /** The current phase and its progress. */
  detail: string;
  tone: "running" | "waiting" | "done" | "failed";
  /** Progress from 0 to 1; null hides the bar. */
  fraction: number | null;
  /** Name of the progress bar for screen readers. */
  label: string;
  /** Path of the details page; the dock hides the item while that page is open. */
  to?: string;
  /** A button, such as try again or undo. */
  action?: { label: string; run: () => unknown };
  /** The close button: its accessible label and its action. */
  close?: { label: string; run: () => unknown };
}

const sources = shallowReactive(new Set<() => DockItem[]>());

export const docked = computed(() => [...sources].flatMap((source) => source()));

/** Adds items to the dock while the component is mounted. */
export function useDock(source: () => DockItem[]): void {
  sources.add(source);
  onScopeDispose(() => sources.delete(source));
}
