// Remembers the bytes that a computed value has for a cell, because most columns repeat the same short texts.
import type { OutBytes } from "./out-bytes.ts";

/** Maximum number of different cells that are remembered for each value. */
const MAX_SLOTS = 4096;
/** Maximum number of different cells that are remembered for all values of a mapper. They need 12 MB. A mapping can have 2,000 values. */
const ALL_SLOTS = 65_536;
const MAX_CELL_BYTES = 48;
const MAX_RESULT_BYTES = 128;
/** A slot of the buffer contains the cell, and after it the result. */
const SLOT_BYTES = MAX_CELL_BYTES + MAX_RESULT_BYTES;
/** After each TRIAL cells, the memo is switched off if less than MIN_SHARE of these cells were found in it. */
const TRIAL = 4096;
const MIN_SHARE = 0.4;

/** Creates the memos of a mapper, and shares the slots among them. */
export class ByteMemos {
  #count = 0;

  create(): ByteMemo {
    this.#count++;
    return new ByteMemo(() => this.#slots());
  }

  /** Returns the number of slots of each memo: a power of two, at which all memos together have at most ALL_SLOTS slots. */
  #slots(): number {
    return Math.min(MAX_SLOTS, 2 ** Math.floor(Math.log2(ALL_SLOTS / this.#count)));
  }
}

/** What a memo remembers, in slots of a single buffer: thousands of small buffers would need several times as much memory. */
interface Slots {
  count: number;
  bytes: Buffer;
  /** Number of bytes of each remembered cell, plus 1; 0 if the slot is free. */
  cell: Uint8Array;
  /** Number of bytes of each result. */
  result: Uint8Array;
  /** Whether each remembered cell was in quotes: in a workbook's text, only quotes distinguish the text 1.234 from the number 1.234. */
  quoted: Uint8Array;
}

export class ByteMemo {
  readonly #slotsOf: () => number;
  /** Undefined before the first cell, and after the memo has been switched off. */
  #slots: Slots | undefined;
  #slot = -1;
  #asked = 0;
  #hits = 0;
  #isOn = true;

  /** @param slotsOf returns the number of slots, a power of two. Called for the first cell, when all memos of the mapper exist */
  constructor(slotsOf: () => number) {
    this.#slotsOf = slotsOf;
  }

  /** Appends what was remembered for the cell. Returns the number of bytes, or -1 if nothing was remembered. */
  write(cells: Buffer, start: number, end: number, quoted: number, out: OutBytes): number {
    this.#slot = -1;
    if (!this.#isOn || end - start > MAX_CELL_BYTES) return -1;
    if (++this.#asked === TRIAL && !this.#judge()) return -1;
    const { count, bytes, cell, result, quoted: wasQuoted } = (this.#slots ??= createSlots(this.#slotsOf()));
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (cells[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 12)) & (count - 1);
    this.#slot = slot;
    if (cell[slot] !== end - start + 1 || wasQuoted[slot] !== quoted) return -1;
    const at = slot * SLOT_BYTES;
    for (let i = start, own = at; i < end; i++, own++) if (bytes[own] !== cells[i]) return -1;
    this.#hits++;
    const size = result[slot] as number;
    out.slice(bytes, at + MAX_CELL_BYTES, at + MAX_CELL_BYTES + size);
    return size;
  }

  /** Remembers a result for the cell that `write` has not found. */
  put(cell: Buffer, quoted: number, result: Buffer): void {
    const slots = this.#slots;
    const slot = this.#slot;
    if (slots === undefined || slot < 0 || result.length > MAX_RESULT_BYTES) return;
    cell.copy(slots.bytes, slot * SLOT_BYTES);
    result.copy(slots.bytes, slot * SLOT_BYTES + MAX_CELL_BYTES);
    slots.cell[slot] = cell.length + 1;
    slots.result[slot] = result.length;
    slots.quoted[slot] = quoted;
  }

  /** Returns whether the memo remains switched on. */
  #judge(): boolean {
    this.#isOn = this.#hits >= this.#asked * MIN_SHARE;
    if (!this.#isOn) this.#slots = undefined;
    this.#asked = 0;
    this.#hits = 0;
    return this.#isOn;
  }
}

const createSlots = (count: number): Slots => ({
  count,
  bytes: Buffer.alloc(count * SLOT_BYTES),
  cell: new Uint8Array(count),
  result: new Uint8Array(count),
  quoted: new Uint8Array(count),
});
