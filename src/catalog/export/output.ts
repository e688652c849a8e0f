// A buffer that grows while a file's next piece is written into it.

/** Pieces of about this size go out: large enough that neither socket nor compressor is asked for every row. */
const PIECE_BYTES = 1 << 17;
/** Copying shorter runs byte by byte beats the call into native code. */
const SHORT = 32;

export class Output {
  buffer = Buffer.allocUnsafeSlow(PIECE_BYTES * 2);
  length = 0;

  /** Makes room for so many more bytes. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  /** The methods below need room that was reserved. */
  byte(byte: number): void {
    this.buffer[this.length++] = byte;
  }

  raw(bytes: Uint8Array): void {
    this.copy(bytes, 0, bytes.length);
  }

  copy(bytes: Uint8Array, start: number, end: number): void {
    const { buffer } = this;
    let at = this.length;
    if (end - start > SHORT) buffer.set(bytes.subarray(start, end), at);
    else for (let pos = start; pos < end; pos++) buffer[at++] = bytes[pos] as number;
    this.length += end - start;
  }

  get isFull(): boolean {
    return this.length >= PIECE_BYTES;
  }

  /** What was written; it belongs to the caller. */
  take(): Buffer {
    const piece = this.buffer.subarray(0, this.length);
    this.buffer = Buffer.allocUnsafeSlow(PIECE_BYTES * 2);
    this.length = 0;
    return piece;
  }
}
