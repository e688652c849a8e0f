// Parses a JSON value in a buffer to a tree. Numbers keep their text, so that no digit is lost. If a name occurs twice in an object, the
// last value counts, as in JSON.parse.
import { MAX_DEPTH, MAX_RECORD_LENGTH, NODE_LENGTH, TreeNode, type Path } from "../tree/nodes.ts";

/** Thrown if the buffer ends within the value. */
export class Incomplete extends Error {}

/** Thrown if the value contains more values than a record may have. */
export class TooManyValues extends Error {}

/** The texts with which a fault describes a value that ends too early. */
export const ends = {
  file: "the file ends within a value; it may be incomplete",
  line: "the line ends within a value; it may be incomplete",
};

/** A fault in a value, at a position of the buffer. */
export class JsonFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Returns what is wrong at a position where JSON requires something else: names the extensions of JSON that programs write. */
export function faultOf(text: string, at: number, otherwise: string): string {
  const code = text.charCodeAt(at);
  if (code === SINGLE_QUOTE) return `there is a text in single quotes, but JSON requires double quotes (${otherwise})`;
  if (code === SLASH || code === HASH) return `there is a comment, which JSON does not allow (${otherwise})`;
  return otherwise;
}

const HASH = 35;
const SINGLE_QUOTE = 39;
const SLASH = 47;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = "\\";
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** Maximum number of values inside a value. A value with more of them is too long even if all their texts are empty. */
const MAX_NODES = MAX_RECORD_LENGTH / NODE_LENGTH;

const LITERALS: Readonly<Record<string, string>> = { true: "true", false: "false", null: "" };
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
export class ValueParser {
  #text = "";
  #at = 0;
  /** Whether more text may follow the end of the buffer. */
  #isPartial = false;
  #backslash = -1;
  #serial = 0;
  /** Size of the tree, in the same units as MAX_RECORD_LENGTH. */
  #nodes = 0;
  end = 0;
  /** The parent of the next value that is parsed: a container outside of the records. */
  parent: TreeNode | undefined;

  /**
   * Parses the value at `from`, and sets `end`.
   * @param depth depth of the value in the file
   * @throws Incomplete if the buffer ends within the value and `isPartial` is true; JsonFault; TooManyValues
   */
  parse(text: string, from: number, isPartial: boolean, path: Path, depth: number): TreeNode {
    this.#start(text, from, isPartial);
    this.#nodes = 0;
    const node = this.#value(path, this.parent, depth);
    this.end = this.#at;
    return node;
  }

  /** Size of the last tree without its texts, in the same units as MAX_RECORD_LENGTH. */
  get size(): number {
    return this.#nodes * NODE_LENGTH;
  }

  /** Reads the text of the string at `from`, and sets `end` to the position after the string. */
  string(text: string, from: number, isPartial: boolean): string {
    this.#start(text, from, isPartial);
    const read = this.#string();
    this.end = this.#at;
    return read;
  }

