// JSON bodies: their depth and their number of values are bounded before they are parsed, so that neither parsing nor validating
// takes long, and no body makes more faults than it has values.
import { Problem } from "./problems.ts";

/** 10,000 SKUs, or a product with 1,996 attributes, and room for more. */
export const MAX_JSON_VALUES = 25_000;
/** Deeper than any body of the contract; an event's test data may be as deep as this. */
export const MAX_JSON_DEPTH = 64;

/** Passes over a text once and skips its strings; whether the text is JSON at all is the parser's to say.
 * @throws Problem invalid-request */
export function checkJsonBounds(text: string): void {
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
    if (depth > MAX_JSON_DEPTH) throw tooMuch(`nested deeper than ${MAX_JSON_DEPTH} levels`);
    if (values > MAX_JSON_VALUES) throw tooMuch(`made of more than ${MAX_JSON_VALUES.toLocaleString("en")} values`);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Index of the quote that closes the string which begins at `start`; -1 = none does. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}

const tooMuch = (what: string): Problem =>
  new Problem("invalid-request", `The body is ${what}. Split it into smaller requests.`);
