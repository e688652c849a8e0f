// Lines of the converted table for records that cannot become rows: a line of JSON Lines that is not an object, and a record that is too
// long. Such a line begins with a malformed quoted field, which no other line of the table contains, so that the splitter marks the record.
import type { Records } from "../records.ts";

/** Maximum number of characters of the broken record that are copied to its line in the converted table. */
const MAX_RAW = 10_000;

const QUOTE = 0x22;
const NOT_JSON_MARK = "!";
const TOO_LONG_MARK = "?";
/** Length of the mark that starts the line of a broken record: `""!` if it is not a JSON object, `""?` if it is too long. */
const MARK_LENGTH = 3;

// Indices into RECORD_FAULTS.
const TEXT_AFTER_QUOTE = 1;
const RECORD_TOO_LONG = 3;
const NOT_JSON = 7;

export interface BrokenRecord {
  /** What is wrong with the record; empty for a record that is too long. */
  reason: string;
  /** The beginning of the record in the file. */
  raw: string;
}

/** Returns the line of the table, without its line end. */
export const brokenLine = ({ reason, raw }: BrokenRecord): string =>
  `""${reason === "" ? TOO_LONG_MARK : NOT_JSON_MARK}${JSON.stringify([reason, raw.slice(0, MAX_RAW)])}`;

/** Sets the fault of each broken record in a window of a converted table: the record is too long, or is not a JSON object. */
export function markBroken({ bytes, count, start, fault }: Records): void {
  for (let r = 0; r < count; r++) {
    if (fault[r] !== TEXT_AFTER_QUOTE) continue;
    const at = start[r] as number;
    if (bytes[at] !== QUOTE || bytes[at + 1] !== QUOTE) continue;
    fault[r] = bytes[at + 2] === TOO_LONG_MARK.charCodeAt(0) ? RECORD_TOO_LONG : NOT_JSON;
  }
}

/** Parses a line that `brokenLine` has written. Returns undefined for any other line. */
export function readBroken(line: string): BrokenRecord | undefined {
  if (!line.startsWith(`""${NOT_JSON_MARK}`) && !line.startsWith(`""${TOO_LONG_MARK}`)) return undefined;
  try {
    const [reason = "", raw = ""] = JSON.parse(line.slice(MARK_LENGTH)) as [string?, string?];
    return { reason, raw };
  } catch {
    return undefined;
  }
}