  #start(text: string, from: number, isPartial: boolean): void {
    // Most texts have few backslashes, so the position of the next one is remembered. It is not valid in another text, nor at an earlier
    // position of the same text, because there may be a backslash before it. `from` is such an earlier position if the next buffer has the
    // same text as the last one, as with repeated lines.
    if (text !== this.#text || from < this.#at) this.#backslash = -1;
    this.#text = text;
    this.#at = from;
    this.#isPartial = isPartial;
    if (this.#backslash < from) this.#findBackslash(from);
  }

  #value(path: Path, parent: TreeNode | undefined, depth: number): TreeNode {
    const code = this.#next();
    if (++this.#nodes > MAX_NODES) throw new TooManyValues();
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (depth >= MAX_DEPTH) throw new JsonFault(`it is nested more than ${MAX_DEPTH} levels deep`, this.#at);
      const node = new TreeNode(path, parent, code === OPEN_ARRAY);
      this.#at++;
      if (code === OPEN_OBJECT) this.#members(node, depth + 1);
      else this.#elements(node, depth + 1);
      return node;
    }
    const node = new TreeNode(path, parent);
    node.text = code === QUOTE ? this.#string() : this.#scalar();
    return node;
  }

  #members(node: TreeNode, depth: number): void {
    if (this.#next() === CLOSE_OBJECT) {
      this.#at++;
      return;
    }
    const children: TreeNode[] = (node.children = []);
    const serial = ++this.#serial;
    let previous: Path | undefined;
    for (;;) {
      if (this.#next() !== QUOTE) throw this.#fault(missingName(this.#text, this.#at));
      const path = this.#name(node.path, previous);
      previous = path;
      if (this.#next() !== COLON) throw this.#fault('a ":" is missing after the name of a member');
      this.#at++;
      const child = this.#value(path, node, depth);
      if (path.owner !== serial) {
        path.owner = serial;
        path.position = children.push(child) - 1;
      } else children[path.position] = child;
      const code = this.#next();
      this.#at++;
      if (code === CLOSE_OBJECT) return;
      if (code !== COMMA) throw this.#missing('a "," or "}" is missing after a member');
    }
  }

  /** Reads the name of a member. Most objects have the same members in the same order, so the expected name is compared with the buffer
   * first. */
  #name(parent: Path, previous: Path | undefined): Path {
    const expected = previous === undefined ? parent.first : previous.next;
    if (expected?.quoted !== undefined && this.#text.startsWith(expected.quoted, this.#at)) {
      this.#at += expected.quoted.length;
      return expected;
    }
    const path = parent.child(this.#string());
    if (previous === undefined) parent.first = path;
    else previous.next = path;
    return path;
  }

  #elements(node: TreeNode, depth: number): void {
    if (this.#next() === CLOSE_ARRAY) {
      this.#at++;
      return;
    }
    const children: TreeNode[] = (node.children = []);
    for (;;) {
      children.push(this.#value(node.path, node, depth));
      const code = this.#next();
      this.#at++;
      if (code === CLOSE_ARRAY) return;
      if (code !== COMMA) throw this.#missing('a "," or "]" is missing after an element');
    }
  }

  /** Returns the code of the next character that is not blank, and moves to it. */
  #next(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (isBlank(code)) code = this.#text.charCodeAt(++this.#at);
    if (Number.isNaN(code)) throw this.#cut();
    return code;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let end = text.indexOf('"', start);
    if (this.#backslash < start) this.#findBackslash(start);
    if (end !== -1 && this.#backslash > end) {
      this.#at = end + 1;
      return text.slice(start, end);
    }
    // A quote after an odd number of backslashes is a part of the string.
    while (this.#backslash < end) {
      if (this.#backslash === end - 1) end = text.indexOf('"', end + 1);
      this.#findBackslash(this.#backslash + 2);
    }
    if (end === -1) throw this.#cut();
    this.#at = end + 1;
    return unescaped(text.slice(start, end), start);
  }

  #findBackslash(from: number): void {
    const found = this.#text.indexOf(BACKSLASH, from);
    this.#backslash = found === -1 ? this.#text.length : found;
  }

  #scalar(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    for (let code = text.charCodeAt(at); !isEnd(code); code = text.charCodeAt(++at));
    if (at === text.length && this.#isPartial) throw new Incomplete();
    const word = text.slice(start, at);
    this.#at = at;
    const literal = Object.hasOwn(LITERALS, word) ? LITERALS[word] : undefined;
    if (literal !== undefined) return literal;
    if (NUMBER.test(word)) return word;
    this.#at = start;
    throw this.#fault(faultOf(text, start, word === "" ? missingValue(text, start) : notValue(word)));
  }

  /** Returns the error for a character that is missing. The parser has just read another character in its place. */
  #missing(message: string): JsonFault {
    return this.#fault(faultOf(this.#text, this.#at - 1, message), -1);
  }

  #cut(): Error {
    return this.#isPartial ? new Incomplete() : this.#fault(ends.file);
  }

  #fault(message: string, offset = 0): JsonFault {
    return new JsonFault(message, this.#at + offset);
  }
}

/** Returns the message for a name of a member that is missing: `at` is the position where the name must begin. */
export const missingName = (text: string, at: number): string =>
  text.charCodeAt(at) === CLOSE_OBJECT
    ? 'the name of a member is missing: there is a "," before the "}"'
    : faultOf(text, at, "the name of a member is missing, or is not in double quotes");

const missingValue = (text: string, at: number): string =>
  text.charCodeAt(at) === CLOSE_ARRAY ? 'a value is missing before the "]"' : "a value is missing";

const notValue = (word: string): string => `"${word.slice(0, 40)}" is not a value of JSON`;

const isEnd = (code: number): boolean =>
  Number.isNaN(code) ||
  isBlank(code) ||
  code === COMMA ||
  code === CLOSE_ARRAY ||
  code === CLOSE_OBJECT ||
  code === COLON ||
  code === OPEN_ARRAY ||
  code === OPEN_OBJECT ||
  code === QUOTE;

/** Decodes the escapes of a string. A lone surrogate, which is not a character, becomes U+FFFD. The record is then rejected. */
function unescaped(text: string, at: number): string {
  try {
    const escaped = /[\0-\x1f]/.test(text) ? text.replace(/\\[^]|[\0-\x1f]/g, escapeControl) : text;
    return (JSON.parse(`"${escaped}"`) as string).toWellFormed();
  } catch {
    throw new JsonFault("a string has an escape that is not valid", at);
  }
}

/** Escapes a control character, which JSON.parse does not accept in a string. A backslash and the character after it stay unchanged, even
 * if this is a control character: such an escape is not valid, and JSON.parse has to refuse it. */
const escapeControl = (found: string): string =>
  found.startsWith(BACKSLASH) ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
