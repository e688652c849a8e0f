// Decodes the entities of XML: the five named ones, and references to characters. Many programs also write entities of HTML, such as `&nbsp;`
// and `&uuml;`, without declaring them: these are decoded as in HTML. Any other entity stays unmodified, because a document type would have
// to declare it, and declared entities are never expanded.
import { decodeHTMLStrict } from "entities";

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
/** Maximum number of characters of an entity between `&` and `;`. */
const MAX_LENGTH = 10;
/** Replaces a character that XML does not allow. XML does not allow this character either, so it has no other meaning. Records with it are
 * rejected. */
export const NOT_IN_XML = "\uffff";

/** The characters that XML does not allow, except lone surrogates, which no decoder returns. */
const NOT_ALLOWED = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

export const markNotAllowed = (text: string): string => text.replace(NOT_ALLOWED, NOT_IN_XML);

/** Returns the text with decoded entities and with line ends as LF. */
export function decodeText(text: string): string {
  const lines = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  let at = lines.indexOf("&");
  if (at === -1) return lines;
  let decoded = "";
  let from = 0;
  for (; at !== -1; at = lines.indexOf("&", at + 1)) {
    // Search a few characters only: in a text with many `&`, each search would otherwise run to the end of the text.
    const length = lines.slice(at + 1, at + MAX_LENGTH + 2).indexOf(";");
    if (length === -1) continue;
    const end = at + 1 + length;
    const character = characterOf(lines.slice(at + 1, end));
    if (character === undefined) continue;
    decoded += lines.slice(from, at) + character;
    from = end + 1;
    at = end;
  }
  return decoded + lines.slice(from);
}

function ofHtml(entity: string): string | undefined {
  if (!/^[a-z][a-z\d]*$/i.test(entity)) return undefined;
  const decoded = decodeHTMLStrict(`&${entity};`);
  return decoded.startsWith("&") ? undefined : decoded;
}

function characterOf(entity: string): string | undefined {
  if (!entity.startsWith("#")) return Object.hasOwn(NAMED, entity) ? NAMED[entity] : ofHtml(entity);
  const isHex = entity.startsWith("#x");
  const digits = entity.slice(isHex ? 2 : 1);
  if (!(isHex ? /^[\da-f]+$/i : /^\d+$/).test(digits)) return undefined;
  const code = parseInt(digits, isHex ? 16 : 10);
  const isAllowed =
    (code >= 0x20 && code < 0xd800) || code === 9 || code === 10 || code === 13 || (code >= 0xe000 && code <= 0x10ffff);
  return isAllowed && code !== 0xfffe && code !== 0xffff ? String.fromCodePoint(code) : NOT_IN_XML;
}
