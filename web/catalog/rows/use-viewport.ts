// Computes which rows of the grid are in the viewport, from the scroll position and the size of the scroller. In a very long list, one
// pixel of the scrollbar corresponds to several pixels of rows. In such a list, wheel and touch move the rows pixel by pixel, and the
// scrollbar is corrected when scrolling ends.
import { computed, nextTick, onScopeDispose, ref, watch, type Ref } from "vue";
import { useElementSize } from "@vueuse/core";
import { completeRows, isJump, rowsInViewport, scrolled, scrollMap, scrollToRow } from "./scroll-map.ts";

interface Measures {
  rows: Readonly<Ref<number>>;
  row_px: Readonly<Ref<number>>;
  head_px: Readonly<Ref<number>>;
}

/** Scrolling counts as ended after this pause. */
const SCROLL_END_MS = 150;

export function useViewport(scroller: Readonly<Ref<HTMLElement | null>>, { rows, row_px, head_px }: Measures) {
  const { height } = useElementSize(scroller);
  /** Height of all rows above the viewport, in pixels. */
  const above = ref(0);
  const heightPx = computed(() => Math.max(row_px.value, height.value - head_px.value));
  const map = computed(() => scrollMap(rows.value, row_px.value, heightPx.value));
  const viewport = computed(() => rowsInViewport(above.value, rows.value, row_px.value, heightPx.value));
  const complete = computed(() => completeRows(above.value, rows.value, row_px.value, heightPx.value));
  /** Whether the user is dragging the scrollbar across thousands of rows. */
  const jumping = ref(false);
  /** The scroll position that matches the shown rows. */
  let scrollTop = 0;
  let frame = 0;
  let endTimer: ReturnType<typeof setTimeout> | undefined;

  /** Handles scroll events, at most one per frame: a mouse wheel can cause several events per frame. */
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
      // At the top or bottom of the scrollbar, correct its position immediately. Otherwise, the user could not reach the remaining rows.
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

  /** Scrolls to a height. The scrollbar follows in the next tick, when the spacer has its new height. */
  function scrollTo(px: number): void {
    show(px);
    void nextTick(syncScrollbar);
  }

  const showRow = (row: number): void => scrollTo(scrollToRow(above.value, row, row_px.value, heightPx.value));
  const scrollRowToTop = (row: number): void => scrollTo(row * row_px.value);
  /** Keeps the same rows in the viewport after `by` was added to all row numbers. */
  const moveRows = (by: number): void => {
    above.value = Math.max(0, above.value + by * row_px.value);
    void nextTick(syncScrollbar);
  };

  // When the row height changes, the top row stays at the top.
  watch(row_px, (now, before) => {
    above.value = (above.value / before) * now;
  });
  // `flush: "post"` runs the callback after rendering, when the spacer has its new height.
  watch(map, syncScrollbar, { flush: "post" });
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
    clearTimeout(endTimer);
  });
  const pageRows = computed(() => Math.max(1, Math.floor(heightPx.value / row_px.value) - 1));
  return { map, viewport, complete, height, page_rows: pageRows, jumping, onScroll, showRow, scrollRowToTop, moveRows };
}
