// Which cell shows the cursor of the grid, and which cell is being edited.
import { computed, ref, type Ref } from "vue";
import type { Viewport } from "../rows/scroll-map.ts";
import type { Cursor } from "./grid-cursor.ts";

interface Grid {
  cursor: Readonly<Ref<Cursor>>;
  viewport: Readonly<Ref<Pick<Viewport, "first" | "end">>>;
  columns: Readonly<Ref<readonly string[]>>;
  edited: Readonly<Ref<Cursor | null>>;
}

export function useShownCursor({ cursor, viewport, columns, edited }: Grid) {
  const focused = ref(false);
  /** The id of the element of the cursor's cell, for screen readers. */
  const activeId = computed(() =>
    cursor.value.row >= viewport.value.first && cursor.value.row < viewport.value.end
      ? `cell-${String(cursor.value.row)}-${String(cursor.value.column)}`
      : undefined,
  );
  const activeIn = (index: number): string | null =>
    focused.value && index === cursor.value.row ? (columns.value[cursor.value.column] ?? null) : null;
  const editingIn = (index: number): string | null =>
    edited.value?.row === index ? (columns.value[edited.value.column] ?? null) : null;
  return { focused, activeId, activeIn, editingIn };
}
