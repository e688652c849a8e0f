// A part of the backlog in memory that answers: which of its products may be meant, and where do they stand? It may name too
// many; the database has the last word.
import type { Order, Place, SortField } from "../order.ts";
import type { BlockData } from "./block-data.ts";
import type { Needles, TextNeedle } from "./needle.ts";

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
  readonly #hits = new WeakMap<Needles, Uint32Array | undefined>();

  constructor(data: BlockData) {
    this.#data = data;
    this.#texts = Buffer.from(data.texts.buffer, data.texts.byteOffset, data.texts.byteLength);
    this.bytes = data.texts.length + data.keys.length + data.rows * 32;
  }

  /** The first `count` places behind `after` whose texts have all needles. */
  first(order: Order, after: Place | undefined, needles: Needles, count: number): Place[] {
    const is_any = needles.texts.length === 0 && needles.beginnings.length === 0;
    const hits = is_any ? undefined : this.#hitsOf(needles);
    const is_checked = is_any || hits !== undefined;
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

  #matches(row: number, { texts, beginnings }: Needles): boolean {
    if (beginnings.length > 0 && !this.#beginsWith(row, beginnings)) return false;
    if (texts.length === 0) return true;
    const [start, end] = [this.#data.text_starts[row] as number, this.#data.text_starts[row + 1] as number];
    const bytes = this.#texts.subarray(start, end);
    return texts.every((needle) =>
      needle.regex === undefined ? bytes.includes(needle.bytes) : needle.regex.test(bytes.toString("latin1")),
    );
  }

  #beginsWith(row: number, beginnings: readonly Buffer[]): boolean {
    const { keys, key_starts } = this.#data;
    const [start, end] = [key_starts[row] as number, key_starts[row + 1] as number];
    return beginnings.some((beginning) => {
      const beginning_end = start + beginning.length;
      return beginning_end <= end && compareBytes(keys, start, beginning_end, beginning, 0, beginning.length) === 0;
    });
  }

  /** All products that have the needles; undefined where many have them. Kept as long as the list is at work. */
  #hitsOf(needles: Needles): Uint32Array | undefined {
    if (this.#hits.has(needles)) return this.#hits.get(needles);
    const hits = this.#areFrequent(needles) ? undefined : Uint32Array.from(this.#search(needles));
    this.#hits.set(needles, hits);
    return hits;
  }

  #areFrequent(needles: Needles): boolean {
    const { rows } = this.#data;
    let matching = 0;
    for (let n = 0; n < TRIED; n++) if (this.#matches(Math.floor((n * rows) / TRIED), needles)) matching++;
    return matching * FREQUENT > TRIED;
  }

  /** The longest text is looked for in the whole block at once. */
  #search({ texts, beginnings }: Needles): number[] {
    const { rows, text_starts } = this.#data;
    const hits: number[] = [];
    const [longest, ...others] = [...texts].sort((a, b) => b.length - a.length);
    const noteIf = (row: number, needles: Needles): void => {
      if (this.#matches(row, needles)) hits.push(row);
    };
    if (longest === undefined) {
      for (let row = 0; row < rows; row++) noteIf(row, { texts, beginnings });
      return hits;
    }
    const find = finder(this.#texts, longest);
    let row = 0;
    for (let at = find(0); at !== -1; at = find(text_starts[row + 1] as number)) {
      row = this.#rowAt(at, row);
      noteIf(row, { texts: others, beginnings });
    }
    return hits;
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
function finder(texts: Buffer, { bytes, regex }: TextNeedle): (from: number) => number {
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
