// Checks JSON bodies before they are parsed: their encoding, depth and number of values. This limits the time for parsing and
// validation and the number of faults to list.
import { Problem } from "./problems.ts";

/** Maximum number of values in a body; enough for 10,000 SKUs or a product with 2,000 attributes. */
export const MAX_JSON_VALUES = 25_000;
/** Maximum depth of a body. No schema of the contract is this deep, but the data of a test event may be. */
export const MAX_JSON_DEPTH = 64;

/** Decodes a JSON body and checks its depth and its number of values. Does not check the JSON syntax. Keeps a byte order mark.
 * @throws Problem invalid-request if the bytes are not UTF-8, or the text is too deep or has too many values */
export function decodeJsonBody(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  checkJsonBounds(text);
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Problem("invalid-request", "The body is not valid UTF-8. Encode it as UTF-8 and send it again.", {
      cause,
    });
  }
}

/** Checks depth and number of values in one pass over the text. Does not report syntax errors: the parser reports them.
 * @param document name of the text for the error message, such as `The mapping`; by default, the text is the body of a request
 * @throws Problem invalid-request */
export function checkJsonBounds(text: string, document?: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return;
    } else if (code === COMMA) values += 1;
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      depth += 1;
      values += 1;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth -= 1;
    if (depth > MAX_JSON_DEPTH) throw outOfBounds(document, `is nested deeper than ${MAX_JSON_DEPTH} levels`);
    if (values > MAX_JSON_VALUES)
      throw outOfBounds(document, `has more than ${MAX_JSON_VALUES.toLocaleString("en")} values`);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Returns the index of the quote that closes the string at `start`, or -1 if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}

const outOfBounds = (document: string | undefined, fault: string): Problem =>
  new Problem(
    "invalid-request",
    document === undefined
      ? `The body ${fault}. Split it into smaller requests.`
      : `${document} ${fault}. Make it smaller.`,
  );
