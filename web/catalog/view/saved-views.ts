// Saved views. A view is a search, sort order and columns, saved under a name in this browser.
import { useStorage } from "@vueuse/core";

export interface SavedView {
  name: string;
  /** The URL parameters of the view. */
  query: Record<string, string>;
}

/** Largest number of saved views. A longer list would be hard to use, and browser storage is small. */
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

/** Adds a view. If there is a view with the same name, the new one takes its place in the list. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const existing = views.findIndex(({ name }) => name === view.name);
  if (existing !== -1) return views.with(existing, view);
  return [...views, view].slice(-MAX_VIEWS);
}
