// Views that the reader has named: what is searched, how it is sorted, which columns; kept in this browser.
import { useStorage } from "@vueuse/core";

export interface SavedView {
  name: string;
  /** The view's part of the address, as it is after the question mark. */
  query: Record<string, string>;
}

/** More would be a list nobody reads, and browser storage is small. */
const MOST = 50;

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

/** A name stands once: saving under it again replaces the view where it stands. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const known = views.findIndex(({ name }) => name === view.name);
  if (known !== -1) return views.with(known, view);
  return [...views, view].slice(-MOST);
}
