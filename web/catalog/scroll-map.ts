// Which rows are in sight at a scroll position. Browsers clamp an element's height (Firefox at about 17.9 M px), so the
// spacer stops at 8 M px; beyond that a pixel stands for more than a pixel.

const HIGHEST_PX = 8_000_000;

export interface ScrollMap {
  /** Height of the spacer, without the header. */
  height: number;
  /** How many pixels of rows one pixel of the scrollbar moves; 1 up to the cap. */
  scale: number;
}

export function scrollMap(rows: number, row_height: number, viewport: number): ScrollMap {
  const whole = rows * row_height;
  if (whole <= HIGHEST_PX) return { height: whole, scale: 1 };
  return { height: HIGHEST_PX, scale: (whole - viewport) / (HIGHEST_PX - viewport) };
}

export interface Sight {
  /** First row that is drawn. */
  first: number;
  /** Row after the last that is drawn. */
  end: number;
  /** How far the drawn rows are moved up, in px: the part of the first one that is out of sight. */
  shift: number;
}

export function rowsInSight(
  map: ScrollMap,
  scroll_top: number,
  rows: number,
  row_height: number,
  viewport: number,
): Sight {
  const top = Math.max(0, Math.min(scroll_top * map.scale, rows * row_height - viewport));
  const first = Math.floor(top / row_height);
  return { first, end: Math.min(rows, first + Math.ceil(viewport / row_height) + 1), shift: top - first * row_height };
}

/** Where to scroll so that a row is wholly in sight; the position as it is when it is there already. */
export function scrollToRow(
  map: ScrollMap,
  scroll_top: number,
  row: number,
  row_height: number,
  viewport: number,
): number {
  const top = scroll_top * map.scale;
  const row_top = row * row_height;
  if (row_top < top) return row_top / map.scale;
  if (row_top + row_height > top + viewport) return (row_top + row_height - viewport) / map.scale;
  return scroll_top;
}
