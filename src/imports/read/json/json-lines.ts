// Reads JSON Lines from chunks of text: each line is a record. A line that is not an object in JSON is reported with its fault, and the
// next line is read.
import { MAX_RECORD_LENGTH, Path, TreeNode, type OnRecord } from "../tree/nodes.ts";
import { ends, JsonFault, TooManyValues, ValueParser } from "./json-values.ts";

export class JsonLines {
  readonly #onRecord: OnRecord;
  readonly #parser = new ValueParser();
  readonly #root = new Path("");
  /** The beginning of a line whose end has not been read. */
  #rest = "";
  /** Number of characters before `#rest`. */
  #before = 0;
  #line = 1;
  /** While a line that is too long is skipped: the number of characters in the file before this line. */
  #skipped: number | undefined;

  constructor(onRecord: OnRecord) {
    this.#onRecord = onRecord;
  }

  write(chunk: string): void {
    const buffer = this.#rest === "" ? chunk : this.#rest + chunk;
    let at = 0;
    let end = buffer.indexOf("\n", this.#rest.length);
    while (end !== -1) {
      this.#end(buffer, at, end);
      at = end + 1;
      end = buffer.indexOf("\n", at);
    }
    if (this.#skipped === undefined && buffer.length - at > MAX_RECORD_LENGTH) this.#skipped = this.#before + at;
    const kept = this.#skipped === undefined ? at : buffer.length;
    this.#before += kept;
    this.#rest = kept === 0 ? buffer : buffer.slice(kept);
  }

  end(): void {
    const last = this.#rest;
    if (last !== "" || this.#skipped !== undefined) this.#end(last, 0, last.length);
    this.#rest = "";
  }

  /** Ends the line at `to` in the buffer. */
  #end(buffer: string, from: number, to: number): void {
    const line = this.#line++;
    const skipped = this.#skipped;
    if (skipped === undefined) this.#read(buffer, from, to, line);
    else {
      this.#skipped = undefined;
      this.#tooLong({ from: skipped, to: this.#before + to }, line);
    }
  }

  #read(buffer: string, from: number, to: number, line: number): void {
    const text = buffer.slice(from, to);
    const first = firstFilled(text);
    if (first === text.length) return;
    const position = { from: this.#before + from, to: this.#before + to };
    try {
      const node = this.#parser.parse(text, 0, false, this.#root, 0);
      if (firstFilled(text, this.#parser.end) < text.length)
        throw new JsonFault("there is text after the value", this.#parser.end);
      if (node.is_array || text.charCodeAt(first) !== OPEN_OBJECT) throw new JsonFault("it is not an object", 0);
      if (text.length + this.#parser.size > MAX_RECORD_LENGTH) this.#tooLong(position, line);
      else if (node.children !== undefined) this.#onRecord({ node, line, ...position, is_too_long: false });
    } catch (error) {
      if (error instanceof TooManyValues) this.#tooLong(position, line);
      else if (error instanceof JsonFault) this.#broken(error, text, position, line);
      else throw error;
    }
  }

  #tooLong(position: { from: number; to: number }, line: number): void {
    this.#onRecord({ node: new TreeNode(this.#root, undefined), line, ...position, is_too_long: true });
  }

  #broken({ message }: JsonFault, raw: string, position: { from: number; to: number }, line: number): void {
    const reason = message === ends.file ? ends.line : message;
    this.#onRecord({
      node: new TreeNode(this.#root, undefined),
      line,
      ...position,
      is_too_long: false,
      broken: { kind: "line", reason, raw: raw.trim() },
    });
  }
}

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
      const { is_array, children } = parser.parse(line, 0, false, root, 0);
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
