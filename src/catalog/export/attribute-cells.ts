// Finds the attribute values of a product in one pass over the text of its jsonb value, without parsing that text into an object.

export interface AttributeName {
  name: string;
  /** The name with quotes, as it appears in the text of a jsonb value. */
  json: Buffer;
  /**
   * Whether the column of the attribute contains lists: one of the exported values is a list, or the name of the attribute ends with
   * `[]`.
   */
  is_list: boolean;
}

/** The attribute values of one product, by column. */
export interface AttributeCells {
  /** Reads the attributes of the next product from the text of a jsonb object in bytes[from, to). */
  read(bytes: Buffer, from: number, to: number): void;
  has(column: number): boolean;
  /**
   * Sets `bytes`, `start` and `end` to the product's value in this column. They are valid until the next call. Call `find` only if
   * `has(column)` is true. Strings have no quotes and no escapes; all other values are JSON. In a column of lists, a string that begins
   * with `[` or `"` is JSON too.
   */
  find(column: number): void;
  bytes: Buffer;
  start: number;
  end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;

/** @param names in the order in which jsonb stores keys: by length in bytes, then by bytes
 * @param columns the column of each name */
export function createAttributeCells(names: readonly AttributeName[], columns: readonly number[]): AttributeCells {
  const starts = new Int32Array(names.length);
  const ends = new Int32Array(names.length);
  const seen = new Float64Array(names.length);
  const hasLists = new Uint8Array(names.length);
  names.forEach(({ is_list }, index) => (hasLists[columns[index] as number] = Number(is_list)));
  let row = 0;
  let source: Buffer = Buffer.alloc(0);
  let scratch = Buffer.allocUnsafe(1024);

  const isName = (index: number, bytes: Buffer, from: number, to: number): boolean => {
    const { json } = names[index] as AttributeName;
    if (json.length !== to - from) return false;
    for (let i = 0; i < json.length; i++) if (json[i] !== bytes[from + i]) return false;
    return true;
  };

  const cells: AttributeCells = {
    bytes: source,
    start: 0,
    end: 0,
    read(bytes, from, to) {
      row++;
      source = bytes;
      let index = 0;
      // An example of the text is `{"a": "b", "c": "d"}`: jsonb writes a space after each colon and comma.
      for (let pos = from + 1; pos < to - 1;) {
        const keyEnd = endOfString(bytes, pos);
        while (index < names.length && !isName(index, bytes, pos, keyEnd)) index++;
        if (index === names.length) throw new Error("a product has an attribute that the snapshot did not list");
        const start = keyEnd + 2;
        const end = bytes[start] === QUOTE ? endOfString(bytes, start) : endOfValue(bytes, start, to - 1);
        const column = columns[index] as number;
        starts[column] = start;
        ends[column] = end;
        seen[column] = row;
        pos = end + 2;
      }
    },
    has: (column) => seen[column] === row,
    find(column) {
      const start = starts[column] as number;
      const end = ends[column] as number;
      cells.bytes = source;
      cells.start = start;
      cells.end = end;
      if (source[start] !== QUOTE || (hasLists[column] === 1 && looksLikeJson(source, start + 1))) return;
      cells.start = start + 1;
      cells.end = end - 1;
      const escape = source.subarray(start, end).indexOf(BACKSLASH);
      if (escape < 0) return;
      if (scratch.length < end - start) scratch = Buffer.allocUnsafe((end - start) * 2);
      cells.bytes = scratch;
      cells.start = 0;
      cells.end = unescape(source, start + 1, end - 1, scratch);
    },
  };
  return cells;
}

/** Whether the JSON string at `pos` contains a text that begins with `[` or `"`. JSON writes this quote as `\"`. */
const looksLikeJson = (bytes: Buffer, pos: number): boolean =>
  bytes[pos] === OPEN_ARRAY || (bytes[pos] === BACKSLASH && bytes[pos + 1] === QUOTE);

/** Returns the offset after the string that begins at `pos`. */
function endOfString(bytes: Buffer, pos: number): number {
  let at = pos + 1;
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Returns the offset after the value at `pos`: a number, a keyword, or an array or object with its contents. */
function endOfValue(bytes: Buffer, pos: number, to: number): number {
  let depth = 0;
  let at = pos;
  while (at < to) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    else if (byte === 0x2c && depth === 0) break;
    at++;
  }
  return at;
}

const ESCAPES = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

/** Decodes the JSON escapes of bytes[from, to) into `target` and returns the length of the result. Every \u escape becomes a single byte,
 * because jsonb writes \u for control characters only. */
function unescape(bytes: Buffer, from: number, to: number, target: Buffer): number {
  let at = 0;
  for (let pos = from; pos < to; pos++) {
    const byte = bytes[pos] as number;
    if (byte !== BACKSLASH) {
      target[at++] = byte;
      continue;
    }
    const escaped = bytes[++pos] as number;
    if (escaped === 0x75) {
      target[at++] = Number.parseInt(bytes.toString("latin1", pos + 1, pos + 5), 16);
      pos += 4;
    } else target[at++] = ESCAPES.get(escaped) ?? escaped;
  }
  return at;
}
