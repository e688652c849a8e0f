// The rows of the grid in the viewport, from the scroll position and the size of the scroller. In a very long list one pixel of the
// scrollbar stands for several pixels of rows: wheel and touch then move the rows pixel by pixel, and the scrollbar is corrected when
// scrolling ends.
import { computed, nextTick, onScopeDispose, ref, watch, type Ref } from "vue";
import { useElementSize } from "@vueuse/core";
import { isJump, rowsInViewport, scrolled, scrollMap, scrollToRow } from "./scroll-map.ts";

interface Measures {
  rows: Readonly<Ref<number>>;
  row_px: Readonly<Ref<number>>;
  head_px: Readonly<Ref<number>>;
}

/** Scrolling has ended after this pause. */
const SCROLL_END_MS = 150;

export function useViewport(scroller: Readonly<Ref<HTMLElement | null>>, { rows, row_px, head_px }: Measures) {
  const { height } = useElementSize(scroller);
  /** Pixels of rows above the upper edge of the viewport. */
  const above = ref(0);
  const heightPx = computed(() => Math.max(row_px.value, height.value - head_px.value));
  const map = computed(() => scrollMap(rows.value, row_px.value, heightPx.value));
  const viewport = computed(() => rowsInViewport(above.value, rows.value, row_px.value, heightPx.value));
  /** The user is dragging the scrollbar across thousands of rows. */
  const jumping = ref(false);
  /** The scroll position that matches the shown rows. */
  let scrollTop = 0;
  let frame = 0;
  let endTimer: ReturnType<typeof setTimeout> | undefined;

  /** Runs at most once per frame: a wheel sends more events. */
  function onScroll(): void {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      const now = scroller.value?.scrollTop ?? 0;
      if (Math.abs(now - scrollTop) < 1) return;
      jumping.value = isJump(map.value, now - scrollTop, heightPx.value);
      show(scrolled({ map: map.value, above_px: above.value, viewport_px: heightPx.value }, scrollTop, now));
      scrollTop = now;
      clearTimeout(endTimer);
      // At either end of the scrollbar correct it at once: otherwise the user could not scroll on to the remaining rows.
      if (now < 1 || now >= map.value.height - heightPx.value - 1) onScrollEnd();
      else endTimer = setTimeout(onScrollEnd, SCROLL_END_MS);
    });
  }

  function onScrollEnd(): void {
    jumping.value = false;
    syncScrollbar();
  }

  const show = (px: number): void => {
    above.value = Math.max(0, Math.min(px, rows.value * row_px.value - heightPx.value));
  };

  /** Moves the scrollbar to the position of the shown rows. */
  function syncScrollbar(): void {
    const { value: element } = scroller;
    if (!element) return;
    const wanted = above.value / map.value.scale;
    if (Math.abs(wanted - element.scrollTop) >= 1) element.scrollTo({ top: wanted });
    scrollTop = element.scrollTop;
  }

  /** Waits for the next tick, when the spacer has its new height. */
  function scrollTo(px: number): void {
    show(px);
    void nextTick(syncScrollbar);
  }

  const showRow = (row: number): void => scrollTo(scrollToRow(above.value, row, row_px.value, heightPx.value));
  const scrollRowToTop = (row: number): void => scrollTo(row * row_px.value);
  /** The row numbers have changed: keeps the same rows in the viewport. */
  const moveRows = (by: number): void => {
    above.value = Math.max(0, above.value + by * row_px.value);
    void nextTick(syncScrollbar);
  };

  // When the row height changes, the top row stays at the top.
  watch(row_px, (now, before) => {
    above.value = (above.value / before) * now;
  });
  // `post`: the spacer has its new height by then.
  watch(map, syncScrollbar, { flush: "post" });
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
    clearTimeout(endTimer);
  });
  const pageRows = computed(() => Math.max(1, Math.floor(heightPx.value / row_px.value) - 1));
  return { map, viewport, height, page_rows: pageRows, jumping, onScroll, showRow, scrollRowToTop, moveRows };
}
