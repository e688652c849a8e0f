// Which rows of the grid are in sight: follows the scroll position and the size of the scroller.
import { computed, onScopeDispose, ref, watch, type Ref } from "vue";
import { useElementSize } from "@vueuse/core";
import { rowsInSight, scrollMap, scrollToRow } from "./scroll-map.ts";

interface Measures {
  rows: Readonly<Ref<number>>;
  row_px: Readonly<Ref<number>>;
  head_px: Readonly<Ref<number>>;
}

export function useSight(scroller: Readonly<Ref<HTMLElement | null>>, { rows, row_px, head_px }: Measures) {
  const { height } = useElementSize(scroller);
  const scroll_top = ref(0);
  const viewport = computed(() => Math.max(row_px.value, height.value - head_px.value));
  const map = computed(() => scrollMap(rows.value, row_px.value, viewport.value));
  const sight = computed(() => rowsInSight(map.value, scroll_top.value, rows.value, row_px.value, viewport.value));
  let frame = 0;

  /** At most once a frame: a wheel sends more. */
  function onScroll(): void {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      scroll_top.value = scroller.value?.scrollTop ?? 0;
    });
  }

  function scrollTo(top: number): void {
    scroll_top.value = top;
    scroller.value?.scrollTo({ top });
  }

  const showRow = (row: number): void => {
    const top = scrollToRow(map.value, scroll_top.value, row, row_px.value, viewport.value);
    if (top !== scroll_top.value) scrollTo(top);
  };

  // Rows of another height: the row on top stays on top.
  watch(row_px, (now, before) => {
    scrollTo((scroll_top.value / before) * now);
  });
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
  });
  const page_rows = computed(() => Math.max(1, Math.floor(viewport.value / row_px.value) - 1));
  return { map, sight, height, page_rows, onScroll, scrollTo, showRow };
}
