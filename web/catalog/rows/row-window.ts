// The known rows of a list: adjacent pages, loaded by keyset cursor. Only a limited number of pages stays in memory. Pages are never
// read by OFFSET. Reading begins at the start of the list or somewhere in the middle, and continues page by page in both directions.
// Until the start has been reached, the number of the first known row is an estimate.

export interface RowPage<T> {
  items: T[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

/** The position at which the loader starts to read the list. */
export interface Entry {
  /** null = begin at the SKU `from` or, if `from` is not set, at the start of the list. */
  cursor: string | null;
  from?: string | null;
  /** Estimated number of rows before this position. */
  row: number;
}

/** Largest number of pages in memory. 60 pages of 200 rows are about 12 MB of products, or a few seconds of scrolling. */
const MAX_PAGES = 60;
/** Number of rows to load beyond the viewport. */
const AHEAD = 400;
/** Number that denotes the page before the first known page, because that page has no number of its own yet. */
const PREVIOUS_PAGE = -1;

export interface MissingPage {
  page: number;
  cursor: string | null;
  /** The SKU of the page's first row, if the loader starts with this page and at a SKU; otherwise null. */
  from: string | null;
}

interface Page<T> {
  cursor: string | null;
  /** `forward`: the page starts after the previous page. `backward`: it ends before the next page. `entry`: the loader
   * started with this page. */
  direction: "forward" | "backward" | "entry";
  /** Number of rows in the page. It stays known when the rows are evicted from memory. */
  length: number;
  /** The rows; null if they are not loaded or were evicted. */
  items: T[] | null;
  /** Whether the rows are outdated. They are shown until the page has been loaded again. */
  is_expired: boolean;
  /** Whether the page has been loaded at least once. Until then, its length is unknown. */
  was_loaded: boolean;
}

export class RowWindow<T> {
  /** Adjacent pages in list order. If the last page is not loaded yet, its cursor is known and its length is 0. */
  private readonly pages: Page<T>[];
  private rowsBefore: number;
  /** Cursor of the page before `pages[0]`; null if `pages[0]` is at the start of the list. */
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
    return this.complete && this.is_start_known;
  }

  /** Whether the row numbers are exact. They are estimates until the start of the list has been reached. */
  get is_start_known(): boolean {
    return this.previousCursor === null && this.rowsBefore === 0;
  }

  /** Row number of the first known row. The row itself may have been evicted. */
  get first(): number {
    return this.rowsBefore;
  }

  /** Number of rows from the start of the list to the last known row. Includes rows that are not in memory. */
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

  /** The pages that must be loaded to show rows `first` to `last`, nearest to the viewport first. */
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
   * @returns the amount to add to every row number; may be negative */
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

  /** Sets the estimated number of rows before the first known page, unless the exact number is known.
   * @returns the amount to add to every row number; may be negative */
  rebase(row: number): number {
    if (this.previousCursor === null) return 0;
    const moved = row - this.rowsBefore;
    this.rowsBefore = row;
    return moved;
  }

  /** Marks all pages as outdated. The rows of an outdated page are still shown until the page is near the viewport and is loaded again. */
  expire(): void {
    for (const page of this.pages) page.is_expired = page.items !== null;
  }

  /** Replaces rows in place. Returns whether any row was replaced. */
  replace(matches: (row: T) => boolean, change: (row: T) => T): boolean {
    let changed = false;
    for (const page of this.pages) {
      if (!page.items?.some(matches)) continue;
      page.items = page.items.map((row) => (matches(row) ? change(row) : row));
      changed = true;
    }
    return changed;
  }

  /** Inserts rows below the first row that matches, so that the rows below them move down. Returns whether there is such a row. */
  insertBelow(matches: (row: T) => boolean, added: readonly T[]): boolean {
    const page = this.pages.find(({ items }) => items?.some(matches) === true);
    if (!page?.items) return false;
    page.items = page.items.toSpliced(page.items.findIndex(matches) + 1, 0, ...added);
    page.length = page.items.length;
    return true;
  }

  /** Removes rows, so that the rows below move up. Returns the number of removed rows. */
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

  /** Links a loaded page to the next one. If the loaded page ends at a different cursor than before, rows were added or removed, so the
   * pages after it are dropped and loaded again from the new cursor. */
  private linkNext(page: number, cursor: string | null): void {
    if (this.pages[page + 1]?.cursor === (cursor ?? undefined)) return;
    this.pages.length = page + 1;
    if (cursor !== null) this.pages.push(pageAt(cursor, "forward"));
  }

  /** Links a loaded page to the previous one. If the loaded page starts at a different cursor than before, the pages before it are
   * dropped. */
  private linkPrevious(page: number, cursor: string | null): void {
    if (page > 0 && this.pages[page - 1]?.cursor === cursor) return;
    this.rowsBefore = this.startOf(page);
    this.pages.splice(0, page);
    this.previousCursor = cursor;
  }

  /** Sets the number of rows before the first known page to 0 once the start of the list is known, or if the estimate became negative.
   * @returns the amount to add to every row number; may be negative */
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
