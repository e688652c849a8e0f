// The options by which a person says how a file is written, instead of having it detected.
import {
  findMarkConflict,
  MAX_DELIMITER_CHARACTERS,
  MAX_PREAMBLE_LINES,
} from "../../contract/imports/dialect-rules.ts";
import { ENCODINGS } from "../../contract/imports/import-names.ts";
import type { Dialect, DialectOverrides } from "../../contract/imports/imports.ts";
import { UsageError } from "./command.ts";

/** For `parseArgs`. */
export const DIALECT_OPTIONS = {
  encoding: { type: "string" },
  delimiter: { type: "string" },
  quote: { type: "string" },
  escape: { type: "string" },
  header: { type: "boolean" },
  preamble: { type: "string" },
  "formula-escape": { type: "boolean" },
  sheet: { type: "string" },
} as const;

/** Their part of `--help`. */
export const DIALECT_HELP = `  --encoding NAME     ${ENCODINGS.join(", ")}
  --delimiter TEXT    one to eight characters, or tab, comma, semicolon, pipe, space
  --quote CHARACTER   the character around quoted fields; empty or none = nothing is quoted
  --escape CHARACTER  the quote itself (doubled), a backslash; empty or none = nothing is escaped
  --header, --no-header
  --preamble LINES    lines before the header (or the first record) that are no part of the table
  --no-formula-escape an apostrophe before =, +, -, @, a tab or a CR at a cell's start is part of the value
  --sheet NAME        of a workbook, the sheet to read
`;

const ENCODING_NAMES: ReadonlyMap<string, Dialect["encoding"]> = new Map([
  ...ENCODINGS.map((name) => [name, name] as const),
  ...(["utf8", "ascii", "us-ascii"] as const).map((name) => [name, "utf-8"] as const),
  ...(["utf16le", "utf-16", "utf16"] as const).map((name) => [name, "utf-16le"] as const),
  ["utf16be", "utf-16be"],
  ...(["cp1252", "latin1", "latin-1", "iso-8859-1"] as const).map((name) => [name, "windows-1252"] as const),
]);
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
}

/** The options as overrides; UsageError names the one that cannot be meant. */
export function readOverrides(values: DialectValues): DialectOverrides {
  const overrides: DialectOverrides = {};
  if (values.encoding !== undefined) {
    const encoding = ENCODING_NAMES.get(values.encoding.toLowerCase());
    if (encoding === undefined)
      throw new UsageError(`--encoding ${values.encoding} is none of ${ENCODINGS.join(", ")}`);
    overrides.encoding = encoding;
  }
  if (values.delimiter !== undefined) {
    const delimiter = DELIMITER_NAMES.get(values.delimiter) ?? values.delimiter;
    if (delimiter.length < 1 || delimiter.length > MAX_DELIMITER_CHARACTERS || /["\r\n]/.test(delimiter)) {
      throw new UsageError("--delimiter is one to eight characters, without quotes and line ends");
    }
    overrides.delimiter = delimiter;
  }
  if (values.quote !== undefined) overrides.quote = readCharacter("--quote", values.quote);
  if (values.escape !== undefined) overrides.escape = readCharacter("--escape", values.escape);
  if (values.header !== undefined) overrides.header = values.header;
  if (values.preamble !== undefined) {
    if (!/^\d{1,5}$/.test(values.preamble) || Number(values.preamble) > MAX_PREAMBLE_LINES) {
      throw new UsageError(`--preamble is a number of lines, 0 to ${MAX_PREAMBLE_LINES}`);
    }
    overrides.preamble = Number(values.preamble);
  }
  const conflict = findMarkConflict(overrides);
  if (conflict !== undefined) throw new UsageError(`--${conflict.option}: ${conflict.message}`);
  if (values["formula-escape"] !== undefined) overrides.formula_escape = values["formula-escape"];
  if (values.sheet !== undefined) overrides.sheet = values.sheet;
  return overrides;
}

function readCharacter(option: string, value: string): string {
  if (value === "none") return "";
  if (/^[\x20-\x7e]?$/.test(value)) return value;
  throw new UsageError(`${option} is one ASCII character, or empty for none`);
}
