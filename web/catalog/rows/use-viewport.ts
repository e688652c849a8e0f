// Which rows of the grid are in sight: follows the scroll position and the size of the scroller. Where a pixel of the scrollbar
// stands for more than one, wheel and finger move the rows by their own measure; the scrollbar is put right once they rest.
import { computed, nextTick, onScopeDispose, ref, watch, type Ref } from "vue";
import { useElementSize } from "@vueuse/core";
import { isLeap, rowsInViewport, scrolled, scrollMap, scrollToRow } from "./scroll-map.ts";

interface Measures {
  rows: Readonly<Ref<number>>;
  row_px: Readonly<Ref<number>>;
  head_px: Readonly<Ref<number>>;
}

/** Nobody scrolls any more. */
const REST_MS = 150;

export function useViewport(scroller: Readonly<Ref<HTMLElement | null>>, { rows, row_px, head_px }: Measures) {
  const { height } = useElementSize(scroller);
  /** Px of rows above the screen's upper edge. */
  const above = ref(0);
  const viewport = computed(() => Math.max(row_px.value, height.value - head_px.value));
  const map = computed(() => scrollMap(rows.value, row_px.value, viewport.value));
  const sight = computed(() => rowsInViewport(above.value, rows.value, row_px.value, viewport.value));
  /** The scrollbar is being dragged over rows by the thousand. */
  const leaping = ref(false);
  /** The scroll position that belongs to what is shown. */
  let at = 0;
  let frame = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;

  /** At most once a frame: a wheel sends more. */
  function onScroll(): void {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      const now = scroller.value?.scrollTop ?? 0;
      if (Math.abs(now - at) < 1) return;
      leaping.value = isLeap(map.value, now - at, viewport.value);
      show(scrolled(map.value, above.value, at, now, viewport.value));
      at = now;
      clearTimeout(rest);
      // At the scrollbar's end there may be rows left that only it can lead to.
      if (now < 1 || now >= map.value.height - viewport.value - 1) comeToRest();
      else rest = setTimeout(comeToRest, REST_MS);
    });
  }

  function comeToRest(): void {
    leaping.value = false;
    place();
  }

  const show = (px: number): void => {
    above.value = Math.max(0, Math.min(px, rows.value * row_px.value - viewport.value));
  };

  /** Puts the scrollbar where it belongs. */
  function place(): void {
    const { value: element } = scroller;
    if (!element) return;
    const wanted = above.value / map.value.scale;
    if (Math.abs(wanted - element.scrollTop) >= 1) element.scrollTo({ top: wanted });
    at = element.scrollTop;
  }

  /** The spacer may have another height by then. */
  function scrollTo(px: number): void {
    show(px);
    void nextTick(place);
  }

  const showRow = (row: number): void => scrollTo(scrollToRow(above.value, row, row_px.value, viewport.value));
  const putOnTop = (row: number): void => scrollTo(row * row_px.value);
  /** The rows in sight have other numbers, and stay in sight. */
  const moveRows = (by: number): void => {
    above.value = Math.max(0, above.value + by * row_px.value);
    void nextTick(place);
  };

  // Rows of another height: the row on top stays on top.
  watch(row_px, (now, before) => {
    above.value = (above.value / before) * now;
  });
  // The spacer has its new height by then.
  watch(map, place, { flush: "post" });
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
    clearTimeout(rest);
  });
  const pageRows = computed(() => Math.max(1, Math.floor(viewport.value / row_px.value) - 1));
  return { map, sight, height, page_rows: pageRows, leaping, onScroll, showRow, putOnTop, moveRows };
}
