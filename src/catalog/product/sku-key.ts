// The SKU rule: computes the key of a SKU. Two spellings with the same key refer to the same product. Imports, edits, URLs and filters all
// use this function.

/** Returns the key of a SKU: normalized to NFC, without Unicode white space at both ends, and lower-cased independently of the locale.
 *
 * Lower-casing may leave two characters that can be composed (`İ` becomes `i` + U+0307), so the result is normalized again. The key of a
 * key is therefore the key itself. `ß` stays `ß` and does not become `ss`. `İ` and `i` stay different, and so do characters of other
 * scripts that look alike. */
export function skuKey(sku: string): string {
  return trimWhiteSpace(sku.normalize("NFC")).toLowerCase().normalize("NFC");
}

/** Returns the possible prefixes of the keys of all SKUs that begin with `beginning`. There are two prefixes if `beginning` ends with a
 * Greek sigma, because sigma has another lower-case form at the end of a word. */
export function skuKeyPrefixes(beginning: string): string[] {
  const start = trimStart(beginning.normalize("NFC"));
  const prefixes = [start.toLowerCase(), `${start}x`.toLowerCase().slice(0, -1)].map((text) => text.normalize("NFC"));
  return [...new Set(prefixes)];
}

/** Removes white space (Unicode property White_Space) at both ends. `String.trim` uses another set of characters: it removes U+FEFF and
 * keeps U+0085. The function uses a loop, because `/\s+$/` takes quadratic time on malicious input. */
export function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && isWhiteSpace(text.charCodeAt(start))) start++;
  return text.slice(start);
}

/** Whether the character has the property White_Space (https://www.unicode.org/Public/UCD/latest/ucd/PropList.txt). All characters with
 * this property are in the Basic Multilingual Plane. */
function isWhiteSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  return (
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** Writes the key of the UTF-8 text in `bytes[start, end)` into `target` at `offset`, and returns the length of the key in bytes. Nearly
 * every SKU is ASCII; its key is written without creating a string. `target` must have space for three times the length of the text. */
export function writeSkuKey(bytes: Buffer, start: number, end: number, target: Buffer, offset: number): number {
  let from = start;
  let to = end;
  while (from < to && isWhiteSpace(bytes[from] as number)) from++;
  while (to > from && isWhiteSpace(bytes[to - 1] as number) && (bytes[to - 1] as number) < 0x80) to--;
  let out = offset;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) return target.write(skuKey(bytes.toString("utf8", start, end)), offset, "utf8");
    target[out++] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
  }
  return out - offset;
}
