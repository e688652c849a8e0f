// Recognizes text that is not delimited: HTML, XML, JSON and tables in Markdown.

const NAME = /^<(?:\w+:)?(html|head|body|table|meta|title|style|div|center|font|p|span|thead|tbody|tr)\b/i;
const COMMENT_START = "<!--";

export type Markup =
  | { kind: "html" | "markdown" }
  /** A message why the file cannot be imported. */
  | { kind: "refused"; message: string };

/** @param text the first characters of the file, without a byte order mark */
export function detectMarkup(text: string): Markup | undefined {
  const start = skipComments(text.trimStart());
  if (start.startsWith("<")) return detectTags(start);
  if (start.startsWith("{") || start.startsWith("[")) return detectJson(start);
  if (hasTypographicQuotes(start)) {
    return {
      kind: "refused",
      message:
        "The fields of the file are enclosed in typographic quotes (such as “ ” or « »), as word processors write them. Replace them with straight " +
        'quotes ("), for example in a text editor, and send the file again.',
    };
  }
  return hasMarkdownTable(text) ? { kind: "markdown" } : undefined;
}

function skipComments(text: string): string {
  let rest = text;
  while (rest.startsWith(COMMENT_START)) {
    const end = rest.indexOf("-->");
    if (end === -1) return rest;
    rest = rest.slice(end + 3).trimStart();
  }
  return rest;
}

function detectTags(start: string): Markup | undefined {
  if (/^<!doctype html/i.test(start) || NAME.test(start)) return { kind: "html" };
  if (/^<\?xml\b/i.test(start)) return describeXml(start);
  if (/^<!doctype\b/i.test(start)) return describeXml(start);
  // A column may have a name such as <sku>; the first tag of an XML document is followed by another one.
  return /^<[A-Za-z_][\w:.-]*(?:\s[^<>]{0,2000})?>\s*<[A-Za-z_!]/.test(start) ? describeXml(start) : undefined;
}

function describeXml(start: string): Markup {
  if (/<html\b/i.test(start)) return { kind: "html" };
  if (/progid\s*=\s*"Excel\.Sheet"|schemas-microsoft-com:office:spreadsheet/i.test(start)) {
    return refused("an Excel file in the XML format of 2003. Save it as .xlsx or CSV.");
  }
  return refused("XML, not a table. Export the products as CSV or .xlsx from the program that made it.");
}

function detectJson(start: string): Markup | undefined {
  const isJson =
    /^\{\s*(?:"|\}\s*$)/.test(start) ||
    /^\[\s*(?:[{[]|"[^"\n]{0,1000}"\s*[,\]]|-?\d|\]\s*$|(?:true|false|null)\b)/.test(start);
  if (!isJson) return undefined;
  if (start.startsWith("{") && /^\{[^\n]*\}[ \t\r]*\n[ \t\r]*\{/.test(start)) {
    return refused(
      /"sku"\s*:/.test(start) && /"version"\s*:/.test(start)
        ? "JSON Lines, as Skuport exports them for programs. Export the products as CSV or .xlsx and import that file."
        : "JSON Lines, not a table. Export the products as CSV or .xlsx from the program that made it.",
    );
  }
  return refused(
    /"sku"\s*:/.test(start) && /"version"\s*:/.test(start)
      ? "JSON, as Skuport returns it to programs. Export the products as CSV or .xlsx and import that file."
      : "JSON, not a table. Export the products as CSV or .xlsx from the program that made it.",
  );
}

const refused = (kind: string): Markup => ({ kind: "refused", message: `The file is ${kind}` });

/** The quotes „ “ ” « and »: as characters, and as the bytes of UTF-8 and of windows-1252. */
const TYPOGRAPHIC_QUOTES = [
  ["\u201e", "\u201c", "\u201d", "\u00ab", "\u00bb"],
  ["\u00e2\u0080\u009e", "\u00e2\u0080\u009c", "\u00e2\u0080\u009d", "\u00c2\u00ab", "\u00c2\u00bb"],
  ["\u0084", "\u0093", "\u0094", "\u00ab", "\u00bb"],
].flatMap(([low, left, right, open, close]) => [
  [left, right] as [string, string],
  [low, left] as [string, string],
  [low, right] as [string, string],
  [open, close] as [string, string],
  [close, open] as [string, string],
]);
/** Number of lines in which they are searched: often only the rows are quoted, not the header. */
const QUOTED_LINES = 3;

/** Whether the first two fields of one of the first lines are enclosed in typographic quotes. */
function hasTypographicQuotes(start: string): boolean {
  const lines = start.slice(0, 4000).split(/[\r\n]+/, QUOTED_LINES);
  return TYPOGRAPHIC_QUOTES.some(([open, close]) =>
    lines.some(
      (line) =>
        line.startsWith(open) &&
        [",", ";", "\t", "|"].some((delimiter) => line.includes(`${close}${delimiter}${open}`)),
    ),
  );
}

/** Number of lines in which a table in Markdown is searched. */
const SEARCHED_LINES = 200;

function hasMarkdownTable(text: string): boolean {
  const lines = text.split(/\r\n?|\n/, SEARCHED_LINES);
  return lines.some((line, index) => index > 0 && isMarkdownRule(line) && (lines[index - 1] ?? "").includes("|"));
}

/** Whether the line separates the header of a table in Markdown from its rows, as in `|---|:-:|`, or draws a line of a table as
 * database programs print it, as in `+---+---+`. */
export function isMarkdownRule(line: string): boolean {
  const rule = line.trim();
  if (!/[|+]/.test(rule) || !/--|==/.test(rule) || !/^[|+:=\s-]+$/.test(rule)) return false;
  return rule
    .replace(/^[|+]/, "")
    .replace(/[|+]$/, "")
    .split(/[|+]/)
    .every((cell) => /^:?(?:-+|=+):?$/.test(cell.trim()));
}
