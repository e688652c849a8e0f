// Recognizes text files that are not tables, so that the message can name them: mails, source code, logs, settings and prose.
import { countKnownNames } from "../columns/column-claims.ts";

/** Kinds that the beginning of a file shows with certainty. */
const BEGINNINGS: readonly { pattern: RegExp; kind: string; advice: string }[] = [
  { pattern: /^#! ?\//, kind: "a script", advice: "" },
  { pattern: /^<\?php\b/i, kind: "source code (PHP)", advice: "" },
  { pattern: /^BEGIN:VCARD\b/i, kind: "a business card (vCard)", advice: "" },
  { pattern: /^BEGIN:VCALENDAR\b/i, kind: "a calendar (iCalendar)", advice: "" },
  {
    pattern:
      /^(?:export default|(?:(?:export )?(?:var|let|const) )?[\w$.]{1,100}(?:\s?=|\())\s{0,9}[[{]\s*(?:[[{"'\]}]|\w{1,60}\s*:)/,
    kind: "JavaScript with data",
    advice:
      'To import the data, remove the text before the first "[" or "{" and after the last "]" or "}", so that the file is JSON. Or: ',
  },
  {
    pattern:
      /^[[{]\s*\/[/*]|^(?:(?:\/\/|#)[^\n]{0,300}\n\s*|\/\*(?:[^*]|\*(?!\/)){0,1000}\*\/\s*){1,20}[[{]\s*[[{"\]}]/,
    kind: "JSON with a comment at its beginning",
    advice: "To import the data, remove the comments. Or: ",
  },
  { pattern: /^diff --git /, kind: "a list of changes (diff)", advice: "" },
  { pattern: /^\\documentclass\b/, kind: "a TeX document", advice: "" },
  { pattern: /^\{\\rtf/, kind: "a text document (RTF)", advice: "" },
  {
    pattern:
      /^(?:-- [^\n]{0,200}\n\s*)*(?:CREATE (?:OR REPLACE |TEMP |TEMPORARY |UNIQUE )?(?:TABLE|DATABASE|SCHEMA|VIEW|INDEX|SEQUENCE|EXTENSION|FUNCTION)|DROP (?:TABLE|DATABASE|SCHEMA|VIEW|INDEX|SEQUENCE)|INSERT INTO|BEGIN TRANSACTION|SET NAMES|USE `)\b/i,
    kind: "an SQL script",
    advice: "Export the table itself as CSV from the database. ",
  },
];
/** A header field of an email. */
const MAIL_FIELD =
  /^(?:return-path|received|from|to|cc|subject|date|message-id|mime-version|delivered-to|reply-to|content-type|x-[\w-]+|dkim-signature):/i;
const MIN_MAIL_FIELDS = 3;

const EXPORT = "Export the products as CSV or .xlsx, and import that file.";

/** Returns a message if the text begins like a file of another kind.
 * @param text the first characters of the file */
export function describeBeginning(text: string): string | undefined {
  const start = text.slice(0, 4000).trimStart();
  const found = BEGINNINGS.find(({ pattern }) => pattern.test(start));
  if (found !== undefined) return `The file is ${found.kind}, not a table. ${found.advice}${EXPORT}`;
  // A header field of an email may have several lines. Each line after the first begins with a blank.
  const fields = start.split(/\r?\n(?![ \t])/, 10).filter((line) => MAIL_FIELD.test(line));
  return fields.length >= MIN_MAIL_FIELDS
    ? `The file is an email, not a table. Save its attachment, and import that file.`
    : undefined;
}

/** Maximum number of lines that are inspected. Only the first INSPECTED_CHARACTERS characters of each line are inspected. */
const INSPECTED_LINES = 60;
const INSPECTED_CHARACTERS = 300;

const KEYWORD =
  /^\s*(?:import|from|def|class|function|async|export|const|let|var|return|if|for|while|public|private|protected|package|namespace|using|#include|#define|fn|use|struct|type|interface|impl|module|require|print|echo|try|catch|else|elif|switch|case)\b|^\s*(?:\/\/|\/\*|\*\/|@\w)/;
const CODE_END = /[{};]\s*$|^\s*[}\])]|\):?\s*$/;
const BRACE = /[{}]\s*$/;
const LOG_TIME =
  /^\[?(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{1,3}(?:\.\d{1,3}){3} - |\d\d\/\w{3}\/\d{4}|(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b)/;
const LOG_SURE =
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |^\d{1,3}(?:\.\d{1,3}){3} - |\b(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b/i;
const SECTION = /^\s*\[[\w. "-]+\]\s*$/;
const SETTING = /^\s*(?:- )?[\w."'-]{1,60}\s*[:=]|^\s*- \S|^\s*[#;]/;
const MARKDOWN = /^(?:#{1,6} |[-*] |> |```|\d+\. |!?\[)/;

/** Returns a message if the lines are not those of a table.
 * @param lines lines of the file that are not blank, from its beginning
 * @param isTable whether nearly all lines have the same number of delimiters */
export function describeLines(lines: readonly string[], isTable: boolean): string | undefined {
  const shown = lines.slice(0, INSPECTED_LINES).map((line) => line.slice(0, INSPECTED_CHARACTERS));
  const kind = kindOf(shown, isTable);
  return kind === undefined ? undefined : `The file is ${kind}, not a table. ${EXPORT}`;
}

function kindOf(lines: readonly string[], isTable: boolean): string | undefined {
  const share = (test: (line: string) => boolean): number => lines.filter(test).length / Math.max(1, lines.length);
  if (lines.length > 1 && share((line) => LOG_TIME.test(line)) >= 0.8 && share((line) => LOG_SURE.test(line)) >= 0.5)
    return "a log";
  const keywords = share((line) => KEYWORD.test(line));
  if (lines.length > 2 && share((line) => KEYWORD.test(line) || CODE_END.test(line)) >= 0.6) {
    if (keywords >= 0.2 || share((line) => BRACE.test(line)) >= 0.3) return "source code";
  }
  if (isTable) return undefined;
  if (lines.length > 2 && lines.some((line) => SECTION.test(line)) && share(isSettingOrSection) >= 0.9)
    return "a list of settings";
  if (lines.length > 2 && share((line) => SETTING.test(line)) >= 0.9) return "a list of names and values";
  if (MARKDOWN.test(lines[0] ?? "") && share(isProse) + share((line) => MARKDOWN.test(line)) >= 0.5)
    return "a text in Markdown";
  return share(isProse) >= 0.5 && countKnownNames((lines[0] ?? "").split(/[,;\t|]/)) < 2 ? "a plain text" : undefined;
}

const isSettingOrSection = (line: string): boolean => SECTION.test(line) || SETTING.test(line);

/** Minimum number of words of a line of prose. */
const MIN_WORDS = 4;

/** Whether the line consists of words with single blanks between them, most of them in lower case. */
function isProse(line: string): boolean {
  if (/[\t;|]/.test(line)) return false;
  const words = line.trim().split(" ");
  return (
    words.length >= MIN_WORDS && words.filter((word) => /^\p{Ll}+[.,:!?]?$/u.test(word)).length >= words.length / 2
  );
}
