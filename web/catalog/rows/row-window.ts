// The known rows of a list: adjacent pages, loaded by keyset cursor, of which a limited number stays in memory. The list never uses
// OFFSET. It is entered at its start or somewhere in the middle, and then read page by page in both directions. Until the start has
// been reached, the number of the first known row is an estimate.

export interface RowPage<T> {
  items: T[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

/** Where reading the list begins. */
export interface Entry {
  /** null = at the start, or at the SKU `from`. */
  cursor: string | null;
  from?: string | null;
  /** Estimated number of rows before the entry. */
  row: number;
}

/** 60 pages of 200 rows: about 12 MB of products, a few seconds of scrolling. */
const MAX_PAGES = 60;
/** Rows loaded beyond the viewport. */
const AHEAD = 400;
/** The number of the page before the first known page. */
const PREVIOUS_PAGE = -1;

export interface MissingPage {
  page: number;
  cursor: string | null;
  /** The SKU where the list is entered. */
  from: string | null;
}

interface Page<T> {
  cursor: string | null;
  /** `forward`: starts after the previous page. `backward`: ends before the next page. `entry`: the list was entered here. */
  direction: "forward" | "backward" | "entry";
  /** Number of rows; remains known when the rows themselves are evicted. */
  length: number;
  /** null = not loaded, or evicted. */
  items: T[] | null;
  /** Outdated: shown until it has been loaded again. */
  is_expired: boolean;
  /** False for the page after the last loaded page, whose length is still unknown. */
  was_loaded: boolean;
}

export class RowWindow<T> {
  /** In list order, without gaps. The last page may be known by its cursor only, with length 0. */
  private readonly pages: Page<T>[];
  private rowsBefore: number;
  /** Cursor of the page before the first one; null if the first page starts the list. */
  private previousCursor: string | null = null;
  private readonly from: string | null;

  constructor({ cursor, row, from = null }: Entry = { cursor: null, row: 0 }) {
    this.from = from;
    this.pages = [pageAt(cursor, "entry")];
    this.rowsBefore = row;
  }

  /** Whether the end of the list is known. */
  get complete(): boolean {
    return this.pages.at(-1)?.was_loaded === true;
  }

  /** Whether the whole list is known, from start to end. */
  get is_whole(): boolean {
    return this.complete && this.previousCursor === null && this.rowsBefore === 0;
  }

  /** Number of the first known row, which may be evicted. */
  get first(): number {
    return this.rowsBefore;
  }

  /** Number of rows up to the last known one, including evicted rows and those before the first page. */
  get count(): number {
    return this.rowsBefore + this.knownRows;
  }

  get is_empty(): boolean {
    return this.is_whole && this.count === 0;
  }

  rowAt(index: number): T | undefined {
    const found = this.locate(index);
    return found && this.pages[found.page]?.items?.[found.offset];
  }

  /** The pages to load to show rows `first` to `last`, nearest first. */
  missingPages(first: number, last: number): MissingPage[] {
    const nearest = this.locate(Math.max(this.rowsBefore, first - AHEAD / 2))?.page ?? 0;
    const missing: (MissingPage & { distance: number })[] = [];
    let start = this.startOf(nearest);
    for (let page = nearest; page < this.pages.length && start <= last + AHEAD; page += 1) {
      const { cursor, items, length, is_expired, direction } = this.pages[page] as Page<T>;
      const fromSku = direction === "entry" ? this.from : null;
      const distance = start > last ? start - last : Math.max(0, first - start - length);
      if (items === null || is_expired) missing.push({ page, cursor, from: fromSku, distance });
      start += length;
    }
    if (this.previousCursor !== null && first - this.rowsBefore < AHEAD / 2)
      missing.push({
        page: PREVIOUS_PAGE,
        cursor: this.previousCursor,
        from: null,
        distance: Math.max(0, first - this.rowsBefore),
      });
    return missing.sort((a, b) => a.distance - b.distance).map(({ distance: _, ...page }) => page);
  }

  /** Whether rows `first` to `last` are so far from the known rows that reaching them page by page would take too long. */
  isFar(first: number, last: number): boolean {
    if (!this.complete && first > this.count + AHEAD) return true;
    return this.previousCursor !== null && last < this.rowsBefore - AHEAD;
  }

  /** Stores a loaded page. Rows `first` to `last` are in the viewport and are never evicted.
   * @returns how far the numbers of the rows in the viewport have increased */
  put(page: number, { items, next_cursor, previous_cursor }: RowPage<T>, first: number, last: number): number {
    if (page === PREVIOUS_PAGE) this.pages.unshift(pageAt(this.previousCursor, "backward"));
    const number = Math.max(page, 0);
    const target = this.pages[number];
    if (target === undefined) return 0;
    const grown = items.length - target.length;
    Object.assign(target, { items, length: items.length, is_expired: false, was_loaded: true });
    if (target.direction !== "backward") this.linkNext(number, next_cursor);
    if (target.direction !== "forward") this.linkPrevious(number, previous_cursor);
    if (target.direction === "backward") this.rowsBefore -= grown;
    const moved = this.correctStart();
    this.evict(first + moved, last + moved);
    return moved;
  }

  /** Sets the estimated number of rows before the first page, unless the exact number is known.
   * @returns how far the numbers of all rows have increased */
  rebase(row: number): number {
    if (this.previousCursor === null) return 0;
    const moved = row - this.rowsBefore;
    this.rowsBefore = row;
    return moved;
  }

  /** Marks all pages as outdated. They are shown until they enter the viewport and are loaded again. */
  expire(): void {
    for (const page of this.pages) page.is_expired = page.items !== null;
  }

  /** Replaces rows in place. */
  replace(matches: (row: T) => boolean, change: (row: T) => T): boolean {
    let changed = false;
    for (const page of this.pages) {
      if (!page.items?.some(matches)) continue;
      page.items = page.items.map((row) => (matches(row) ? change(row) : row));
      changed = true;
    }
    return changed;
  }

  /** Removes rows; the rows below move up. */
  remove(matches: (row: T) => boolean): number {
    let removed = 0;
    for (const page of this.pages) {
      if (!page.items?.some(matches)) continue;
      const left = page.items.filter((row) => !matches(row));
      removed += page.items.length - left.length;
      page.items = left;
      page.length = left.length;
    }
    return removed;
  }

  /** The rows in memory, in list order. */
  loaded(): T[] {
    return this.pages.flatMap(({ items }) => items ?? []);
  }

  private get knownRows(): number {
    return this.pages.reduce((sum, { length }) => sum + length, 0);
  }

  /** If the page now ends at another cursor, rows have come or gone: drop the pages after it and read them again from there. */
  private linkNext(page: number, cursor: string | null): void {
    if (this.pages[page + 1]?.cursor === (cursor ?? undefined)) return;
    this.pages.length = page + 1;
    if (cursor !== null) this.pages.push(pageAt(cursor, "forward"));
  }

  /** Does the same for the pages before it. */
  private linkPrevious(page: number, cursor: string | null): void {
    if (page > 0 && this.pages[page - 1]?.cursor === cursor) return;
    this.rowsBefore = this.startOf(page);
    this.pages.splice(0, page);
    this.previousCursor = cursor;
  }

  /** Sets the number of rows before the first page to 0 once the start of the list is known, or if the estimate became negative.
   * @returns how far the numbers of all rows have increased */
  private correctStart(): number {
    if (this.rowsBefore === 0 || (this.previousCursor !== null && this.rowsBefore > 0)) return 0;
    const moved = -this.rowsBefore;
    this.rowsBefore = 0;
    return moved;
  }

  private startOf(page: number): number {
    let start = this.rowsBefore;
    for (let i = 0; i < page; i += 1) start += this.pages[i]?.length ?? 0;
    return start;
  }

  private locate(index: number): { page: number; offset: number } | undefined {
    let start = this.rowsBefore;
    if (index < start) return undefined;
    for (const [page, { length }] of this.pages.entries()) {
      if (index < start + length) return { page, offset: index - start };
      start += length;
    }
    return undefined;
  }

  /** Frees the rows of the pages farthest from the viewport. */
  private evict(first: number, last: number): void {
    const loaded = this.pages.flatMap((page, number) => (page.items === null ? [] : [number]));
    if (loaded.length <= MAX_PAGES) return;
    const middle = this.locate(Math.floor((first + last) / 2))?.page ?? this.pages.length - 1;
    const farthest = loaded.sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const number of farthest.slice(0, loaded.length - MAX_PAGES)) (this.pages[number] as Page<T>).items = null;
  }
}

const pageAt = <T>(cursor: string | null, direction: Page<T>["direction"]): Page<T> => ({
  cursor,
  direction,
  length: 0,
  items: null,
  is_expired: false,
  was_loaded: false,
});
