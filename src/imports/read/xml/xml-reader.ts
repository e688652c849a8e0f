// Reads XML from chunks of text and reports elements and texts as they end. Memory is bounded: comments, document types and instructions
// are skipped, texts are reported in pieces, and a tag, the depth of nesting and the number of attributes have limits. Entities that a
// document type declares are never expanded, and nothing is ever fetched.
import type { Problem } from "../../../../contract/problems.ts";
import { MAX_DEPTH } from "../tree/nodes.ts";
import { decodeText, markNotAllowed, NOT_IN_XML } from "./entities.ts";
import { attributeName, localName, shown } from "./names.ts";
import { notXml } from "./not-xml.ts";
import { SubsetSkipper } from "./skip-doctype.ts";

export interface XmlHandler {
  /** Called for each opening tag. `name` has no namespace prefix.
   * @param attributes names, without prefix, and values in turn; undefined if there are none */
  open(name: string, attributes: string[] | undefined): void;
  /** Called for a part of the text of an element. Consecutive calls report parts of the same text.
   * @param isMarked whether the text was in a CDATA section */
  text(text: string, isMarked: boolean): void;
  close(name: string): void;
}

const MAX_TAG_LENGTH = 1 << 20;
const MAX_ATTRIBUTES = 1000;
/** Maximum number of characters of an entity. A text that ends within this number of characters after a `&` waits for the next chunk. */
const MAX_ENTITY_LENGTH = 12;

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const BANG = 33;
const SLASH = 47;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const QUESTION = 63;

const isSpace = (code: number): boolean => code === SPACE || code === LF || code === TAB || code === CR;

type Skipped = "comment" | "instruction" | "cdata" | "doctype";
const END_OF: Record<Exclude<Skipped, "doctype">, string> = { comment: "-->", instruction: "?>", cdata: "]]>" };
const STARTS = ["<!--", "<![CDATA[", "<!DOCTYPE"];

export class XmlReader {
  readonly #handler: XmlHandler;
  readonly #open: string[] = [];
  #buffer = "";
  /** Position in the buffer up to which the text has been read. */
  #at = 0;
  #inside: Skipped | undefined;
  #subset = new SubsetSkipper();
  #line = 1;
  /** Position in the buffer of the first line end that has not been counted; the length of the buffer if there is none. */
  #lineEnd = -1;
  #hasRoot = false;
  /** Number of characters of the file before the buffer. */
  #before = 0;
  /** Position in the buffer after the tag that is being reported. */
  #tagEnd = 0;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** Line of the text that is being reported, from 1. */
  get line(): number {
    this.#countLines();
    return this.#line;
  }

  /** Number of characters before the tag that is being reported. */
  get position(): number {
    return this.#before + this.#at;
  }

  get end_of_tag(): number {
    return this.#before + this.#tagEnd;
  }

  #countLines(): void {
    // Search for the next line end only after the last one that was found: a file may be a single line.
    while (this.#lineEnd < this.#at) {
      if (this.#lineEnd >= 0) this.#line++;
      const next = this.#buffer.indexOf("\n", this.#lineEnd + 1);
      this.#lineEnd = next === -1 ? this.#buffer.length : next;
    }
  }

