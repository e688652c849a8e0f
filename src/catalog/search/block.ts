// Products of the backlog in memory: the texts that are searched in one buffer, and what they are sorted by. A block only says
// which products may be meant and where they stand; the database has the last word.
import { comparePlaces, type Order, type Place, type SortField } from "../order.ts";
import { unescapeCopy } from "./copy-text.ts";
import type { Needle } from "./needle.ts";

/** Rows that are looked at one by one before the whole block is searched for what is rare. */
const TRIED = 300;
/** Where so many of the tried rows matched, going on one by one is quicker. */
const FREQUENT = 10;

export class Block {
  readonly bytes: number;
  readonly #texts: Buffer;
  /** Where each row's text begins, and where the last ends. */
  readonly #starts: Uint32Array;
  readonly #keys: string[] = [];
  readonly #values: Record<Exclude<SortField, "sku">, string[]> = { name: [], created_at: [], updated_at: [] };
  readonly #orders = new Map<SortField, Uint32Array>();

  /** @param lines sku_key, name_key, created_at and updated_at with six digits, the texts; in COPY's text format */
  constructor(lines: Buffer) {
    const starts: number[] = [];
    let out = 0;
    const texts = Buffer.allocUnsafe(lines.length);
    for (let at = 0; at < lines.length;) {
      const end = lines.indexOf(0x0a, at);
      const fields: string[] = [];
      for (let field = 0; field < 4; field++) {
        const tab = lines.indexOf(0x09, at);
        fields.push(unescapeCopy(lines.toString("utf8", at, tab)));
        at = tab + 1;
      }
      this.#keys.push(fields[0] as string);
      this.#values.name.push(fields[1] as string);
      // Of an import's chunk all times are one: the same string each time
      this.#values.created_at.push(shared(this.#values.created_at, withoutZeros(fields[2] as string)));
      this.#values.updated_at.push(shared(this.#values.updated_at, withoutZeros(fields[3] as string)));
      starts.push(out);
      out += lines.copy(texts, out, at, end + 1);
      at = end + 1;
    }
    starts.push(out);
    this.#texts = Buffer.from(texts.subarray(0, out));
    this.#starts = Uint32Array.from(starts);
    // Strings and their places in the arrays, about
    this.bytes = out + this.#keys.length * 160;
  }

  /** The first `count` places behind `after` whose texts have all needles. */
  first(order: Order, after: Place | undefined, needles: readonly Needle[], count: number): Place[] {
    const rows = this.#orderBy(order.field);
    const length = rows.length;
    const row = (n: number): number => rows[order.descending ? length - 1 - n : n] as number;
    const start = after === undefined ? 0 : this.#behind(order, after, row, length);
    const places: Place[] = [];
    let n = start;
    for (; n < length && places.length < count; n++) {
      if (needles.length > 0 && n - start >= TRIED && places.length < FREQUENT) break;
      if (this.#matches(row(n), needles)) places.push(this.#placeOf(row(n), order.field));
    }
    if (n === length || places.length === count) return places;
    const hits = this.#search(needles);
    for (; n < length && places.length < count; n++) {
      if (hits[row(n)] === 1) places.push(this.#placeOf(row(n), order.field));
    }
    return places;
  }

  #placeOf(row: number, field: SortField): Place {
    const sku_key = this.#keys[row] as string;
    return { sort_value: field === "sku" ? sku_key : (this.#values[field][row] as string), sku_key };
  }

  /** Rows in the order of a field; made when first asked for, in some 20 ms for 16,384 rows. */
  #orderBy(field: SortField): Uint32Array {
    const known = this.#orders.get(field);
    if (known !== undefined) return known;
    const order: Order = { field, descending: false };
    const rows = Uint32Array.from(this.#keys.keys());
    rows.sort((a, b) => comparePlaces(order, this.#placeOf(a, field), this.#placeOf(b, field)));
    this.#orders.set(field, rows);
    return rows;
  }

  #behind(order: Order, after: Place, row: (n: number) => number, length: number): number {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePlaces(order, this.#placeOf(row(middle), order.field), after) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #matches(row: number, needles: readonly Needle[]): boolean {
    const text = this.#texts.subarray(this.#starts[row], this.#starts[row + 1]);
    return needles.every((needle) =>
      needle.bytes === undefined ? needle.regex.test(text.toString()) : text.includes(needle.bytes),
    );
  }

  /** One byte a row: whether it has all needles. The longest needle is looked for in the whole buffer at once. */
  #search(needles: readonly Needle[]): Uint8Array {
    const hits = new Uint8Array(this.#keys.length);
    const longest = needles.reduce<Buffer | undefined>(
      (best, { bytes }) => (bytes !== undefined && bytes.length > (best?.length ?? 0) ? bytes : best),
      undefined,
    );
    if (longest === undefined) {
      for (let row = 0; row < hits.length; row++) hits[row] = this.#matches(row, needles) ? 1 : 0;
      return hits;
    }
    let row = 0;
    for (let at = this.#texts.indexOf(longest); at !== -1; at = this.#texts.indexOf(longest, this.#starts[row + 1])) {
      row = this.#rowAt(at, row);
      hits[row] = needles.length === 1 || this.#matches(row, needles) ? 1 : 0;
    }
    return hits;
  }

  #rowAt(offset: number, from: number): number {
    let low = from;
    let high = this.#keys.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const shared = (values: readonly string[], value: string): string =>
  values.at(-1) === value ? (values.at(-1) as string) : value;

/** As db/connect.ts gives times: only as many digits of a second as there are. */
const withoutZeros = (instant: string): string => instant.replace(/\.?0*Z$/, "Z");
