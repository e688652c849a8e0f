// The rows of a list as far as they are known: pages by keyset cursor, a limited number of them in memory. There is no
// OFFSET: a page can be asked for once the one before has named its cursor, and again after it was let go.

export interface RowPage<T> {
  items: T[];
  next_cursor: string | null;
}

/** 60 pages of 200 rows: about 12 MB of products, a few seconds of scrolling. */
const PAGES_KEPT = 60;
/** Rows that are asked for before they come into sight. */
const AHEAD = 400;

interface Page<T> {
  cursor: string | null;
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
  private readonly pages: Page<T>[] = [pageAt(null)];

  /** Whether the end of the list is known. */
  get complete(): boolean {
    return this.pages.at(-1)?.was_loaded === true;
  }

  /** Rows up to the frontier, let go or not. */
  get count(): number {
    return this.pages.reduce((sum, { length }) => sum + length, 0);
  }

  get is_empty(): boolean {
    return this.complete && this.count === 0;
  }

  rowAt(index: number): T | undefined {
    const found = this.locate(index);
    return found && this.pages[found.page]?.items?.[found.offset];
  }

  /** Numbers and cursors of the pages to load so that rows `first` to `last` can be seen, the nearest first. */
  wanted(first: number, last: number): { page: number; cursor: string | null }[] {
    const from = this.locate(Math.max(0, first - AHEAD / 2))?.page ?? 0;
    const missing: { page: number; cursor: string | null; distance: number }[] = [];
    let start = this.startOf(from);
    for (let page = from; page < this.pages.length && start <= last + AHEAD; page += 1) {
      const { cursor, items, length, is_expired } = this.pages[page] as Page<T>;
      if (items === null || is_expired)
        missing.push({ page, cursor, distance: start > last ? start - last : Math.max(0, first - start - length) });
      start += length;
    }
    return missing.sort((a, b) => a.distance - b.distance).map(({ page, cursor }) => ({ page, cursor }));
  }

  /** Puts a page in; `first` and `last` say what is in sight and must stay. */
  put(page: number, { items, next_cursor }: RowPage<T>, first: number, last: number): void {
    const known = this.pages[page];
    if (known === undefined) return;
    known.items = items;
    known.length = items.length;
    known.is_expired = false;
    known.was_loaded = true;
    if (this.pages[page + 1]?.cursor !== (next_cursor ?? undefined)) {
      // The end so far, or rows have come or gone since: what follows is asked for anew, from where this page ends now.
      this.pages.length = page + 1;
      if (next_cursor !== null) this.pages.push(pageAt(next_cursor));
    }
    this.letGo(first, last);
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

  /** The index of a loaded row, or -1. */
  indexOf(matches: (row: T) => boolean): number {
    let start = 0;
    for (const { items, length } of this.pages) {
      const found = items?.findIndex(matches) ?? -1;
      if (found !== -1) return start + found;
      start += length;
    }
    return -1;
  }

  /** The rows that are in memory, in order. */
  loaded(): T[] {
    return this.pages.flatMap(({ items }) => items ?? []);
  }

  private startOf(page: number): number {
    let start = 0;
    for (let i = 0; i < page; i += 1) start += this.pages[i]?.length ?? 0;
    return start;
  }

  private locate(index: number): { page: number; offset: number } | undefined {
    let start = 0;
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

const pageAt = <T>(cursor: string | null): Page<T> => ({
  cursor,
  length: 0,
  items: null,
  is_expired: false,
  was_loaded: false,
});
