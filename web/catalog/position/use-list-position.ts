// The position of the list as text, and scrolling by one screen.
import { computed, type Ref } from "vue";
import { positionText } from "./list-position.ts";
import type { Viewport } from "../rows/scroll-map.ts";
import type { Rows } from "../rows/use-rows.ts";

interface Grid {
  rows: Rows;
  scrollRowToTop: (row: number) => void;
  setCursorRow: (row: number) => void;
}

/** @param shown the rows that are shown completely */
export function useListPosition(
  shown: Readonly<Ref<Pick<Viewport, "first" | "end">>>,
  { rows, scrollRowToTop, setCursorRow }: Grid,
) {
  const position = computed(() => {
    const isExact = rows.are_numbers_exact.value && !rows.stale.value;
    return positionText({ ...shown.value, is_exact: isExact }, rows.row_total.value);
  });

  /** Scrolls by one screen. Moves the cursor too, so that the arrow keys continue from a row in the viewport. */
  function scrollByScreen(to: "previous" | "next"): void {
    const { first, end } = shown.value;
    scrollRowToTop(to === "next" ? end : Math.max(0, first - (end - first)));
    setCursorRow(shown.value.first);
  }
  return { position, scrollByScreen };
}
