// Converts a table in Markdown to CSV. Other lines become blank ones, so that line numbers stay the same.
import type { Encoding } from "../../../../contract/imports/import-names.ts";
import type { Dialect, DialectOverrides } from "../../../../contract/imports/imports.ts";
import { isMarkdownRule } from "../detect/markup.ts";

const CHUNK_LENGTH = 1 << 16;
/** Maximum length of a line. A longer line is cut: it becomes a record that is rejected. */
const MAX_LINE_LENGTH = 1_200_000;

/** @param chunks UTF-8 text. It is decoded as Latin-1, so that each byte becomes one character and invalid bytes stay unchanged */
export async function* convertMarkdown(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = "";
  const writer = createWriter();
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString("latin1")).split(/\r\n|\n|\r(?!$)/);
    rest = (lines.pop() ?? "").slice(0, MAX_LINE_LENGTH);
    const text = lines.map(writer).join("");
    for (let at = 0; at < text.length; at += CHUNK_LENGTH)
      yield Buffer.from(text.slice(at, at + CHUNK_LENGTH), "latin1");
  }
  if (rest !== "") yield Buffer.from(writer(rest), "latin1");
  yield Buffer.from(writer(undefined), "latin1");
}

/**
 * Returns a function that converts the next line. It writes a line only once the next line is known: if the next line is a rule such as
 * `|---|`, the line is the header.
 */
function createWriter(): (line: string | undefined) => string {
  let waiting: string | undefined;
  let isInTable = false;
  return (line) => {
    const previous = waiting;
    waiting = line;
    const isHeader = line !== undefined && isMarkdownRule(line) && previous?.includes("|") === true && !isInTable;
    if (isHeader) isInTable = true;
    if (previous === undefined) return "";
    const isRow = isInTable && previous.includes("|") && !isMarkdownRule(previous);
    return isRow ? `${cellsOf(previous).map(quoted).join(",")}\n` : "\n";
  };
}

function cellsOf(line: string): string[] {
  const cells = trimBlanks(line)
    .split(/(?<!\\)\|/)
    .map((cell) =>
      trimBlanks(cell)
        .replaceAll("\\|", "|")
        .replace(/<br ?\/?>/gi, "\n"),
    );
  if (cells[0] === "") cells.shift();
  if (cells.at(-1) === "") cells.pop();
  return cells;
}

/** Removes blanks and tabs. Each character of `text` is one byte of UTF-8, so `trim` could remove bytes of other characters. */
function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && (text[from] === " " || text[from] === "\t")) from++;
  while (to > from && (text[to - 1] === " " || text[to - 1] === "\t")) to--;
  return text.slice(from, to);
}

const quoted = (cell: string): string => (cell === "" ? "" : `"${cell.replaceAll('"', '""')}"`);

/** The dialect of the text that a table in Markdown is converted to. */
export const markdownDialect = (encoding: Encoding, { header = true, preamble = 0 }: DialectOverrides): Dialect => ({
  format: "markdown",
  encoding,
  delimiter: ",",
  quote: '"',
  escape: '"',
  line_ending: "row",
  header,
  preamble,
  formula_escape: false,
});
