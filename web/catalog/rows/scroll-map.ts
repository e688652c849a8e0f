// Maps scroll positions to rows. Browsers limit an element's height (Firefox to about 17.9 million px), so the spacer is at most 8
// million px high. In longer lists, one pixel of the scrollbar corresponds to several pixels of rows.

const MAX_SPACER_PX = 8_000_000;

export interface ScrollMap {
  /** Height of the spacer, without the header. */
  height: number;
  /** Pixels of rows per pixel of the scrollbar; 1 if the spacer is as high as all rows. */
  scale: number;
}

export function scrollMap(rows: number, rowHeight: number, viewportPx: number): ScrollMap {
  const whole = rows * rowHeight;
  if (whole <= MAX_SPACER_PX) return { height: whole, scale: 1 };
  return { height: MAX_SPACER_PX, scale: (whole - viewportPx) / (MAX_SPACER_PX - viewportPx) };
}

export interface Viewport {
  /** Number of the first rendered row. */
  first: number;
  /** Number of the row after the last rendered one. */
  end: number;
  /** Pixels by which the rendered rows are shifted up, because the first one may be partly above the viewport. */
  shift: number;
}

/** The rows to render.
 * @param pxAbove height of all rows above the viewport */
export function rowsInViewport(pxAbove: number, rows: number, rowHeight: number, viewportPx: number): Viewport {
  const top = Math.max(0, Math.min(pxAbove, rows * rowHeight - viewportPx));
  const first = Math.floor(top / rowHeight);
  return { first, end: Math.min(rows, first + Math.ceil(viewportPx / rowHeight) + 1), shift: top - first * rowHeight };
}

/** The rows that are shown completely: the number of the first one, and the number of the row after the last one. A row that exceeds
 * the viewport by half a pixel counts as complete, because of rounding errors. If no row is complete, returns the first row in the
 * viewport. */
export function completeRows(
  pxAbove: number,
  rows: number,
  rowHeight: number,
  viewportPx: number,
): Pick<Viewport, "first" | "end"> {
  const first = Math.max(0, Math.min(Math.ceil((pxAbove - 0.5) / rowHeight), rows - 1));
  const end = Math.min(rows, Math.floor((pxAbove + viewportPx + 0.5) / rowHeight));
  return { first, end: Math.max(end, Math.min(rows, first + 1)) };
}

/** Height of all rows above the viewport after scrolling just enough to show the whole row. */
export function scrollToRow(pxAbove: number, row: number, rowHeight: number, viewportPx: number): number {
  const rowTop = row * rowHeight;
  if (rowTop < pxAbove) return rowTop;
  if (rowTop + rowHeight > pxAbove + viewportPx) return rowTop + rowHeight - viewportPx;
  return pxAbove;
}

/** A dragged scrollbar moves by more viewport heights than this between two frames; wheel and touch do not. */
const JUMP_SCREENS = 3;

export const isJump = (map: ScrollMap, by: number, viewportPx: number): boolean =>
  map.scale > 1 && Math.abs(by) > viewportPx * JUMP_SCREENS;

interface ScrollState {
  map: ScrollMap;
  above_px: number;
  viewport_px: number;
}

/** Height of all rows above the viewport after the scroll position changed from `from` to `to`. Wheel and touch move the rows pixel
 * by pixel; a dragged scrollbar shows the rows at its position. */
export function scrolled({ map, above_px, viewport_px }: ScrollState, from: number, to: number): number {
  if (map.scale === 1) return to;
  return isJump(map, to - from, viewport_px) ? to * map.scale : above_px + to - from;
}
