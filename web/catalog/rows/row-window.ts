// The rows of a list as far as they are known: neighbouring pages by keyset cursor, a limited number of them in memory. There
// is no OFFSET: the list is entered at its start or somewhere in its middle, and read on from there in both directions. What
// number the first row has is an estimate as long as nobody has read back to the start.

export interface RowPage<T> {
  items: T[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

/** Where the list is entered. */
export interface Entry {
  /** null = at its start, or at the SKU. */
  cursor: string | null;
  from?: string | null;
  /** About so many rows stand before it. */
  row: number;
}

/** 60 pages of 200 rows: about 12 MB of products, a few seconds of scrolling. */
const PAGES_KEPT = 60;
/** Rows that are asked for before they come into sight. */
const AHEAD = 400;
/** The number of the page before the first. */
const BEFORE = -1;

export interface Wanted {
  page: number;
  cursor: string | null;
  /** The SKU where the list is entered. */
  from: string | null;
}

interface Page<T> {
  cursor: string | null;
  /** How it was reached: it goes on behind the page before, ends before the page behind, or is where the list was entered. */
  way: "forth" | "back" | "entry";
  /** How many rows it has; known also while the rows themselves are let go. */
  length: number;
  items: T[] | null;
  /** It is shown as it is until it has been loaded again. */
  is_expired: boolean;
  /** Its length is known; false for the page behind the frontier. */
  was_loaded: boolean;
}

export class RowWindow<T> {
  /** In list order, without gaps; the last one may be known by its cursor alone, with length 0. */
  private readonly pages: Page<T>[];
  /** Rows before the first page. */
  private before: number;
  /** Of the page before the first; null where the list begins with the first. */
  private previous: string | null = null;
  private readonly from: string | null;

  constructor({ cursor, row, from = null }: Entry = { cursor: null, row: 0 }) {
    this.from = from;
    this.pages = [pageAt(cursor, "entry")];
    this.before = row;
  }

  /** Whether the end of the list is known. */
  get complete(): boolean {
    return this.pages.at(-1)?.was_loaded === true;
  }

  /** Whether the list is known from its start to its end. */
  get is_whole(): boolean {
    return this.complete && this.previous === null && this.before === 0;
  }

  /** Number of the first row that is known, let go or not. */
  get first(): number {
    return this.before;
  }

  /** Rows up to the frontier: those that are known, let go or not, and those before them. */
  get count(): number {
    return this.before + this.known;
  }

  get is_empty(): boolean {
    return this.is_whole && this.count === 0;
  }

  rowAt(index: number): T | undefined {
    const found = this.locate(index);
    return found && this.pages[found.page]?.items?.[found.offset];
  }

  /** Numbers and cursors of the pages to load so that rows `first` to `last` can be seen, the nearest first. */
  wanted(first: number, last: number): Wanted[] {
    const nearest = this.locate(Math.max(this.before, first - AHEAD / 2))?.page ?? 0;
    const missing: (Wanted & { distance: number })[] = [];
    let start = this.startOf(nearest);
    for (let page = nearest; page < this.pages.length && start <= last + AHEAD; page += 1) {
      const { cursor, items, length, is_expired, way } = this.pages[page] as Page<T>;
      const fromSku = way === "entry" ? this.from : null;
      const distance = start > last ? start - last : Math.max(0, first - start - length);
      if (items === null || is_expired) missing.push({ page, cursor, from: fromSku, distance });
      start += length;
    }
    if (this.previous !== null && first - this.before < AHEAD / 2)
      missing.push({ page: BEFORE, cursor: this.previous, from: null, distance: Math.max(0, first - this.before) });
    return missing.sort((a, b) => a.distance - b.distance).map(({ distance: _, ...page }) => page);
  }

  /** Whether rows `first` to `last` are far from all that is known: reading on to them would take many pages. */
  isFar(first: number, last: number): boolean {
    if (!this.complete && first > this.count + AHEAD) return true;
    return this.previous !== null && last < this.before - AHEAD;
  }

  /** Puts a page in; `first` and `last` say what is in sight and must stay.
   * @returns by how much the numbers of the rows in sight have become larger */
  put(page: number, { items, next_cursor, previous_cursor }: RowPage<T>, first: number, last: number): number {
    if (page === BEFORE) this.pages.unshift(pageAt(this.previous, "back"));
    const number = Math.max(page, 0);
    const known = this.pages[number];
    if (known === undefined) return 0;
    const grown = items.length - known.length;
    Object.assign(known, { items, length: items.length, is_expired: false, was_loaded: true });
    if (known.way !== "back") this.linkNext(number, next_cursor);
    if (known.way !== "forth") this.linkPrevious(number, previous_cursor);
    if (known.way === "back") this.before -= grown;
    const moved = this.settle();
    this.letGo(first + moved, last + moved);
    return moved;
  }

  /** Takes it that `row` rows stand before the first that is known, unless that is known better.
   * @returns by how much the numbers of all rows have become larger */
  rebase(row: number): number {
    if (this.previous === null) return 0;
    const moved = row - this.before;
    this.before = row;
    return moved;
  }

  /** All pages are wanted again once they are in sight; until then they are shown as they are. */
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

  /** Takes rows out; those below move up. */
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

  /** The rows that are in memory, in order. */
  loaded(): T[] {
    return this.pages.flatMap(({ items }) => items ?? []);
  }

  private get known(): number {
    return this.pages.reduce((sum, { length }) => sum + length, 0);
  }

  /** The end so far, or rows have come or gone since: what follows is asked for anew, from where this page ends now. */
  private linkNext(page: number, cursor: string | null): void {
    if (this.pages[page + 1]?.cursor === (cursor ?? undefined)) return;
    this.pages.length = page + 1;
    if (cursor !== null) this.pages.push(pageAt(cursor, "forth"));
  }

  /** The same for what stands before. */
  private linkPrevious(page: number, cursor: string | null): void {
    if (page > 0 && this.pages[page - 1]?.cursor === cursor) return;
    this.before = this.startOf(page);
    this.pages.splice(0, page);
    this.previous = cursor;
  }

  /** Nothing stands before the start, and there is room before what is not. */
  private settle(): number {
    if (this.before === 0 || (this.previous !== null && this.before > 0)) return 0;
    const moved = -this.before;
    this.before = 0;
    return moved;
  }

  private startOf(page: number): number {
    let start = this.before;
    for (let i = 0; i < page; i += 1) start += this.pages[i]?.length ?? 0;
    return start;
  }

  private locate(index: number): { page: number; offset: number } | undefined {
    let start = this.before;
    if (index < start) return undefined;
    for (const [page, { length }] of this.pages.entries()) {
      if (index < start + length) return { page, offset: index - start };
      start += length;
    }
    return undefined;
  }

  private letGo(first: number, last: number): void {
    const held = this.pages.flatMap((page, number) => (page.items === null ? [] : [number]));
    if (held.length <= PAGES_KEPT) return;
    const middle = this.locate(Math.floor((first + last) / 2))?.page ?? this.pages.length - 1;
    const farthest = held.sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const number of farthest.slice(0, held.length - PAGES_KEPT)) (this.pages[number] as Page<T>).items = null;
  }
}

const pageAt = <T>(cursor: string | null, way: Page<T>["way"]): Page<T> => ({
  ...{ cursor, way, length: 0, items: null },
  ...{ is_expired: false, was_loaded: false },
});
