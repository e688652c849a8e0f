// The view that the address says, and the way to change it: whoever goes back, reloads or shares a link sees the same.
import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";
import { formatView, parseView, type View } from "./view.ts";

export function useView() {
  const route = useRoute();
  const router = useRouter();
  const view = computed(() => parseView(route.query));

  /** `push` makes a step that the browser's back button takes back. */
  async function change(part: Partial<View>, push = false): Promise<void> {
    // Another list is shown from its start.
    const from = part.terms || part.sort ? null : view.value.from;
    const query = formatView({ ...view.value, from, ...part });
    if (JSON.stringify(query) === JSON.stringify(formatView(view.value))) return;
    await (push ? router.push({ query }) : router.replace({ query }));
  }

  /** A saved view: all but the open product and the place. */
  const apply = (query: Record<string, string>): Promise<void> =>
    change({ ...parseView(query), open: view.value.open }, true);
  const shareable = computed(() => formatView({ ...view.value, from: null, open: null }));
  return { view, change, apply, shareable };
}
