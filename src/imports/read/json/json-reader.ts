// Reads JSON, or several JSON values one after another (JSON Lines), from chunks of text, and reports the records. Only one record at a
// time is in memory: values outside the records are skipped.
import type { Problem } from "../../../../contract/problems.ts";
import { ANY, MAX_DEPTH, MAX_RECORD_LENGTH, Path, TreeNode, type OnRecord, type TreeRecord } from "../tree/nodes.ts";
import { endsWithPath } from "../tree/record-path.ts";
import { addMemberKey } from "./member-key.ts";
import { notJson } from "./not-json.ts";
import { skipString } from "./skip-string.ts";
import type { JsonVisitor } from "./json-visitor.ts";
import { ends, faultOf, Incomplete, JsonFault, missingName, TooManyValues, ValueParser } from "./json-values.ts";

/** Number of characters after which a text outside of the records is skipped. */
const MAX_OUTSIDE_TEXT = 1 << 20;

type Expected = "value" | "first-element" | "element" | "first-name" | "name" | "colon" | "comma";

/** A program that joins files leaves the marks at their beginnings. */
const BYTE_ORDER_MARK = 0xfeff;
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const OPEN_OBJECT = 123;

export class JsonReader {
  readonly #record: readonly string[] | undefined;
  readonly #onRecord: OnRecord;
  readonly #visitor: JsonVisitor | undefined;
  readonly #parser = new ValueParser();
  readonly #root = new Path("");
  /** For each open container outside of the record: whether the container is an array. */
  readonly #open: boolean[] = [];
  /** The name of each value that contains the current one, and of the current value. The root has none. */
  readonly #names: string[] = [];
  #expected: Expected = "value";
  #buffer = "";
  #at = 0;
  /** Number of characters before the buffer. */
  #before = 0;
  #line = 1;
  #lineEnd = -1;
  /** Length that the buffer must have before the record at its start is parsed again. */
  #retryAt = 0;
  /** The record that is skipped because it is too long. */
  #skipped: { depth: number; inString: boolean; line: number; from: number } | undefined;
  #isEnd = false;

  /** @param record the names that lead to the records, such as `data`, `products`, `*`. Empty if each value of the file is a record, as
   * in JSON Lines. Undefined if the reader is to find no records */
  constructor(record: readonly string[] | undefined, onRecord: OnRecord, visitor?: JsonVisitor) {
    this.#record = record;
    this.#onRecord = onRecord;
    this.#visitor = visitor;
  }

  /** Number of characters before the current position. */
  get position(): number {
    return this.#before + this.#at;
  }

  /** @throws Problem broken-file if the text is not JSON */
  write(chunk: string): void {
    this.#append(chunk);
    this.#run();
  }

  /** @throws Problem broken-file if the file ends within a value */
  end(): void {
    this.#isEnd = true;
    this.#retryAt = 0;
    this.#append("");
    this.#run();
    if (this.#open.length > 0 || this.#skipped !== undefined) throw this.#fault(ends.file);
  }

  #append(chunk: string): void {
    this.#before += this.#at;
    this.#buffer = this.#at >= this.#buffer.length ? chunk : this.#buffer.slice(this.#at) + chunk;
    this.#at = 0;
    this.#lineEnd = -1;
  }

  #run(): void {
    try {
      while (this.#skipped === undefined ? this.#step() : this.#skip());
    } catch (error) {
      if (error instanceof Incomplete) this.#wait();
      else if (error instanceof TooManyValues) {
        this.#skipRecord();
        this.#run();
        return;
      } else if (error instanceof JsonFault) {
        this.#at = Math.min(error.at, this.#buffer.length);
        throw this.#fault(error.message);
      } else throw error;
    }
    // Count the lines of the text that has been read, before the buffer is cut.
    this.#lineNow();
  }

  /** Called if the buffer ends within the value at the current position. Begins to skip the value if it is already too long. */
  #wait(): void {
    const length = this.#buffer.length - this.#at;
    // Parse again only when the buffer has twice the length, so that a long record takes linear time.
    this.#retryAt = length * 2;
    if (length <= MAX_RECORD_LENGTH) return;
    this.#skipRecord();
    while (this.#skip());
  }

