// Reads texts that continue in the next records ([MS-XLS], 2.5.293 and 2.5.296). Each record in which characters continue begins with a
// byte that shows whether these characters have one byte or two.
import { brokenWorkbook } from "../broken-workbook.ts";

const WIDE = 0x01;
const HAS_EXTENSION = 0x04;
const HAS_RUNS = 0x08;
const RUN_BYTES = 4;

/** Decodes characters of one byte (the lower bytes of UTF-16) or two. */
export const decodeUnicode = (bytes: Buffer, from: number, to: number, isWide: boolean): string =>
  bytes.toString(isWide ? "utf16le" : "latin1", from, to);

/** Reads a text that is contained in one record. @param lengthBytes number of bytes of its length
 * @throws Problem broken-workbook */
export function readUnicode(bytes: Buffer, at: number, lengthBytes: 1 | 2): string {
  if (at + lengthBytes > bytes.length) throw endsEarly();
  const length = bytes.readUIntLE(at, lengthBytes);
  const start = at + lengthBytes + 1;
  const isWide = ((bytes[start - 1] ?? 0) & WIDE) !== 0;
  const end = start + (isWide ? 2 : 1) * length;
  if (length > 0 && end > bytes.length) throw endsEarly();
  return decodeUnicode(bytes, start, end, isWide);
}

export class StringReader {
  readonly #onText: (text: string) => void;
  /** Number of texts that have not begun. */
  #count: number;
  #text = "";
  /** Number of characters of the current text that have not been read. */
  #left = 0;
  #isWide = false;
  /** Number of bytes of formatting and pronunciation after the current text that have not been read. */
  #ignored = 0;
  /** A header of a text that is incomplete at the end of a record. */
  #header: Buffer | undefined;

  /** @param count maximum number of texts */
  constructor(count: number, onText: (text: string) => void) {
    this.#count = count;
    this.#onText = onText;
  }

  /** Reads a record, or the part of it that contains texts.
   * @param isContinued whether it continues an earlier record */
  write(record: Buffer, isContinued: boolean): void {
    let at = 0;
    if (isContinued && this.#left > 0 && record.length > 0) {
      this.#isWide = ((record[0] as number) & WIDE) !== 0;
      at = 1;
    }
    const bytes = this.#header === undefined ? record : Buffer.concat([this.#header, record]);
    this.#header = undefined;
    while (at < bytes.length) {
      if (this.#left > 0) at = this.#readCharacters(bytes, at);
      else if (this.#ignored > 0) {
        const skipped = Math.min(this.#ignored, bytes.length - at);
        this.#ignored -= skipped;
        at += skipped;
      } else if (this.#count === 0) return;
      else at = this.#readHeader(bytes, at);
    }
  }

  /** @throws Problem broken-workbook if a text is incomplete */
  end(): void {
    if (this.#left > 0 || this.#header !== undefined) throw endsEarly();
  }

  #readCharacters(bytes: Buffer, at: number): number {
    const size = this.#isWide ? 2 : 1;
    const count = Math.min(this.#left, Math.floor((bytes.length - at) / size));
    if (count === 0) throw brokenWorkbook("A character of a text is divided between two records.");
    const end = at + count * size;
    const part = decodeUnicode(bytes, at, end, this.#isWide);
    this.#text = this.#text === "" ? part : this.#text + part;
    this.#left -= count;
    if (this.#left === 0) this.#endText();
    return end;
  }

  #readHeader(bytes: Buffer, at: number): number {
    const flags = at + 2 < bytes.length ? (bytes[at + 2] as number) : 0;
    const runsAt = at + 3;
    const extensionAt = runsAt + ((flags & HAS_RUNS) === 0 ? 0 : 2);
    const end = extensionAt + ((flags & HAS_EXTENSION) === 0 ? 0 : 4);
    if (end > bytes.length) {
      this.#header = Buffer.from(bytes.subarray(at));
      return bytes.length;
    }
    this.#count--;
    this.#isWide = (flags & WIDE) !== 0;
    this.#ignored =
      (extensionAt === runsAt ? 0 : bytes.readUInt16LE(runsAt) * RUN_BYTES) +
      (end === extensionAt ? 0 : bytes.readUInt32LE(extensionAt));
    this.#left = bytes.readUInt16LE(at);
    if (this.#left === 0) this.#endText();
    return end;
  }

  #endText(): void {
    this.#onText(this.#text);
    this.#text = "";
  }
}

export const endsEarly = () => brokenWorkbook("A text ends before its last character.");
