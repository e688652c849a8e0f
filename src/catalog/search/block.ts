// A part of the backlog in memory that answers: which of its products may be meant, and where do they stand? It may name too
// many; the database has the last word.
import type { Order, Place, SortField } from "../order.ts";
import type { BlockData } from "./block-data.ts";
import type { Needle } from "./needle.ts";

/** Products that are tried before a block is searched as a whole, … */
const TRIED = 256;
/** … which is not worth it where one in so many matches: looking at each that would be among the first is quicker. */
const FREQUENT = 20;

/** A place as it is compared here. */
interface Bound {
  instant: number;
  name: Uint8Array;
  key: Uint8Array;
  is_before: boolean;
}

export class Block {
  readonly bytes: number;
  readonly #data: BlockData;
  readonly #texts: Buffer;
  #beginnings: Uint32Array | undefined;
  readonly #hits = new WeakMap<readonly Needle[], Uint32Array | undefined>();

  constructor(data: BlockData) {
    this.#data = data;
    this.#texts = Buffer.from(data.texts.buffer, data.texts.byteOffset, data.texts.byteLength);
    this.bytes = data.texts.length + data.keys.length + data.rows * 32;
  }

  /** The first `count` places behind `after` whose texts have all needles. */
  first(order: Order, after: Place | undefined, needles: readonly Needle[], count: number): Place[] {
    const hits = needles.length === 0 ? undefined : this.#hitsOf(needles);
    const is_checked = needles.length === 0 || hits !== undefined;
    const bound = after === undefined ? undefined : boundOf(after, order.field);
    const length = hits === undefined ? this.#data.rows : hits.length;
    const sign = order.descending ? -1 : 1;
    const compare = (a: number, b: number): number => sign * this.#compare(order.field, a, b);
    const beginnings = order.field === "name" ? this.#nameBeginnings() : undefined;
    const found: number[] = [];
    for (let n = 0; n < length; n++) {
      // Products of a chunk of an import come nearly in order: from the end that is first.
      const i = order.descending ? length - 1 - n : n;
      const row = hits === undefined ? i : (hits[i] as number);
      if (found.length === count) {
        const last = found[count - 1] as number;
        const by_beginning = beginnings === undefined ? 0 : (beginnings[row] as number) - (beginnings[last] as number);
        if (by_beginning * sign > 0 || (by_beginning === 0 && compare(row, last) >= 0)) continue;
      }
      if (bound !== undefined && !this.#isBehind(order, row, bound)) continue;
      if (!is_checked && !this.#matches(row, needles)) continue;
      insert(found, row, compare);
      if (found.length > count) found.pop();
    }
    return found.map((row) => this.#placeOf(row, order.field));
  }

  /** The first four bytes of each name as a number: most of the names that are not among the first are told by it. */
  #nameBeginnings(): Uint32Array {
    if (this.#beginnings !== undefined) return this.#beginnings;
    const { rows, texts, name_starts, name_ends } = this.#data;
    this.#beginnings = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) {
      const [start, end] = [name_starts[row] as number, name_ends[row] as number];
      let number = 0;
      for (let i = 0; i < 4; i++) number = number * 256 + (start + i < end ? (texts[start + i] as number) : 0);
      this.#beginnings[row] = number;
    }
    return this.#beginnings;
  }

  #placeOf(row: number, field: SortField): Place {
    const { keys, key_starts, name_starts, name_ends } = this.#data;
    const sku_key = text(keys, key_starts[row] as number, key_starts[row + 1] as number);
    if (field === "sku") return { sort_value: sku_key, sku_key };
    if (field === "name") {
      return { sort_value: text(this.#texts, name_starts[row] as number, name_ends[row] as number), sku_key };
    }
    return { sort_value: instantText(this.#data[field][row] as number), sku_key };
  }

  #compare(field: SortField, a: number, b: number): number {
    const { keys, key_starts, texts, name_starts, name_ends } = this.#data;
    if (field === "name") {
      const [a_start, a_end] = [name_starts[a] as number, name_ends[a] as number];
      const by_name = compareBytes(texts, a_start, a_end, texts, name_starts[b] as number, name_ends[b] as number);
      if (by_name !== 0) return by_name;
    } else if (field !== "sku") {
      const values = this.#data[field];
      if (values[a] !== values[b]) return (values[a] as number) - (values[b] as number);
    }
    const [a_start, a_end] = [key_starts[a] as number, key_starts[a + 1] as number];
    return compareBytes(keys, a_start, a_end, keys, key_starts[b] as number, key_starts[b + 1] as number);
  }

  #isBehind({ field, descending }: Order, row: number, bound: Bound): boolean {
    const { keys, key_starts, texts, name_starts, name_ends } = this.#data;
    let compared = 0;
    if (field === "name") {
      const [start, end] = [name_starts[row] as number, name_ends[row] as number];
      compared = compareBytes(texts, start, end, bound.name, 0, bound.name.length);
    } else if (field !== "sku") compared = (this.#data[field][row] as number) - bound.instant;
    if (compared === 0) {
      const [start, end] = [key_starts[row] as number, key_starts[row + 1] as number];
      compared = compareBytes(keys, start, end, bound.key, 0, bound.key.length);
    }
    return compared === 0 ? bound.is_before : descending ? compared < 0 : compared > 0;
  }

  #matches(row: number, needles: readonly Needle[]): boolean {
    const [start, end] = [this.#data.text_starts[row] as number, this.#data.text_starts[row + 1] as number];
    const bytes = this.#texts.subarray(start, end);
    return needles.every((needle) =>
      needle.regex === undefined ? bytes.includes(needle.bytes) : needle.regex.test(bytes.toString("latin1")),
    );
  }

  /** All products that have the needles; undefined where many have them. Kept as long as the list is at work. */
  #hitsOf(needles: readonly Needle[]): Uint32Array | undefined {
    if (this.#hits.has(needles)) return this.#hits.get(needles);
    const hits = this.#areFrequent(needles) ? undefined : this.#search(needles);
    this.#hits.set(needles, hits);
    return hits;
  }

  #areFrequent(needles: readonly Needle[]): boolean {
    const { rows } = this.#data;
    let matching = 0;
    for (let n = 0; n < TRIED; n++) if (this.#matches(Math.floor((n * rows) / TRIED), needles)) matching++;
    return matching * FREQUENT > TRIED;
  }

  /** The longest needle is looked for in the whole block at once. */
  #search(needles: readonly Needle[]): Uint32Array {
    const [longest, ...others] = [...needles].sort((a, b) => b.length - a.length) as [Needle, ...Needle[]];
    const find = finder(this.#texts, longest);
    const hits: number[] = [];
    let row = 0;
    for (let at = find(0); at !== -1; at = find(this.#data.text_starts[row + 1] as number)) {
      row = this.#rowAt(at, row);
      if (others.length === 0 || this.#matches(row, others)) hits.push(row);
    }
    return Uint32Array.from(hits);
  }

  #rowAt(offset: number, from: number): number {
    const { rows, text_starts } = this.#data;
    let low = from;
    let high = rows - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((text_starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Where the needle is next, from an offset on; -1 where it is no more. */
function finder(texts: Buffer, { bytes, regex }: Needle): (from: number) => number {
  if (regex === undefined) return (from) => texts.indexOf(bytes, from);
  const all = new RegExp(regex, "g");
  const latin1 = texts.toString("latin1");
  return (from) => {
    all.lastIndex = from;
    return all.exec(latin1)?.index ?? -1;
  };
}

function boundOf({ sort_value, sku_key, is_before }: Place, field: SortField): Bound {
  const is_time = field === "created_at" || field === "updated_at";
  return {
    instant: is_time ? instantOf(sort_value) : 0,
    name: Buffer.from(sort_value),
    key: Buffer.from(sku_key),
    is_before: is_before === true,
  };
}

/** As the collation "C" does it. */
function compareBytes(
  a: Uint8Array,
  a_start: number,
  a_end: number,
  b: Uint8Array,
  b_start: number,
  b_end: number,
): number {
  const length = Math.min(a_end - a_start, b_end - b_start);
  for (let i = 0; i < length; i++) {
    const difference = (a[a_start + i] as number) - (b[b_start + i] as number);
    if (difference !== 0) return difference;
  }
  return a_end - a_start - (b_end - b_start);
}

/** Into an array in order. */
function insert(rows: number[], row: number, compare: (a: number, b: number) => number): void {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(rows[middle] as number, row) <= 0) low = middle + 1;
    else high = middle;
  }
  rows.splice(low, 0, row);
}

const text = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();

/** As db/connect.ts gives times: only as many digits of a second as there are. */
function instantText(microseconds: number): string {
  const rest = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000;
  const seconds = new Date((microseconds - rest) / 1000).toISOString().slice(0, -".000Z".length);
  return rest === 0 ? `${seconds}Z` : `${seconds}.${String(rest).padStart(6, "0").replace(/0+$/, "")}Z`;
}

function instantOf(instant: string): number {
  const [seconds = "", fraction = ""] = instant.slice(0, -1).split(".");
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, "0"));
}
