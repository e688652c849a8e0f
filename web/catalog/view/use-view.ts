// The view stored in the URL, so that the back button, a reload and a shared link show the same list.
import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";
import { formatView, parseView, type View } from "./view.ts";

export function useView() {
  const route = useRoute();
  const router = useRouter();
  const view = computed(() => parseView(route.query));

  /** @param push adds a step to the browser history, so that the back button reverts the change */
  async function change(part: Partial<View>, push = false): Promise<void> {
    // A new search or sort order starts at the top of the list.
    const from = part.terms || part.accents || part.sort || part.fold !== undefined ? null : view.value.from;
    const query = formatView({ ...view.value, from, ...part });
    if (JSON.stringify(query) === JSON.stringify(formatView(view.value))) return;
    await (push ? router.push({ query }) : router.replace({ query }));
  }

  /** Applies a saved view. The product that is open stays open, because views do not include it. */
  const apply = (query: Record<string, string>): Promise<void> =>
    change({ ...parseView(query), open: view.value.open }, true);
  const shareable = computed(() => formatView({ ...view.value, from: null, open: null }));
  return { view, change, apply, shareable };
}
