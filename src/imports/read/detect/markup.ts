// Recognizes text that is not delimited: HTML, XML, JSON and tables in Markdown.
import { countKnownNames } from "../columns/column-claims.ts";

const NAME = /^<(?:\w+:)?(html|head|body|table|meta|title|style|div|center|font|p|span|thead|tbody|tr)\b/i;
const COMMENT_START = "<!--";

export type Markup =
  | { kind: "html" | "markdown" | "xml" | "ods" | "json" | "jsonl" }
  /** A message why the file cannot be imported. */
  | { kind: "refused"; message: string };

/** @param text the first characters of the file, without a byte order mark */
export function detectMarkup(text: string): Markup | undefined {
  const start = skipComments(text.trimStart());
  if (start.startsWith("<")) return detectTags(start);
  if (start.startsWith("{") || start.startsWith("[")) return detectJson(start);
  const table = findMarkdownTable(text);
  if (table === undefined) return undefined;
  return table.has_headings && !table.names_fields
    ? refused("a text in Markdown, and its tables have no SKU column. Export the products as CSV or .xlsx.")
    : { kind: "markdown" };
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
  // A single tag is not XML, because a column may have a name such as <sku>. In an XML document, another tag follows the first one.
  return /^<[A-Za-z_][\w:.-]*(?:\s[^<>]{0,2000})?>\s*<[A-Za-z_!]/.test(start) ? describeXml(start) : undefined;
}

function describeXml(start: string): Markup {
  if (/<html\b/i.test(start)) return { kind: "html" };
  if (/progid\s*=\s*"Excel\.Sheet"|schemas-microsoft-com:office:spreadsheet/i.test(start)) {
    return refused("an Excel file in the XML format of 2003. Save it as .xlsx or CSV.");
  }
  return { kind: FLAT_SPREADSHEET.test(start) ? "ods" : "xml" };
}

/** The first tag of an OpenDocument spreadsheet that is a single XML file (.fods). */
const FLAT_SPREADSHEET =
  /^(?:<\?[^>]{0,500}\?>\s*)?<office:document\s[^<]{0,8000}office:mimetype="application\/vnd\.oasis\.opendocument\.spreadsheet/;

function detectJson(start: string): Markup | undefined {
  const isJson =
    /^\{\s*(?:"|\}\s*$)/.test(start) ||
    /^\[\s*(?:[{[]|"[^"\n]{0,1000}"\s*[,\]]|-?\d|\]\s*$|(?:true|false|null)\b)/.test(start);
  if (!isJson) return undefined;
  // A value in the first line and another one in the second line: this is JSON Lines. If the first line is longer than `start`, the JSON
  // reader recognizes JSON Lines later.
  return { kind: /^\{[^\n]*\}[ \t\r]*\n[ \t\r]*\{/.test(start) ? "jsonl" : "json" };
}

const refused = (kind: string): Markup => ({ kind: "refused", message: `The file is ${kind}` });

/** Number of lines at the start of the file that are searched for a table in Markdown. */
const SEARCHED_LINES = 200;

/** Whether the line is a header with a delimiter other than `|`. A Markdown table further down may then be the text of a cell. */
const isDelimitedHeader = (line: string): boolean =>
  !line.includes("|") && [",", ";", "\t"].some((mark) => countKnownNames(line.split(mark)) > 1);

/** Finds the first table in Markdown whose header names a field of a product, or otherwise the first table. */
function findMarkdownTable(text: string): { has_headings: boolean; names_fields: boolean } | undefined {
  const lines = text.split(/\r\n?|\n/, SEARCHED_LINES);
  const headers = lines.filter((line, index) => line.includes("|") && isMarkdownRule(lines[index + 1] ?? ""));
  if (headers.length === 0 || isDelimitedHeader(lines.find((line) => line.trim() !== "") ?? "")) return undefined;
  return {
    has_headings: lines.some((line) => /^#{1,6} /.test(line)),
    names_fields: headers.some((line) => countKnownNames(line.split("|").map((cell) => cell.trim())) > 0),
  };
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
