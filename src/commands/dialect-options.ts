// The command line options for a file's format, which override the detected format.
import {
  findMarkConflict,
  MAX_DELIMITER_CHARACTERS,
  MAX_PREAMBLE_LINES,
} from "../../contract/imports/dialect-rules.ts";
import { encodingOf, unknownEncoding } from "../../contract/imports/import-names.ts";
import type { DialectOverrides } from "../../contract/imports/imports.ts";
import { UsageError } from "./command.ts";

/** The command line options for the format of a file, in the form that `parseArgs` requires. */
export const DIALECT_OPTIONS = {
  encoding: { type: "string" },
  delimiter: { type: "string" },
  quote: { type: "string" },
  escape: { type: "string" },
  header: { type: "boolean" },
  preamble: { type: "string" },
  "formula-escape": { type: "boolean" },
  sheet: { type: "string" },
  member: { type: "string" },
} as const;

/** The section of `--help` about these options. */
export const DIALECT_HELP = `  --encoding NAME     utf-8, windows-1252, shift_jis, cp850 and others: any label of the WHATWG encoding standard
  --delimiter TEXT    one to eight characters, or tab, comma, semicolon, pipe, space
  --quote CHARACTER   the character around quoted fields; empty or none if nothing is quoted
  --escape CHARACTER  the character before a quote inside a field: the quote itself if quotes are doubled, or a backslash; empty or
                      none if nothing is escaped
  --header            the first record names the columns; --no-header if it is data
  --preamble LINES    number of lines before the header (or the first record) that are not part of the table
  --no-formula-escape keep an apostrophe before =, +, -, @, a tab or a CR at the start of a cell as part of the value
  --sheet NAME        the sheet of a workbook to read
  --member NAME       the file in a zip file to read; without it, all tables with a SKU column are read
`;

const DELIMITER_NAMES: ReadonlyMap<string, string> = new Map([
  ["tab", "\t"],
  ["\\t", "\t"],
  ["comma", ","],
  ["semicolon", ";"],
  ["pipe", "|"],
  ["space", " "],
]);

export interface DialectValues {
  encoding?: string | undefined;
  delimiter?: string | undefined;
  quote?: string | undefined;
  escape?: string | undefined;
  header?: boolean | undefined;
  preamble?: string | undefined;
  "formula-escape"?: boolean | undefined;
  sheet?: string | undefined;
  member?: string | undefined;
}

/** Converts the options to overrides. @throws UsageError that names the first invalid option */
export function readOverrides(values: DialectValues): DialectOverrides {
  const overrides: DialectOverrides = {};
  if (values.encoding !== undefined) {
    const encoding = encodingOf(values.encoding);
    if (encoding === undefined) throw new UsageError(`--encoding: ${unknownEncoding(values.encoding)}`);
    overrides.encoding = encoding;
  }
  if (values.delimiter !== undefined) {
    const delimiter = DELIMITER_NAMES.get(values.delimiter) ?? values.delimiter;
    if (delimiter.length < 1 || delimiter.length > MAX_DELIMITER_CHARACTERS || /["\r\n]/.test(delimiter)) {
      throw new UsageError(
        `--delimiter takes 1 to ${MAX_DELIMITER_CHARACTERS} characters, without quotes and line ends.`,
      );
    }
    overrides.delimiter = delimiter;
  }
  if (values.quote !== undefined) overrides.quote = readCharacter("--quote", values.quote);
  if (values.escape !== undefined) overrides.escape = readCharacter("--escape", values.escape);
  if (values.header !== undefined) overrides.header = values.header;
  if (values.preamble !== undefined) {
    if (!/^\d{1,5}$/.test(values.preamble) || Number(values.preamble) > MAX_PREAMBLE_LINES) {
      throw new UsageError(`--preamble takes a number of lines from 0 to ${MAX_PREAMBLE_LINES}.`);
    }
    overrides.preamble = Number(values.preamble);
  }
  const conflict = findMarkConflict(overrides);
  if (conflict !== undefined) throw new UsageError(`--${conflict.option}: ${conflict.message}`);
  if (values["formula-escape"] !== undefined) overrides.formula_escape = values["formula-escape"];
  if (values.sheet !== undefined) overrides.sheet = values.sheet;
  if (values.member !== undefined) overrides.member = values.member;
  return overrides;
}

function readCharacter(option: string, value: string): string {
  if (value === "none") return "";
  if (/^[\x20-\x7e]?$/.test(value)) return value;
  throw new UsageError(`${option} takes one ASCII character, or the word none.`);
}
