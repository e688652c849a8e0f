// Reads JSON Lines from chunks of UTF-8: each line is a record. A line that is not an object in JSON is reported with its fault, and the
// next line is read.
import { isAscii, isUtf8 } from "node:buffer";
import { utf16Length } from "../text/utf16-length.ts";
import { MAX_RECORD_LENGTH, Path, TreeNode, type OnRecord } from "../tree/nodes.ts";
import { ends, JsonFault, TooManyValues, ValueParser } from "./json-values.ts";
import { PlainLine, type PlainCells } from "./plain-line.ts";

/** Where a record is: its line, and the characters `[from, to)` of the decoded text. */
interface LinePosition {
  line: number;
  from: number;
  to: number;
}

/** Adds the row of a line whose values have been found in `bytes`. Returns false if the line must be read by ValueParser instead. */
export type OnPlainRow = (bytes: Buffer, row: { number: number; cells: PlainCells }, position: LinePosition) => boolean;

const LINE_FEED = 10;

export class JsonLines {
  readonly #onRecord: OnRecord;
  readonly #onPlainRow: OnPlainRow | undefined;
  readonly #parser = new ValueParser();
  readonly #root = new Path("");
  readonly #plain = new PlainLine(this.#root);
  /** The beginning of a line whose end has not been read. */
  #rest: Buffer = Buffer.alloc(0);
  /** Number of characters before the line that is read next. */
  #characters = 0;
  #line = 1;
  /** While a line that is too long is skipped: the number of characters in the file before this line. */
  #skipped: number | undefined;

  /** @param onPlainRow undefined if all records are needed as trees */
  constructor(onRecord: OnRecord, onPlainRow?: OnPlainRow) {
    this.#onRecord = onRecord;
    this.#onPlainRow = onPlainRow;
  }

  write(chunk: Buffer): void {
    const buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = buffer.lastIndexOf(LINE_FEED);
    const ended = Math.max(0, end + 1);
    if (ended > 0) this.#readLines(buffer, ended);
    const rest = buffer.subarray(ended);
    if (this.#skipped === undefined && rest.length > MAX_RECORD_LENGTH) this.#skipped = this.#characters;
    if (this.#skipped === undefined) this.#rest = rest;
    else {
      this.#characters += utf16Length(rest, 0, rest.length);
      this.#rest = Buffer.alloc(0);
    }
  }

  end(): void {
    const last = this.#rest;
    if (last.length > 0 || this.#skipped !== undefined) this.#readLines(last, last.length);
    this.#rest = Buffer.alloc(0);
  }

  /** Reads the lines in the first `length` bytes of the buffer. */
  #readLines(buffer: Buffer, length: number): void {
    const lines = buffer.subarray(0, length);
    const isPlainText = isAscii(lines);
    const isText = isPlainText || isUtf8(lines);
    const onPlainRow = isText ? this.#onPlainRow : undefined;
    this.#plain.open(lines);
    let at = 0;
    do {
      const found = lines.indexOf(LINE_FEED, at);
      const to = found === -1 ? length : found;
      const characters = isPlainText
        ? to - at
        : isText
          ? utf16Length(lines, at, to)
          : lines.toString("utf8", at, to).length;
      this.#end(lines, at, to, characters, onPlainRow);
      this.#characters += characters + 1;
      at = to + 1;
    } while (at < length);
  }

  /** Ends the line at `to` in the buffer. */
  #end(buffer: Buffer, from: number, to: number, characters: number, onPlainRow: OnPlainRow | undefined): void {
    const line = this.#line++;
    const skipped = this.#skipped;
    const position = { line, from: skipped ?? this.#characters, to: this.#characters + characters };
    this.#skipped = undefined;
    if (skipped !== undefined) this.#tooLong(position);
    else if (onPlainRow === undefined || !this.#readPlain(buffer, from, to, position, onPlainRow))
      this.#read(withoutMark(buffer.toString("utf8", from, to)), position);
  }

  #readPlain(buffer: Buffer, from: number, to: number, position: LinePosition, onPlainRow: OnPlainRow): boolean {
    if (!this.#plain.read(from, to)) return false;
    return onPlainRow(buffer, { number: this.#plain.row, cells: this.#plain.cells }, position);
  }

  #read(text: string, position: LinePosition): void {
    const first = firstFilled(text);
    if (first === text.length) return;
    try {
      const node = this.#parser.parse(text, 0, false, this.#root, 0);
      if (firstFilled(text, this.#parser.end) < text.length)
        throw new JsonFault(
          "there is text after the object, and each object needs a line of its own",
          this.#parser.end,
        );
      if (node.is_array || text.charCodeAt(first) !== OPEN_OBJECT) throw new JsonFault("it is not an object", 0);
      if (text.length + this.#parser.size > MAX_RECORD_LENGTH) this.#tooLong(position);
      else if (node.children !== undefined) this.#onRecord({ node, ...position, is_too_long: false });
    } catch (error) {
      if (error instanceof TooManyValues) this.#tooLong(position);
      else if (error instanceof JsonFault) this.#broken(error, text, position);
      else throw error;
    }
  }

  #tooLong(position: LinePosition): void {
    this.#onRecord({ node: new TreeNode(this.#root, undefined), ...position, is_too_long: true });
  }

  #broken({ message }: JsonFault, raw: string, position: LinePosition): void {
    const reason = message === ends.file ? ends.line : message;
    this.#onRecord({
      node: new TreeNode(this.#root, undefined),
      ...position,
      is_too_long: false,
      broken: { kind: "line", reason, raw: raw.trim() },
    });
  }
}

/** A program that joins files leaves the byte order marks at their beginnings. A blank keeps the positions of the characters. */
const withoutMark = (text: string): string => (text.startsWith("\ufeff") ? ` ${text.slice(1)}` : text);

const OPEN_OBJECT = 123;

function firstFilled(text: string, from = 0): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 32 || code === 13 || code === 9; code = text.charCodeAt(++at));
  return at;
}

/** Number of lines at the start of a file that are parsed. */
const JUDGED_LINES = 500;

/**
 * Returns the lines that are objects if the text, the first part of a file, has a JSON object in each line, except for a few broken lines.
 * Otherwise returns undefined: the text is a single value, or its values extend over several lines.
 * @param isWhole whether the text is the whole file
 */
export function objectLines(text: string, isWhole: boolean): string | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  const lines = text.split("\n", JUDGED_LINES + 1);
  const rest = !isWhole || lines.length > JUDGED_LINES ? lines.pop() : undefined;
  const filled = lines.filter((line) => line.trim() !== "");
  const parser = new ValueParser();
  const root = new Path("");
  const isObject = (line: string): boolean => {
    try {
      const { is_array, children } = parser.parse(withoutMark(line), 0, false, root, 0);
      return !is_array && children !== undefined && line.slice(parser.end).trim() === "";
    } catch {
      return false;
    }
  };
  const objects = filled.filter(isObject);
  // If only the first line is complete in the inspected text, and it is an object, then the second line is merely too long: this is JSON
  // Lines too.
  const isLong = filled.length === 1 && rest !== undefined && rest.trim() !== "";
  return (filled.length < 2 && !isLong) || objects.length === 0 || objects.length * 2 < filled.length
    ? undefined
    : objects.join("\n");
}