  #skipRecord(): void {
    this.#retryAt = 0;
    const code = this.#buffer.charCodeAt(this.#at);
    if (code !== QUOTE && code !== OPEN_OBJECT && code !== OPEN_ARRAY)
      throw this.#fault("a number has too many digits");
    this.#skipped = { depth: 0, inString: false, line: this.#lineNow(), from: this.position };
  }

  /** Reads a token outside of records, or a whole record. Returns false if more text is needed. */
  #step(): boolean {
    const buffer = this.#buffer;
    let code = buffer.charCodeAt(this.#at);
    while (code === 32 || code === 10 || code === 13 || code === 9 || code === BYTE_ORDER_MARK)
      code = buffer.charCodeAt(++this.#at);
    if (Number.isNaN(code)) return false;
    switch (this.#expected) {
      case "value":
      case "element":
        return this.#value(code);
      case "first-element":
        return code === 93 ? this.#close() : this.#value(code);
      case "first-name":
        return code === 125 ? this.#close() : this.#name(code);
      case "name":
        return this.#name(code);
      case "colon":
        if (code !== 58) throw new JsonFault('a ":" is missing after the name of a member', this.#at);
        this.#at++;
        this.#expected = "value";
        return true;
      case "comma": {
        const isArray = this.#open.at(-1) === true;
        if (code === (isArray ? 93 : 125)) return this.#close();
        const missing = `a "," or "${isArray ? "]" : "}"}" is missing after a value`;
        if (code !== COMMA) throw new JsonFault(faultOf(buffer, this.#at, missing), this.#at);
        this.#at++;
        this.#expected = isArray ? "element" : "name";
        return true;
      }
    }
  }

  #value(code: number): boolean {
    if (this.#open.at(-1) === true) this.#names[this.#open.length - 1] = "*";
    if (this.#open.length === 0) {
      if (code === COMMA)
        throw new JsonFault('there is a "," after a value, but the values are not enclosed in "[" and "]"', this.#at);
      this.#visitor?.root();
    }
    const isElement = this.#open.length === 0 || this.#open.at(-1) === true;
    // If the path leads to an array, the array's elements are the records. A member of an object is a record only if it is an object.
    if (code === OPEN_OBJECT || (code !== OPEN_ARRAY && isElement)) if (this.#isRecord()) return this.#readRecord();
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      const isArray = code === OPEN_ARRAY;
      if (this.#open.length >= MAX_DEPTH)
        throw new JsonFault(`it is nested more than ${MAX_DEPTH} levels deep`, this.#at);
      this.#visitor?.open(this.#names.slice(0, this.#open.length), isArray);
      this.#open.push(isArray);
      this.#at++;
      this.#expected = isArray ? "first-element" : "first-name";
      return true;
    }
    const name = this.#names[this.#open.length - 1] ?? "";
    if (this.#visitor?.wants?.(name) === true && this.#buffer.length - this.#at <= MAX_OUTSIDE_TEXT)
      return this.#readOutside(name);
    // Skip a string, number or word outside of records. A string of any length takes no memory.
    this.#skipped = { depth: -1, inString: false, line: 0, from: 0 };
    return true;
  }

  /** Reads a string, number or word outside of records. Returns false if more text is needed. */
  #readOutside(name: string): boolean {
    try {
      const { text } = this.#parser.parse(this.#buffer, this.#at, !this.#isEnd, this.#root, 0);
      this.#at = this.#parser.end;
      this.#visitor?.value?.(name, text);
      this.#ended();
      return true;
    } catch (error) {
      if (error instanceof Incomplete) return false;
      throw error;
    }
  }

  /** Whether the path of the records leads to the value at the current position, or to an array that contains the value. */
  #isRecord(): boolean {
    if (this.#record === undefined) return false;
    let depth = this.#open.length;
    while (!endsWithPath(this.#names, depth, this.#record))
      if (depth === 0 || this.#open[--depth] !== true) return false;
    return true;
  }

  #readRecord(): boolean {
    if (this.#buffer.length - this.#at < this.#retryAt) return false;
    const line = this.#lineNow();
    const from = this.position;
    this.#parser.parent = this.#visitor?.innermost?.();
    const node = this.#parser.parse(this.#buffer, this.#at, !this.#isEnd, this.#root, this.#open.length);
    const start = this.#at;
    // The path of the records ends with `*`, so each member of the object is a record, and its name is one of its values.
    if (this.#open.at(-1) === false && this.#record?.at(-1) === ANY)
      addMemberKey(node, this.#names[this.#open.length - 1] as string);
    const { end, size } = this.#parser;
    this.#at = end;
    this.#retryAt = 0;
    const raw = this.#buffer.charCodeAt(start) === OPEN_OBJECT ? undefined : this.#buffer.slice(start, end);
    this.#report(node, { line, from }, end - start + size > MAX_RECORD_LENGTH, raw);
    return true;
  }

  /** @param raw the text of a value that is not an object; undefined for an object */
  #report(node: TreeNode, position: { line: number; from: number }, isTooLong: boolean, raw?: string): void {
    const record: TreeRecord = { node, ...position, to: this.position, is_too_long: isTooLong };
    if (raw !== undefined) record.broken = { kind: "element", reason: "", raw };
    const isBlank = node.children === undefined && node.attributes === undefined;
    if (!isBlank || isTooLong || raw !== undefined) this.#onRecord(record);
    this.#ended();
  }

  #ended(): void {
    this.#expected = this.#open.length === 0 ? "value" : "comma";
  }

  #name(code: number): boolean {
    if (code !== QUOTE) throw new JsonFault(missingName(this.#buffer, this.#at), this.#at);
    const name = this.#parser.string(this.#buffer, this.#at, !this.#isEnd);
    this.#names[this.#open.length - 1] = name;
    this.#visitor?.member(name);
    this.#at = this.#parser.end;
    this.#expected = "colon";
    return true;
  }

  #close(): boolean {
    this.#at++;
    this.#open.pop();
    this.#visitor?.close();
    this.#ended();
    return true;
  }

  /** Skips a value. Returns false if more text is needed. */
  #skip(): boolean {
    const skipped = this.#skipped as { depth: number; inString: boolean };
    const buffer = this.#buffer;
    while (this.#at < buffer.length) {
      if (skipped.inString) {
        const { at, is_end } = skipString(buffer, this.#at);
        this.#at = at;
        if (!is_end) return false;
        skipped.inString = false;
        if (skipped.depth <= 0) return this.#endSkip();
        continue;
      }
      const code = buffer.charCodeAt(this.#at);
      if (skipped.depth === -1 && code !== QUOTE) {
        // The value is a number or a word. Parse it, because only the parser finds its end and its faults.
        this.#parser.parse(buffer, this.#at, !this.#isEnd, this.#root, 0);
        this.#at = this.#parser.end;
        return this.#endSkip();
      }
      this.#at++;
      if (code === QUOTE) skipped.inString = true;
      else if (code === 123 || code === 91) skipped.depth++;
      else if ((code === 125 || code === 93) && --skipped.depth === 0) return this.#endSkip();
    }
    return false;
  }

  #endSkip(): true {
    const { line, depth, from } = this.#skipped as { line: number; depth: number; from: number };
    this.#skipped = undefined;
    if (depth === -1) this.#ended();
    else this.#report(new TreeNode(this.#root, undefined), { line, from }, true);
    return true;
  }

  #lineNow(): number {
    while (this.#lineEnd < this.#at) {
      if (this.#lineEnd >= 0) this.#line++;
      const next = this.#buffer.indexOf("\n", this.#lineEnd + 1);
      this.#lineEnd = next === -1 ? this.#buffer.length : next;
    }
    return this.#line;
  }

  #fault(what: string): Problem {
    return notJson(what, this.#lineNow());
  }
}
