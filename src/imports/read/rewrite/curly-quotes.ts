// Replaces typographic quotes around fields with straight ones, as in `“A-1”,“Lamp, big”`. Typographic quotes inside a field stay.
import { CR, LF } from "../field-end.ts";
import type { Rewriter } from "./rewriter.ts";

const QUOTE = 34;
const SPACE = 32;
/** The quotes “ ” „ ‟ « » in UTF-8. Each of them can open or close a field: depending on the language, texts are quoted as “A”, „A“ or »A«,
 * and word processors also write ” for an opening quote after a comma. */
const LONG_LEAD = 0xe2;
const SHORT_LEAD = 0xc2;
const isShort = (byte: number | undefined): boolean => byte === 0xab || byte === 0xbb;

/** Maximum number of spaces at the start of a field, and of consecutive typographic quotes, that are counted before they are written. The
 * character after them decides how they are written. A field with more of them exceeds the maximum size of a record. */
const MAX_WAITING = 1 << 20;

type State = "field start" | "plain" | "straight" | "after straight" | "curly";

/**
 * Returns a rewriter that reads several typographic quotes in a row like the same number of straight quotes. Before a delimiter, the
 * last quote closes the field. Of the quotes before it, each pair is an escaped quote, and a single remaining quote is part of the text.
 * @param delimiter one ASCII character
 */
export function createCurlyRewriter(delimiter: string): Rewriter {
  const writer = createFieldWriter(delimiter.charCodeAt(0));
  let rest = Buffer.alloc(0);
  return {
    rewrite(chunk, isEnd) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = isEnd ? bytes.length : completeLength(bytes);
      writer.begin(end);
      for (let at = 0; at < end;) {
        const length = quoteLength(bytes, at);
        if (length > 0 && writer.putMark(bytes, at, length)) at += length;
        else writer.putByte(bytes[at++] as number);
      }
      if (isEnd) writer.end();
      rest = Buffer.from(bytes.subarray(end));
      return writer.text();
    },
  };
}

interface FieldWriter {
  /** Allocates the output for a chunk of `length` bytes. */
  begin: (length: number) => void;
  /** Writes a typographic quote. Returns false if the field is not enclosed in typographic quotes. The caller then copies the quote byte by
   * byte. */
  putMark: (bytes: Buffer, at: number, length: number) => boolean;
  putByte: (byte: number) => void;
  end: () => void;
  text: () => Buffer;
}

function createFieldWriter(delimiter: number): FieldWriter {
  let target = Buffer.alloc(0);
  let to = 0;
  let state: State = "field start";
  /** Number of spaces at the start of a field. They are dropped before a quote, because a quote must be the first byte of its field. */
  let spaces = 0;
  /** Number of consecutive typographic quotes inside a field. */
  let run = 0;
  let firstOfRun = Buffer.alloc(0);

  const put = (byte: number, count = 1): void => {
    target.fill(byte, to, to + count);
    to += count;
  };
  const putRun = (closes: boolean): void => {
    const inside = closes ? run - 1 : run;
    put(QUOTE, inside - (inside % 2));
    if (inside % 2 === 1) to += firstOfRun.copy(target, to);
    if (closes) put(QUOTE);
    if (closes) state = "plain";
    run = 0;
  };
  const putSpaces = (): void => {
    put(SPACE, spaces);
    spaces = 0;
  };
  return {
    begin(length) {
      // Each straight quote inside a field is doubled, so the output can have twice the length of the input.
      target = Buffer.allocUnsafe(2 * length + run + spaces + 8);
      to = 0;
    },
    putMark(bytes, at, length) {
      if (state !== "field start" && state !== "curly") return false;
      if (state === "field start") {
        put(QUOTE);
        spaces = 0;
        state = "curly";
      } else {
        if (run === MAX_WAITING) putRun(false);
        if (run++ === 0) firstOfRun = Buffer.from(bytes.subarray(at, at + length));
      }
      return true;
    },
    putByte(byte) {
      const isFieldEnd = byte === delimiter || byte === LF || byte === CR;
      if (run > 0) putRun(isFieldEnd);
      if (state === "field start" && byte === SPACE && spaces < MAX_WAITING) {
        spaces++;
        return;
      }
      const isFirst = state === "field start" && spaces === 0;
      putSpaces();
      target[to++] = byte;
      if (state === "curly" && byte === QUOTE) target[to++] = byte;
      state = stateAfter(byte, state, isFirst, isFieldEnd);
    },
    end() {
      if (run > 0) putRun(true);
      putSpaces();
    },
    text: () => target.subarray(0, to),
  };
}

function stateAfter(byte: number, state: State, isFirst: boolean, isFieldEnd: boolean): State {
  if (state === "curly") return state;
  if (state === "straight") return byte === QUOTE ? "after straight" : state;
  if (isFieldEnd) return "field start";
  return byte === QUOTE && (isFirst || state === "after straight") ? "straight" : "plain";
}

/** Returns the number of bytes of the typographic quote at `at`, or 0 if there is none. */
export function quoteLength(bytes: Buffer, at: number): number {
  const lead = bytes[at];
  if (lead === SHORT_LEAD) return isShort(bytes[at + 1]) ? 2 : 0;
  if (lead !== LONG_LEAD || bytes[at + 1] !== 0x80) return 0;
  const last = bytes[at + 2] as number;
  return last >= 0x9c && last <= 0x9f ? 3 : 0;
}

/** Returns the length without an incomplete typographic quote at the end, whose last bytes are in the next chunk. */
function completeLength(bytes: Buffer): number {
  const { length } = bytes;
  const last = bytes[length - 1];
  if (last === LONG_LEAD || last === SHORT_LEAD) return length - 1;
  return last === 0x80 && bytes[length - 2] === LONG_LEAD ? length - 2 : length;
}
