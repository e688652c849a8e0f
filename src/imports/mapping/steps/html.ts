// Turns HTML into text. Each character is visited a fixed number of times, whatever the text contains.
import { decodeHTML } from "entities";

/** Elements that begin and end a line. */
const BLOCKS: ReadonlySet<string> = new Set(
  "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul".split(
    " ",
  ),
);
/** Elements that get a blank at their end, because a browser shows them beside each other. */
const CELLS: ReadonlySet<string> = new Set(["td", "th", "option"]);
/** Elements whose content is not text. */
const HIDDEN: ReadonlySet<string> = new Set(["script", "style", "title", "template"]);

/** Represents a line break of the result while the white space of the source is collapsed. NUL does not occur in the source, because the
 * records of a file contain no NUL. */
const BREAK = "\0";

/** Removes tags, decodes entities, and turns <br> and block elements into line breaks. A text without markup is returned unmodified. */
export function stripHtml(text: string): string {
  if (!text.includes("<") && !text.includes("&")) return text;
  const scan: TagScan = { text, lower: undefined, quotes_end: true };
  let out = "";
  let at = 0;
  for (;;) {
    const open = text.indexOf("<", at);
    if (open === -1) break;
    const end = markupEnd(scan, open);
    if (end === -1) {
      out += text.slice(at, open + 1);
      at = open + 1;
      continue;
    }
    out += text.slice(at, open);
    const name = /^<\/?([a-z][a-z0-9]{0,20})/i.exec(text.slice(open, open + 24))?.[1]?.toLowerCase() ?? "";
    if (BLOCKS.has(name)) out += BREAK;
    else if (CELLS.has(name)) out += " ";
    at = HIDDEN.has(name) && text[open + 1] !== "/" ? hiddenEnd(scan, name, end) : end;
  }
  return collapse(decodeHTML(out + text.slice(at)));
}

interface TagScan {
  text: string;
  /** The text in lower case; undefined until it is needed. */
  lower: string | undefined;
  /** Becomes false when a quote in a tag is not closed. From then on, tags end at the next `>`. This bounds the time for texts with many
   * open quotes. */
  quotes_end: boolean;
}

/** Returns the end of the tag or comment at `open`, or -1 if no markup begins there. */
function markupEnd(scan: TagScan, open: number): number {
  const { text } = scan;
  const next = text[open + 1] ?? "";
  if (next === "!" && text.startsWith("<!--", open)) {
    const end = text.indexOf("-->", open + 4);
    return end === -1 ? text.length : end + 3;
  }
  if (!/[a-z/!?]/i.test(next)) return -1;
  if (scan.quotes_end) {
    const end = quotedTagEnd(text, open);
    if (end !== -1) return end;
    scan.quotes_end = false;
  }
  const end = text.indexOf(">", open);
  return end === -1 ? text.length : end + 1;
}

/**
 * Returns the end of a tag whose attributes may contain `>` in quotes, or -1 if the text ends first. As in a browser, a quote opens a value
 * only after `=`: the last quote in `alt="55" TV"` opens none.
 */
function quotedTagEnd(text: string, open: number): number {
  let quote = "";
  let isBeforeValue = false;
  for (let i = open + 1; i < text.length; i++) {
    const sign = text[i] as string;
    if (quote !== "") {
      if (sign === quote) quote = "";
      continue;
    }
    if (sign === ">") return i + 1;
    if (isBeforeValue && (sign === '"' || sign === "'")) quote = sign;
    isBeforeValue = quote === "" && (sign === "=" || (isBeforeValue && /\s/.test(sign)));
  }
  return -1;
}

/** Returns the end of a hidden element, or the end of the text if the element is not closed. */
function hiddenEnd(scan: TagScan, name: string, from: number): number {
  scan.lower ??= scan.text.toLowerCase();
  // Lower-casing changes the length of a few texts. A position in the lower-case text is then not a position in the text itself.
  if (scan.lower.length !== scan.text.length) return from;
  const end = scan.lower.indexOf(`</${name}`, from);
  return end === -1 ? scan.text.length : end;
}

/** Replaces white space by a single blank, and keeps line breaks. */
function collapse(text: string): string {
  return text
    .split(BREAK)
    .map((line) =>
      line
        .replace(/[\s\u00a0]/gu, " ")
        .split(" ")
        .filter((word) => word !== "")
        .join(" "),
    )
    .filter((line) => line !== "")
    .join("\n");
}
