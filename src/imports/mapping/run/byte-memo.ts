// Remembers the bytes that a computed value has for a cell, because most columns repeat the same short texts.

/** Number of different cells that are remembered for each value. */
const SLOTS = 4096;
const MAX_CELL_BYTES = 48;
/** After each TRIAL cells, the memo is switched off if less than MIN_SHARE of these cells were found in it. */
const TRIAL = 4096;
const MIN_SHARE = 0.4;

export class ByteMemo {
  /** Whether each remembered cell was in quotes: in a workbook's text, only quotes distinguish the text 1.234 from the number 1.234. */
  readonly #quoted = new Uint8Array(SLOTS);
  readonly #cells: (Buffer | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #results: (Buffer | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  #slot = 0;
  #asked = 0;
  #hits = 0;
  #isOn = true;

  /** Returns what was remembered for the cell, or undefined. */
  find(bytes: Buffer, start: number, end: number, quoted: number): Buffer | undefined {
    this.#slot = -1;
    if (!this.#isOn || end - start > MAX_CELL_BYTES) return undefined;
    if (++this.#asked === TRIAL) this.#judge();
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    this.#slot = slot;
    const cell = this.#cells[slot];
    if (cell === undefined || cell.length !== end - start || this.#quoted[slot] !== quoted) return undefined;
    for (let i = 0; i < cell.length; i++) if (cell[i] !== bytes[start + i]) return undefined;
    this.#hits++;
    return this.#results[slot];
  }

  /** Remembers a result for the cell that `find` has not found. */
  put(cell: Buffer, quoted: number, result: Buffer): void {
    if (this.#slot < 0) return;
    this.#quoted[this.#slot] = quoted;
    this.#cells[this.#slot] = Buffer.from(cell);
    this.#results[this.#slot] = Buffer.from(result);
  }

  #judge(): void {
    this.#isOn = this.#hits >= this.#asked * MIN_SHARE;
    this.#asked = 0;
    this.#hits = 0;
  }
}
