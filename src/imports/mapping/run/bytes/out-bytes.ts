// The bytes of a window, followed by the values that the mapper appends.

/** For a text of at most this number of characters, a loop over the characters is faster than a call into native code. */
const SHORT = 48;

export class OutBytes {
  bytes = Buffer.allocUnsafe(1 << 16);
  length = 0;

  /** Replaces the content by a copy of the window. */
  start(window: Buffer): void {
    // Reserve space for the values that follow the window, so that most windows need no second, larger buffer.
    if (this.bytes.length < window.length * 1.5) this.bytes = Buffer.allocUnsafe(Math.ceil(window.length * 2));
    window.copy(this.bytes);
    this.length = window.length;
  }

  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  text(value: string): void {
    this.reserve(value.length * 3);
    if (value.length > SHORT || !this.#ascii(value)) this.length += this.bytes.write(value, this.length, "utf8");
  }

  /** Writes the text as a JSON string. */
  json(value: string): void {
    this.reserve(value.length * 3 + 2);
    const start = this.length;
    this.bytes[this.length++] = 0x22;
    if (value.length > SHORT || !this.#ascii(value)) {
      const json = JSON.stringify(value);
      this.length = start;
      this.reserve(json.length * 3);
      this.length += this.bytes.write(json, start, "utf8");
    } else this.bytes[this.length++] = 0x22;
  }

  /** Discards the bytes after the first `length` ones. Always returns false, which is what a `WriteBytes` function returns after it has
   * discarded its output. */
  reset(length: number): false {
    this.length = length;
    return false;
  }

  slice(from: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    if (end - start > SHORT) {
      this.length += from.copy(this.bytes, this.length, start, end);
      return;
    }
    const { bytes } = this;
    let at = this.length;
    for (let i = start; i < end; i++) bytes[at++] = from[i] as number;
    this.length = at;
  }

  /** Writes UTF-8 text as the content of a JSON string, without its quotes. */
  escaped(from: Buffer, start: number, end: number): void {
    this.reserve((end - start) * 6);
    const { bytes } = this;
    let at = this.length;
    for (let i = start; i < end; i++) {
      const byte = from[i] as number;
      if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) bytes[at++] = byte;
      else at += bytes.write(JSON.stringify(String.fromCharCode(byte)).slice(1, -1), at, "latin1");
    }
    this.length = at;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Appends a whole buffer, usually a short one such as the key of a JSON member. */
  copy(from: Buffer): void {
    this.reserve(from.length);
    const { bytes } = this;
    let at = this.length;
    if (from.length > SHORT) at += from.copy(bytes, at);
    else for (let i = 0; i < from.length; i++) bytes[at++] = from[i] as number;
    this.length = at;
  }

  /** Writes a text of ASCII characters that JSON does not escape. If the text contains other characters, writes nothing and returns
   * false. */
  #ascii(value: string): boolean {
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code < 0x20 || code >= 0x80 || code === 0x22 || code === 0x5c) return false;
      bytes[at++] = code;
    }
    this.length = at;
    return true;
  }
}
