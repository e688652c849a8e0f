// Which rows are in sight at a scroll position. Browsers clamp an element's height (Firefox at about 17.9 M px), so the
// spacer stops at 8 M px; beyond that a pixel stands for more than a pixel.

const HIGHEST_PX = 8_000_000;

export interface ScrollMap {
  /** Height of the spacer, without the header. */
  height: number;
  /** How many pixels of rows one pixel of the scrollbar moves; 1 up to the cap. */
  scale: number;
}

export function scrollMap(rows: number, rowHeight: number, viewport: number): ScrollMap {
  const whole = rows * rowHeight;
  if (whole <= HIGHEST_PX) return { height: whole, scale: 1 };
  return { height: HIGHEST_PX, scale: (whole - viewport) / (HIGHEST_PX - viewport) };
}

export interface Viewport {
  /** First row that is drawn. */
  first: number;
  /** Row after the last that is drawn. */
  end: number;
  /** How far the drawn rows are moved up, in px: the part of the first one that is out of sight. */
  shift: number;
}

/** @param pxAbove of rows, above the screen's upper edge */
export function rowsInViewport(pxAbove: number, rows: number, rowHeight: number, viewport: number): Viewport {
  const top = Math.max(0, Math.min(pxAbove, rows * rowHeight - viewport));
  const first = Math.floor(top / rowHeight);
  return { first, end: Math.min(rows, first + Math.ceil(viewport / rowHeight) + 1), shift: top - first * rowHeight };
}

/** Px of rows above, after a row was brought wholly into sight; as it is when the row is there already. */
export function scrollToRow(pxAbove: number, row: number, rowHeight: number, viewport: number): number {
  const rowTop = row * rowHeight;
  if (rowTop < pxAbove) return rowTop;
  if (rowTop + rowHeight > pxAbove + viewport) return rowTop + rowHeight - viewport;
  return pxAbove;
}

/** A scrollbar that is dragged moves by more between two frames, once its pixels stand for more; wheel and finger by less. */
const LEAP_SCREENS = 3;

export const isLeap = (map: ScrollMap, by: number, viewport: number): boolean =>
  map.scale > 1 && Math.abs(by) > viewport * LEAP_SCREENS;

/** Px of rows above, after the scroll position went from one to another: a wheel moves rows by as many pixels as ever, a drag goes
 * to where the scrollbar is. */
export function scrolled(map: ScrollMap, pxAbove: number, from: number, to: number, viewport: number): number {
  if (map.scale === 1) return to;
  return isLeap(map, to - from, viewport) ? to * map.scale : pxAbove + to - from;
}
