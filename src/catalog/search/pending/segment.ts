// Holds the products of one backlog entry in memory. A segment returns the keyset positions of the products that may match. It may return
// too many positions, never too few, and the database checks them.
import { NAME_KEY_CHARACTERS, type KeysetPosition, type Order, type SortField } from "../../query/order.ts";
import { GRAM_BYTES, gramBucket } from "./gram-bucket.ts";
import { KEY, NAME, SKU, TEXTS, type SegmentData } from "./segment-data.ts";
import type { Matchers } from "./byte-matcher.ts";

/** A keyset position, converted for comparisons with the products of the segment. */
interface Bound {
  instant: number;
  name: Uint8Array;
  key: Uint8Array;
  is_before: boolean;
}

/** The products after the position `after`, up to and including the position `until`. undefined means no limit. */
export interface KeyRange {
  after: KeysetPosition | undefined;
  until: KeysetPosition | undefined;
}

/** Upper limit for the number of products in a segment. Four bytes of text and a row number below this limit together fit exactly into a
 * float. */
const MAX_ROWS = 2 ** 20;
/** Memory in bytes for each product besides its texts: the start of each text, the trigrams, the times, and the row number in each
 * order. */
const ROW_BYTES = 112;

export class Segment {
  readonly bytes: number;
  readonly #data: SegmentData;
  /** For each sort field, all row numbers in sorted order. A list of row numbers is sorted when it is first needed. */
  readonly #orders = new Map<SortField, Uint32Array>();

  constructor(data: SegmentData) {
    this.#data = data;
    this.bytes = data.texts.length + data.rows * ROW_BYTES;
  }

  /** Returns the positions of the first `count` products in the key range whose texts fulfil all matchers. */
  first(order: Order, { after, until }: KeyRange, matchers: Matchers, count: number): KeysetPosition[] {
    const { field, descending } = order;
    const from = after && boundOf(after, field);
    const to = until && boundOf(until, field);
    if (this.#isOutside(order, from, to)) return [];
    const candidates = this.#candidatesOf(matchers);
    const rows = this.#inOrder(field);
    const step = descending ? -1 : 1;
    const found: KeysetPosition[] = [];
    for (let i = this.#startIn(rows, order, from); i >= 0 && i < rows.length && found.length < count; i += step) {
      const row = rows[i] as number;
      if (candidates !== undefined && ((candidates[row >>> 5] as number) & (1 << (row & 31))) === 0) continue;
      if (to !== undefined && this.#isAfter(order, row, to)) break;
      if (this.#matches(row, matchers)) found.push(this.#positionOf(row, field));
    }
    return found;
  }

  /** Whether the segment certainly contains no product in the range. Only times are compared. All products of an import have the same time,
   * so a list that is sorted by time can skip whole segments. */
  #isOutside({ field, descending }: Order, from: Bound | undefined, to: Bound | undefined): boolean {
    if (field !== "created_at" && field !== "updated_at") return false;
    const instants = this.#data[field];
    if (instants.length !== 1) return false;
    const instant = (instants[0] as number) * (descending ? -1 : 1);
    const signed = (bound: Bound): number => bound.instant * (descending ? -1 : 1);
    return (from !== undefined && instant < signed(from)) || (to !== undefined && instant > signed(to));
  }

  /** Finds the index of the first product after `from`, by binary search. */
  #startIn(rows: Uint32Array, order: Order, from: Bound | undefined): number {
    const { descending } = order;
    let low = 0;
    let high = rows.length;
    // The products after `from` are at the end of `rows` or, in descending order, at its beginning.
    while (from !== undefined && low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isAfter(order, rows[middle] as number, from) === descending) low = middle + 1;
      else high = middle;
    }
    if (!descending) return low;
    return from === undefined ? rows.length - 1 : low - 1;
  }

