// A growing buffer that collects the bytes of a file and hands them out in chunks.

/** Approximate size of a chunk. Larger chunks mean fewer calls to the socket and the compressor. */
const CHUNK_BYTES = 1 << 17;
/** Maximum length in bytes up to which copying byte by byte is faster than a call into native code. */
const SHORT = 32;

export class Output {
  buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES * 2);
  length = 0;

  /** Makes room for `bytes` more bytes. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  // The methods below require that `reserve` has made room for the bytes that they write.

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
    return this.length >= CHUNK_BYTES;
  }

  /** Returns the written bytes and starts a new chunk. The caller owns the returned buffer. */
  take(): Buffer {
    const chunk = this.buffer.subarray(0, this.length);
    this.buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES * 2);
    this.length = 0;
    return chunk;
  }
}