  /** @throws Problem broken-file if the text is not well-formed XML */
  write(chunk: string): void {
    this.#before += this.#at;
    const text = markNotAllowed(chunk);
    this.#buffer = this.#at >= this.#buffer.length ? text : this.#buffer.slice(this.#at) + text;
    this.#at = 0;
    this.#lineEnd = -1;
    while (this.#inside === undefined ? this.#readContent() : this.#skip(this.#inside));
    // Count the lines now, because the next call drops the text that has been read.
    this.#countLines();
  }

  /** @throws Problem broken-file if the file ends within an element */
  end(): void {
    const name = this.#open.at(-1);
    if (name !== undefined) throw this.#fault(`the element <${shown(name)}> is not closed; the file may be incomplete`);
    if (this.#inside !== undefined || this.#buffer.slice(this.#at).trim() !== "")
      throw this.#fault("the file ends within a tag or a comment; it may be incomplete");
    if (!this.#hasRoot) throw this.#fault("it contains no element");
  }

  /** Reads a text, or a tag. Returns false if more text is needed. */
  #readContent(): boolean {
    const buffer = this.#buffer;
    const from = this.#at;
    const start = buffer.indexOf("<", from);
    if (start !== from) {
      const end = start === -1 ? this.#endOfText(from) : start;
      if (end > from) this.#text(from, end);
      this.#at = end;
      if (start === -1) return false;
    }
    switch (buffer.charCodeAt(start + 1)) {
      case SLASH:
        return this.#closingTag(start);
      case BANG:
        return this.#declaration(start);
      case QUESTION:
        this.#enter("instruction", start + 2);
        return true;
      default:
        return this.#openingTag(start);
    }
  }

  /** Returns the end of the text in the buffer, without an entity or a line end that the end of the buffer may cut. */
  #endOfText(from: number): number {
    const { length } = this.#buffer;
    const entity = this.#buffer.lastIndexOf("&");
    if (entity >= from && entity > length - MAX_ENTITY_LENGTH && !this.#buffer.includes(";", entity)) return entity;
    return this.#buffer.charCodeAt(length - 1) === CR ? length - 1 : length;
  }

  #text(from: number, to: number): void {
    if (this.#open.length > 0) this.#handler.text(decodeText(this.#buffer.slice(from, to)), false);
    else if (this.#buffer.slice(from, to).trim() !== "") throw this.#fault("there is text outside the root element");
  }

  #closingTag(start: number): boolean {
    const end = this.#buffer.indexOf(">", start);
    if (end === -1) return this.#wait(start);
    let last = end;
    while (isSpace(this.#buffer.charCodeAt(last - 1))) last--;
    const name = this.#buffer.slice(start + 2, last);
    const opened = this.#open.pop();
    this.#at = start;
    if (opened !== name)
      throw this.#fault(
        opened === undefined
          ? `the tag </${shown(name)}> closes no element`
          : `the element <${shown(opened)}> is closed by </${shown(name)}>`,
      );
    this.#at = end + 1;
    this.#tagEnd = end + 1;
    this.#handler.close(localName(name));
    return true;
  }

  #openingTag(start: number): boolean {
    const buffer = this.#buffer;
    let at = start + 1;
    for (let code = buffer.charCodeAt(at); ; code = buffer.charCodeAt(++at)) {
      if (Number.isNaN(code)) return this.#wait(start);
      if (code === GREATER || code === SLASH || isSpace(code)) break;
      if (code === LESS || code === EQUALS) throw this.#faultAt(start, "a tag is not valid");
    }
    if (at === start + 1) throw this.#faultAt(start, 'there is a "<" that begins no tag; it must be written as "&lt;"');
    const name = buffer.slice(start + 1, at);
    if (name.includes(NOT_IN_XML)) throw this.#faultAt(start, "a tag has a control character in its name");
    let attributes: string[] | undefined;
    for (;;) {
      let code = buffer.charCodeAt(at);
      while (isSpace(code)) code = buffer.charCodeAt(++at);
      if (code === GREATER) break;
      if (code === SLASH) {
        if (at + 1 >= buffer.length) return this.#wait(start);
        if (buffer.charCodeAt(at + 1) !== GREATER) throw this.#faultAt(start, `the tag <${shown(name)}> is not valid`);
        this.#at = start;
        this.#tagEnd = at + 2;
        this.#opened(name, attributes, true);
        this.#at = at + 2;
        return true;
      }
      const end = this.#attribute(start, at, name, (attributes ??= []));
      if (end === -1) return this.#wait(start);
      at = end;
    }
    this.#at = start;
    this.#opened(name, attributes, false);
    this.#at = at + 1;
    return true;
  }

  /** Reads the attribute at `from`, and returns the position after it; -1 if more text is needed. */
  #attribute(start: number, from: number, tag: string, attributes: string[]): number {
    const buffer = this.#buffer;
    let at = from;
    let code = buffer.charCodeAt(at);
    while (!Number.isNaN(code) && code !== EQUALS && code !== GREATER && code !== LESS && !isSpace(code))
      code = buffer.charCodeAt(++at);
    const name = buffer.slice(from, at);
    while (isSpace(code)) code = buffer.charCodeAt(++at);
    if (Number.isNaN(code)) return -1;
    if (code !== EQUALS) throw this.#faultAt(start, `the attribute "${shown(name)}" of <${shown(tag)}> has no value`);
    code = buffer.charCodeAt(++at);
    while (isSpace(code)) code = buffer.charCodeAt(++at);
    if (Number.isNaN(code)) return -1;
    const quote = buffer.charAt(at);
    if (quote !== '"' && quote !== "'")
      throw this.#faultAt(start, `the value of the attribute "${shown(name)}" of <${shown(tag)}> is not in quotes`);
    const end = buffer.indexOf(quote, at + 1);
    if (end === -1) return -1;
    if (attributes.length >= MAX_ATTRIBUTES * 2)
      throw this.#faultAt(start, `the tag <${shown(tag)}> has more than ${MAX_ATTRIBUTES} attributes`);
    const value = buffer.slice(at + 1, end);
    attributes.push(
      attributeName(name),
      decodeText(/[\t\r\n]/.test(value) ? value.replace(/\r\n|[\t\r\n]/g, " ") : value),
    );
    return end + 1;
  }

  #opened(name: string, attributes: string[] | undefined, isEmpty: boolean): void {
    if (this.#open.length === 0 && this.#hasRoot) throw this.#fault("there is an element after the root element");
    if (this.#open.length >= MAX_DEPTH) throw this.#fault(`it is nested more than ${MAX_DEPTH} levels deep`);
    this.#hasRoot = true;
    const local = localName(name);
    if (!isEmpty) this.#open.push(name);
    this.#handler.open(local, attributes);
    if (isEmpty) this.#handler.close(local);
  }

  #declaration(start: number): boolean {
    for (const begin of STARTS) {
      if (!this.#buffer.startsWith(begin, start)) {
        if (this.#buffer.length - start < begin.length && begin.startsWith(this.#buffer.slice(start))) return false;
        continue;
      }
      if (begin === "<!DOCTYPE") this.#subset = new SubsetSkipper();
      this.#enter(begin === "<!--" ? "comment" : begin === "<!DOCTYPE" ? "doctype" : "cdata", start + begin.length);
      return true;
    }
    throw this.#faultAt(start, "a declaration is not valid");
  }

  #enter(kind: Skipped, at: number): void {
    this.#inside = kind;
    this.#at = Math.min(at, this.#buffer.length);
  }

  /** Skips a comment, an instruction or a document type, or reports the text of a CDATA section. Returns false if more text is needed. */
  #skip(kind: Skipped): boolean {
    const buffer = this.#buffer;
    const from = this.#at;
    if (kind === "doctype") {
      const { at, is_end } = this.#subset.skip(buffer, from);
      this.#at = at;
      if (is_end) this.#inside = undefined;
      return is_end;
    }
    const mark = END_OF[kind];
    const end = buffer.indexOf(mark, from);
    // The buffer may end within `mark`, or between the CR and the LF of a line end.
    let to = end === -1 ? Math.max(from, buffer.length - mark.length) : end;
    if (end === -1 && to > from && buffer.charCodeAt(to - 1) === CR) to--;
    if (kind === "cdata" && to > from) {
      if (this.#open.length === 0) throw this.#fault("there is text outside the root element");
      this.#handler.text(buffer.slice(from, to).replace(/\r\n?/g, "\n"), true);
    }
    this.#at = end === -1 ? to : end + mark.length;
    if (end !== -1) this.#inside = undefined;
    return end !== -1;
  }

  /** Called if the buffer ends within the tag at `start`. The tag is read again with the next chunk. */
  #wait(start: number): false {
    this.#at = start;
    if (this.#buffer.length - start > MAX_TAG_LENGTH)
      throw this.#fault(`a tag has more than ${MAX_TAG_LENGTH.toLocaleString("en")} characters`);
    return false;
  }

  #faultAt(start: number, what: string): Problem {
    this.#at = start;
    return this.#fault(what);
  }

  #fault(what: string): Problem {
    return notXml(what, this.line);
  }
}