  #inOrder(field: SortField): Uint32Array {
    let rows = this.#orders.get(field);
    if (rows === undefined) {
      rows = this.#sort(field);
      this.#orders.set(field, rows);
    }
    return rows;
  }

  #sort(field: SortField): Uint32Array {
    const compare = (a: number, b: number): number => this.#compare(field, a, b);
    if (field === "created_at" || field === "updated_at") {
      const byKey = this.#inOrder("sku");
      return this.#data[field].length === 1 ? byKey : byKey.slice().sort(compare);
    }
    // Sort first by the first four bytes of each text, read as one number, which is far quicker than comparing texts. Then sort the rows
    // with equal numbers by text. If all texts have a common prefix, as the SKUs of a supplier often do, use the four bytes after this
    // prefix.
    const { rows } = this.#data;
    const numbers = new Float64Array(rows);
    const skipped = this.#commonPrefix(field);
    for (let row = 0; row < rows; row++) numbers[row] = this.#numberAt(skipped, row, field) * MAX_ROWS + row;
    numbers.sort();
    const sorted = new Uint32Array(rows);
    for (let i = 0; i < rows; i++) sorted[i] = (numbers[i] as number) % MAX_ROWS;
    for (let start = 0, end = 1; end <= rows; end++) {
      const number = Math.floor((numbers[start] as number) / MAX_ROWS);
      if (end < rows && Math.floor((numbers[end] as number) / MAX_ROWS) === number) continue;
      if (end - start > 1) sorted.subarray(start, end).sort(compare);
      start = end;
    }
    return sorted;
  }

  /** Returns the length in bytes of the prefix that the SKU keys or names of all products share. */
  #commonPrefix(field: "sku" | "name"): number {
    const { rows, texts } = this.#data;
    if (rows === 0) return 0;
    const [first, firstEnd] = this.#boundsOf(0, field);
    let common = firstEnd - first;
    for (let row = 1; row < rows && common > 0; row++) {
      const [start, end] = this.#boundsOf(row, field);
      common = Math.min(common, end - start);
      for (let i = 0; i < common; i++) if (texts[start + i] !== texts[first + i]) common = i;
    }
    return common;
  }

  /** Returns the four bytes after the first `skipped` bytes of the text, as a number. */
  #numberAt(skipped: number, row: number, field: "sku" | "name"): number {
    const { texts } = this.#data;
    const [start, end] = this.#boundsOf(row, field);
    let number = 0;
    for (let i = start + skipped; i < start + skipped + 4; i++) {
      number = number * 256 + (i < end ? (texts[i] as number) : 0);
    }
    return number;
  }

  #boundsOf(row: number, field: "sku" | "name"): [start: number, end: number] {
    if (field === "sku") return [this.#startOf(row, KEY), this.#endOf(row, KEY)];
    return [this.#startOf(row, NAME), this.#nameEndOf(row)];
  }

  #startOf(row: number, text: number): number {
    return this.#data.starts[row * TEXTS.length + text] as number;
  }

  /** Returns the position of the separator after the text. */
  #endOf(row: number, text: number): number {
    return this.#startOf(row, text + 1) - 1;
  }

  /** Lists are sorted by the first NAME_KEY_CHARACTERS characters of the name. Returns the position after these characters. */
  #nameEndOf(row: number): number {
    const { texts } = this.#data;
    const [start, end] = [this.#startOf(row, NAME), this.#endOf(row, NAME)];
    if (end - start <= NAME_KEY_CHARACTERS) return end;
    let at = start;
    for (let left = NAME_KEY_CHARACTERS; at < end; at++) {
      // Bytes of the form 10xxxxxx continue a character.
      if (((texts[at] as number) & 0xc0) !== 0x80 && left-- === 0) return at;
    }
    return end;
  }

  #instantOf(row: number, field: "created_at" | "updated_at"): number {
    const instants = this.#data[field];
    return instants[instants.length === 1 ? 0 : row] as number;
  }

  #positionOf(row: number, field: SortField): KeysetPosition {
    const { texts } = this.#data;
    const skuKey = texts.toString("utf8", this.#startOf(row, KEY), this.#endOf(row, KEY));
    if (field === "sku") return { sort_value: skuKey, sku_key: skuKey };
    if (field === "name") {
      return { sort_value: texts.toString("utf8", this.#startOf(row, NAME), this.#nameEndOf(row)), sku_key: skuKey };
    }
    return { sort_value: instantText(this.#instantOf(row, field)), sku_key: skuKey };
  }

  #compare(field: SortField, a: number, b: number): number {
    const { texts } = this.#data;
    let compared = 0;
    if (field === "name") compared = this.#compareName(a, texts, this.#startOf(b, NAME), this.#nameEndOf(b));
    else if (field !== "sku") compared = this.#instantOf(a, field) - this.#instantOf(b, field);
    return compared === 0 ? this.#compareKey(a, texts, this.#startOf(b, KEY), this.#endOf(b, KEY)) : compared;
  }

  #isAfter({ field, descending }: Order, row: number, { instant, name, key, is_before }: Bound): boolean {
    let compared = 0;
    if (field === "name") compared = this.#compareName(row, name, 0, name.length);
    else if (field !== "sku") compared = this.#instantOf(row, field) - instant;
    if (compared === 0) compared = this.#compareKey(row, key, 0, key.length);
    return compared === 0 ? is_before : descending ? compared < 0 : compared > 0;
  }

  /** Compares names by bytes, as the collation "C" does. */
  #compareName(row: number, bytes: Uint8Array, start: number, end: number): number {
    return this.#compareBytes(this.#startOf(row, NAME), this.#nameEndOf(row), bytes, start, end);
  }

  #compareKey(row: number, bytes: Uint8Array, start: number, end: number): number {
    return this.#compareBytes(this.#startOf(row, KEY), this.#endOf(row, KEY), bytes, start, end);
  }

  /** Compares bytes [start, end) of the texts with bytes [otherStart, otherEnd) of `other`. */
  #compareBytes(start: number, end: number, other: Uint8Array, otherStart: number, otherEnd: number): number {
    const { texts } = this.#data;
    const length = Math.min(end - start, otherEnd - otherStart);
    for (let i = 0; i < length; i++) {
      const difference = (texts[start + i] as number) - (other[otherStart + i] as number);
      if (difference !== 0) return difference;
    }
    return end - start - (otherEnd - otherStart);
  }

  /** Returns a bitmap with one bit per product: whether the product may fulfil the matchers. Returns undefined if the matchers exclude no
   * product. */
  #candidatesOf({ texts, prefixes }: Matchers): Uint32Array | undefined {
    const bitmaps = texts.flatMap(({ runs }) => runs.flatMap((run) => this.#bitmapsOf(run)));
    if (prefixes.length > 0) bitmaps.unshift(this.#withPrefix(prefixes));
    const [first, ...others] = bitmaps;
    if (first === undefined) return undefined;
    const candidates = first.slice();
    for (const other of others) {
      for (let n = 0; n < other.length; n++) candidates[n] = (candidates[n] as number) & (other[n] as number);
    }
    return candidates;
  }

  /** Returns the bitmap of each trigram (three neighbouring bytes) of a byte sequence. A bitmap shows which products may contain the
   * trigram. */
  #bitmapsOf(run: Uint8Array): Uint32Array[] {
    const bitmaps: Uint32Array[] = [];
    for (let i = GRAM_BYTES; i <= run.length; i++) {
      const [first, second, third] = run.subarray(i - GRAM_BYTES, i) as unknown as [number, number, number];
      bitmaps.push(this.#data.grams[gramBucket(first, second, third)] as Uint32Array);
    }
    return bitmaps;
  }

  #withPrefix(prefixes: readonly Buffer[]): Uint32Array {
    const rows = this.#inOrder("sku");
    const bitmap = new Uint32Array(Math.ceil(rows.length / 32));
    for (const key of prefixes) {
      const bound = { instant: 0, name: key, key, is_before: true };
      for (let i = this.#startIn(rows, { field: "sku", descending: false }, bound); i < rows.length; i++) {
        const row = rows[i] as number;
        const [start, end] = [this.#startOf(row, KEY), this.#endOf(row, KEY)];
        if (this.#compareBytes(start, Math.min(start + key.length, end), key, 0, key.length) !== 0) break;
        bitmap[row >>> 5] = (bitmap[row >>> 5] as number) | (1 << (row & 31));
      }
    }
    return bitmap;
  }

  #matches(row: number, { texts }: Matchers): boolean {
    if (texts.length === 0) return true;
    const bytes = this.#data.texts.subarray(this.#startOf(row, SKU), this.#startOf(row + 1, KEY));
    const isAscii = ((this.#data.others[row >>> 5] as number) & (1 << (row & 31))) === 0;
    return texts.every(({ ascii, other }) => {
      if (isAscii) return ascii !== undefined && bytes.includes(ascii);
      return other instanceof RegExp ? other.test(bytes.toString("latin1")) : bytes.includes(other);
    });
  }
}

function boundOf({ sort_value, sku_key, is_before }: KeysetPosition, field: SortField): Bound {
  const isTime = field === "created_at" || field === "updated_at";
  return {
    instant: isTime ? instantOf(sort_value) : 0,
    name: Buffer.from(sort_value),
    key: Buffer.from(sku_key),
    is_before: is_before === true,
  };
}

/** Formats a time as db/connection/connect.ts does: without trailing zeros. */
function instantText(microseconds: number): string {
  const fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000;
  const seconds = new Date((microseconds - fraction) / 1000).toISOString().slice(0, -".000Z".length);
  return fraction === 0 ? `${seconds}Z` : `${seconds}.${String(fraction).padStart(6, "0").replace(/0+$/, "")}Z`;
}

function instantOf(instant: string): number {
  const [seconds = "", fraction = ""] = instant.slice(0, -1).split(".");
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, "0"));
}
