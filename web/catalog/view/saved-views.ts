// Saved views: search, sort order and columns under a name, stored in this browser.
import { useStorage } from "@vueuse/core";

export interface SavedView {
  name: string;
  /** The URL parameters of the view. */
  query: Record<string, string>;
}

/** A longer list would be hard to use, and browser storage is small. */
const MAX_VIEWS = 50;

export function useSavedViews() {
  const views = useStorage<SavedView[]>("skuport-product-views", []);
  const save = (view: SavedView): void => {
    views.value = withView(views.value, view);
  };
  const remove = (name: string): void => {
    views.value = views.value.filter((view) => view.name !== name);
  };
  return { views, save, remove };
}

/** Adds a view. A view with the same name is replaced in place. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const existing = views.findIndex(({ name }) => name === view.name);
  if (existing !== -1) return views.with(existing, view);
  return [...views, view].slice(-MAX_VIEWS);
}
